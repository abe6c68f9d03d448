import type { AttentionRow } from "../attention/mod.ts";
import {
  type KvMemory,
  largestAxis,
  largestOf,
  minus,
  type Position,
  plus,
  type QueryPositions,
  type TextCache,
  type UnitPlace,
  VisualSequence,
} from "../cache/mod.ts";
import type { UnitSeenReport } from "../engine/mod.ts";
import { type CheckpointManifest, type FamilyVision, stackShape } from "../models/mod.ts";
import type { EncodedUnit, PublishedUnit } from "../vision/mod.ts";
import { PRIORITY } from "./policies/policy.ts";
import { PREFILL_TOKENS, prefillChunk } from "./prefill-chunk.ts";
import type { Schedulable } from "./scheduler.ts";
import type { TextStep, VisualToken } from "./step.ts";
import { SLACK_UNITS } from "./visual-cache-replica.ts";
import type { VisualFeed } from "./visual-feed.ts";

export interface VisualPrefillOptions {
  readonly memory: KvMemory;
  readonly manifest: CheckpointManifest;
  readonly vision: FamilyVision;
  readonly encode: (text: string) => readonly number[];
  /** Tokens before the first unit: the fixed part of the prompt. */
  readonly prefix: readonly number[];
  readonly windowUnits: number;
  /** Most tokens of a unit. */
  readonly unitTokens: number;
  /** C_r of the narrator, if units look at its thoughts (`interleaved`); null if they look at units only (`streamed`). */
  readonly thoughts: TextCache | null;
  /** Nominal duration of a unit (ms). */
  readonly unitMs: number;
  /** Whether all thinking waits until the end. Then units wait, too, and count as seen when they have come. */
  readonly isHeld: boolean;
  /** Called when a unit can be looked at. */
  readonly onSeen: (unit: EncodedUnit, window: Pick<UnitSeenReport, "heldUnits" | "evictedUnits">) => void;
}

/** Tokens that are being prefilled, and how many of them have been. */
interface Work {
  readonly tokens: readonly (number | VisualToken)[];
  readonly positions: readonly Position[];
  /** Null for the prefix. */
  readonly unit: EncodedUnit | null;
  done: number;
}

/**
 * The C_v of one stream of a model with one stack. Its visual tokens go through the same transformer as the text, as rows
 * of the same steps, some at a time. They look at earlier visual tokens and at the prefix only, never at a question or a
 * thought. So any number of thinkers share them.
 *
 * With an `interleaved` mask it belongs to one narrator. Video and its text are one sequence: the prefix, a unit, what was
 * thought about it, the next unit, and so on. So a unit is prefilled once the narrator is done with the one before it. It
 * looks at all that the narrator's C_r holds then, and begins behind it.
 */
export class VisualPrefill implements VisualFeed, Schedulable {
  readonly priority = PRIORITY.prefill;
  private readonly sequence: VisualSequence;
  private readonly inbox: EncodedUnit[] = [];
  private work: Work | null;
  /** Units by which the newest one may be ahead of the narrator's. */
  private readonly ahead: number;

  /** @throws {RangeError} when the memory for caches is full */
  constructor(private readonly options: VisualPrefillOptions) {
    const { memory, manifest, prefix, windowUnits, unitTokens, unitMs } = options;
    this.sequence = new VisualSequence({
      memory,
      shape: stackShape(manifest).kv,
      prefixTokens: prefix.length,
      unitTokens,
      sinkUnits: manifest.cache.visual_sink_units,
      windowUnits,
      slackUnits: SLACK_UNITS,
      maxAgeMs: (windowUnits + 0.5) * unitMs,
      positions: manifest.cache.positions,
    });
    this.ahead = this.options.thoughts === null ? SLACK_UNITS : 1;
    const isEmpty = prefix.length === 0;
    this.work = isEmpty ? null : { tokens: prefix, positions: prefix.map((_, i) => i), unit: null, done: 0 };
  }

  get newest(): number {
    return this.sequence.newest;
  }

  place(unit: number): UnitPlace | null {
    return this.sequence.place(unit);
  }

  /** Whether a unit that is still held shows nothing new. */
  isStill(unit: number): boolean {
    return this.sequence.tokensOf(unit) === 0;
  }

  look(from: UnitPlace) {
    const { store } = this.sequence;
    const { sink, window, shift, textStart } = this.sequence.view(from);
    return (query: QueryPositions) => {
      // Text that is numbered by itself follows the unit that it looks from, and closes up over what has left its window.
      const at = this.options.thoughts === null ? textStart + query.sink : query.window;
      return [
        { store, ranges: sink, position: at },
        { store, ranges: window, position: plus(at, shift) },
      ];
    };
  }

  behind({ unit }: UnitPlace): number | null {
    const end = this.options.thoughts === null ? null : this.sequence.endOf(unit);
    return end === null ? null : largestAxis(end);
  }

  receive(unit: PublishedUnit["unit"]): void {
    this.inbox.push(unit as EncodedUnit);
    // It waits to be prefilled, so what the window will hold is not known yet.
    if (this.options.isHeld) this.options.onSeen(unit as EncodedUnit, { heldUnits: null, evictedUnits: 0 });
  }

  advance(unit: number): readonly Schedulable[] {
    while (this.work === null && this.inbox.length > 0 && this.inbox[0]!.unit < unit + this.ahead)
      this.begin(this.inbox.shift()!);
    return [this];
  }

  get demand(): number {
    return this.work === null ? 0 : prefillChunk(this.work.tokens.length - this.work.done, PREFILL_TOKENS);
  }

  prepare(): TextStep {
    const { tokens, positions, unit, done } = this.work!;
    const part = tokens.slice(done, done + this.demand);
    const rowOf = unit === null ? this.prefixRow() : this.unitRow(unit);
    const rows = part.map((_, i) => rowOf(done + i, positions[done + i]!));
    return { tokens: part, rows, wanted: part.length };
  }

  accept(): void {
    const work = this.work!;
    work.done += this.demand;
    if (work.done === work.tokens.length) this.finish(work.unit);
  }

  release(): void {
    this.sequence.release();
  }

  /** Where the next unit begins. */
  private get start(): Position {
    const { end } = this.sequence;
    const { thoughts } = this.options;
    return thoughts === null ? end : Math.max(largestAxis(end), thoughts.end);
  }

  private begin(unit: EncodedUnit): void {
    const { start } = this;
    const { unit: index, mediaTimeMs } = unit;
    if (unit.x === null) {
      this.sequence.begin({ unit: index, mediaTimeMs, tokens: 0, start, last: start, end: start });
      this.finish(unit);
      return;
    }
    const { vision, encode } = this.options;
    const { size, firstSeconds, lastSeconds } = unit;
    const { tokens, positions, end } = vision.layOut(
      { unit: index, size, seconds: firstSeconds, lastSeconds, start },
      encode,
    );
    const extent = { start: positions[0]!, last: largestOf(positions), end };
    this.sequence.begin({ unit: index, mediaTimeMs, tokens: tokens.length, ...extent });
    this.work = { tokens: this.withFeatures(tokens, unit), positions, unit, done: 0 };
  }

  private finish(unit: EncodedUnit | null): void {
    this.work = null;
    if (unit === null) return;
    this.sequence.admit();
    if (this.options.isHeld) return;
    const { unitsHeld: heldUnits, evicted: evictedUnits } = this.sequence;
    this.options.onSeen(unit, { heldUnits, evictedUnits });
  }

  /** @throws {RangeError} when the tower gave another number of tokens than the layout has places for */
  private withFeatures(
    tokens: readonly (number | null)[],
    { x, deep }: EncodedUnit,
  ): (number | VisualToken)[] {
    const { width } = this.options.manifest.transformer;
    let next = 0;
    const filled = tokens.map((token) => {
      if (token !== null) return token;
      const [from, to] = [next * width, ++next * width];
      return { x: x!.subarray(from, to), deep: deep.map((features) => features.subarray(from, to)) };
    });
    if (next * width === x!.length) return filled;
    throw new RangeError(`The tower gave ${x!.length / width} visual tokens, and ${next} were expected.`);
  }

  private prefixRow(): (token: number, position: Position) => AttentionRow {
    const { store } = this.sequence;
    return (token, position) => {
      const ranges = this.sequence.prefix(token + 1);
      return { store, slot: token, position, segments: [{ store, ranges, position }] };
    };
  }

  private unitRow(unit: EncodedUnit): (token: number, position: Position) => AttentionRow {
    const { store } = this.sequence;
    const { sink, window, shift } = this.sequence.view(unit);
    const { thoughts } = this.options;
    const { sink: instructions, window: said } = thoughts?.held ?? { sink: [], window: [] };
    return (token, position) => ({
      store,
      slot: this.sequence.slot(token),
      position,
      segments: [
        { store, ranges: sink, position: minus(position, shift) },
        { store, ranges: window, position },
        { store, ranges: this.sequence.own(token + 1), position },
        ...(thoughts === null
          ? []
          : [{ store: thoughts.store, ranges: [...instructions, ...said], position }]),
      ],
    });
  }
}
