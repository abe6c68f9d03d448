import { Stack } from "../attention/mod.ts";
import { KvMemory, type UnitKv } from "../cache/mod.ts";
import { floats } from "../models/graph.ts";
import type { Bundle } from "../models/mod.ts";
import { Eyes } from "./eyes.ts";
import type { SeeingOptions, UnitFrames } from "./messages.ts";
import { StreamVision } from "./stream-vision.ts";

/** A unit to be seen, and whose it is. */
export interface SeeRequest {
  readonly vision: StreamVision;
  readonly unit: UnitFrames;
}

/** Seeing: pixels of a unit and the visual cache in, the unit's keys and values in the cache and out. */
export class SeeSession {
  private constructor(
    private readonly bundle: Bundle,
    /** Where this thread's visual caches live. */
    readonly memory: KvMemory,
    private readonly eyes: Eyes,
    private readonly stack: Stack,
  ) {}

  /** @throws {ModelError} `graph_mismatch` */
  static async open(bundle: Bundle, threads: number): Promise<SeeSession> {
    const memory = new KvMemory();
    const options = { threads, memory, input: "x", output: null };
    const eyes = await Eyes.open(bundle, threads);
    return new SeeSession(
      bundle,
      memory,
      eyes,
      await Stack.open(bundle.paths.visual, bundle.manifest, options),
    );
  }

  /** A stream that has seen nothing yet. */
  openStream(options: SeeingOptions): StreamVision {
    return new StreamVision(this.memory, this.bundle.manifest, options, this.eyes.initialState());
  }

  /** Sees one unit each of different streams together. */
  async run(requests: readonly SeeRequest[]): Promise<UnitKv[]> {
    const { heads, head_width } = this.bundle.manifest.transformer;
    const seen = await this.eyes.look(requests.map(({ vision, unit }) => ({ unit, state: vision.state })));
    const rows = requests.flatMap(({ vision, unit }) => vision.rows(unit));
    const x = new Float32Array(rows.length * heads * head_width);
    seen.forEach((one, i) => {
      x.set(one.x, i * one.x.length);
    });
    await this.stack.run({ x: floats(x, rows.length, heads * head_width) }, rows);
    return requests.map(({ vision, unit: { unit, mediaTimeMs } }, i) => {
      vision.state = seen[i]!.state;
      return { unit, mediaTimeMs, kv: vision.admit({ unit, mediaTimeMs }) };
    });
  }
}
