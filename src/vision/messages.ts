import type { MessagePort } from "node:worker_threads";
import type { PositionSchemeName, UnitKv } from "../cache/mod.ts";
import type { BackendFailed, UnitSeenReport } from "../engine/mod.ts";
import type { Bundle } from "../models/mod.ts";

/** What the vision worker is started with. */
export interface VisionSetup {
  readonly bundle: Bundle;
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
}

/** Options of a stream that concern vision. */
export interface SeeingOptions {
  /** Units kept in the visual window. */
  readonly windowUnits: number;
  readonly positions: PositionSchemeName;
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
  | { readonly type: "stop" };

/** From the vision worker to the main thread. */
export type VisionReport =
  | { readonly type: "ready" }
  | { readonly type: "report"; readonly stream: string; readonly report: UnitSeenReport | BackendFailed }
  | { readonly type: "closed"; readonly stream: string };

/** From the vision worker to the reasoner. */
export interface PublishedUnit {
  readonly stream: string;
  readonly unit: UnitKv;
}
