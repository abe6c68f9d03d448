import type { UnitFrames } from "./messages.ts";

/** What an encoder keeps of a stream from unit to unit. Only the encoder that made it knows what is in it. */
export type EncoderState = unknown;

/** A unit to be encoded, with the state after the unit before it. */
export interface EncoderInput<State = EncoderState> {
  readonly unit: UnitFrames;
  readonly state: State;
}

export interface EncoderOutput<State = EncoderState> {
  /** Visual tokens, `[tokens, width]`. */
  readonly x: Float32Array;
  readonly state: State;
}

/** Frames of units of different streams go in, their visual tokens come out. */
export interface ImageEncoder<State = EncoderState> {
  /** A stream's state before its first unit. */
  initialState(): State;
  /**
   * Encodes one unit each of different streams together; outputs are in the order of the inputs.
   * @throws {ModelError} `graph_mismatch`
   */
  encode(inputs: readonly EncoderInput<State>[]): Promise<EncoderOutput<State>[]>;
}
