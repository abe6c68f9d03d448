import type { MessagePort } from "node:worker_threads";
import type { PositionSchemeName, UnitKv } from "../cache/mod.ts";
import type { BackendFailed, UnitSeenReport } from "../engine/mod.ts";
import type { Bundle } from "../models/mod.ts";

/** What the vision worker is started with. */
export interface VisionSetup {
  readonly bundle: Bundle;
  readonly threads: number;
  readonly clockOrigin: number;
  /** Finished units go through it, straight to the reasoner. */
  readonly publish: MessagePort;
}

/** A unit's frames, in order: RGB bytes of all of them, one after the other. */
export interface UnitFrames {
  readonly unit: number;
  /** Media time of the last frame (ms). */
  readonly mediaTimeMs: number;
  /** Seconds from the frame before to each frame; 0 for a stream's first. */
  readonly seconds: readonly number[];
  readonly frames: Uint8Array;
}

/** How a stream is seen. */
export interface SeeingOptions {
  readonly windowUnits: number;
  readonly positions: PositionSchemeName;
  /** Levels of 0..255 within which nothing has changed; null: every unit is encoded. */
  readonly stillLevels: number | null;
  /** Whether it is watched that the scene is one of a fixed camera; default false. */
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
