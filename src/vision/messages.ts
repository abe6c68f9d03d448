import type { MessagePort } from "node:worker_threads";
import type { PositionSchemeName, UnitKv, UnitPlace } from "../cache/mod.ts";
import type { BackendFailed, UnitSeenReport } from "../engine/mod.ts";
import type { Model, PictureSize } from "../models/mod.ts";

/** What the vision worker is started with. */
export interface VisionSetup {
  readonly model: Model;
  readonly threads: number;
  readonly timeOrigin: number;
  /** Port through which finished units go straight to the reasoner worker. */
  readonly publish: MessagePort;
}

/** The frames of a unit. */
export interface UnitFrames {
  readonly unit: number;
  /** Media time of the last frame (ms). */
  readonly mediaTimeMs: number;
  /** Seconds from the frame before to each frame; 0 for a stream's first. */
  readonly seconds: readonly number[];
  /** RGB bytes of all frames, in order: `[frames, height, width, 3]`. */
  readonly frames: Uint8Array;
  /** Size of the frames (px); default: the only one that the model takes. */
  readonly size?: PictureSize;
}

/** Options of a stream that concern vision. */
export interface SeeingOptions {
  /** Units kept in the visual window. */
  readonly windowUnits: number;
  /** Nominal duration of a unit (ms), where that was chosen for this machine; default: it leaves no choice. */
  readonly unitMs?: number | null;
  /** Null for a model that leaves no choice. */
  readonly positions: PositionSchemeName | null;
  /** Changes of up to so many levels (of 0..255) count as none; null: every unit is encoded. */
  readonly stillLevels: number | null;
  /** Whether to judge if the scene is one of a fixed camera; default false. */
  readonly sceneMonitor?: boolean;
}

/** From the main thread to the vision worker. */
export type VisionRequest =
  | { readonly type: "open"; readonly stream: string; readonly options: SeeingOptions }
  | { readonly type: "unit"; readonly stream: string; readonly unit: UnitFrames }
  | { readonly type: "close"; readonly stream: string }
  /** Asks for a sign of life. */
  | { readonly type: "ping" }
  /** Asks for what it has counted. */
  | { readonly type: "figures" }
  | { readonly type: "stop" };

/** How long a vision tower takes on this machine for a unit of square pictures. */
export interface TowerSpeed {
  /** Side of the pictures (px). */
  readonly side: number;
  /** Visual tokens of the unit. */
  readonly tokens: number;
  readonly ms: number;
}

/** From the vision worker to the main thread. */
export type VisionReport =
  | {
      readonly type: "ready";
      /** How long a vision tower takes; empty for a model that takes one size only. */
      readonly speeds: readonly TowerSpeed[];
    }
  | { readonly type: "report"; readonly stream: string; readonly report: UnitSeenReport | BackendFailed }
  | { readonly type: "closed"; readonly stream: string }
  /** Answers `figures`. */
  | { readonly type: "figures"; readonly vision: VisionFigures }
  /** Answers a ping. */
  | { readonly type: "pong" };

/** What the vision worker has counted since its start, and what it holds now. */
export interface VisionFigures {
  /** Units that were looked at, and the time that this took (ms). Units that wait together are looked at together. */
  readonly units: number;
  readonly busyMs: number;
  /** Units that wait. */
  readonly waiting: number;
  /** Bytes of its visual caches. */
  readonly cacheBytes: number;
}

/**
 * A unit as a vision tower gives it: visual tokens that have not been through the transformer yet. The reasoner prefills
 * them, because one transformer serves visual and text tokens.
 */
export interface EncodedUnit extends UnitPlace {
  /** Media times of its first and last frame, since the first frame of the stream (s). */
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** Size of its pictures (px). */
  readonly size: PictureSize;
  /** Visual tokens, `[tokens, width]`; null for a unit that shows nothing new, which takes no tokens. */
  readonly x: Float32Array | null;
  /** More features for the first layers of the transformer (DeepStack), each of the shape of `x`. */
  readonly deep: readonly Float32Array[];
  /** When the tower began (ms, of the main thread). */
  readonly startedAtMs: number;
}

/** From the vision worker to the reasoner. */
export interface PublishedUnit {
  readonly stream: string;
  readonly unit: UnitKv | EncodedUnit;
}
