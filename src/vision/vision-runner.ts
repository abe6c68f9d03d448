import { Stack } from "../attention/mod.ts";
import { KvMemory, type UnitKv } from "../cache/mod.ts";
import { floats } from "../models/graph.ts";
import type { Bundle } from "../models/mod.ts";
import { ImageEncoder } from "./image-encoder.ts";
import { join } from "./join.ts";
import type { SeeingOptions, UnitFrames } from "./messages.ts";
import { VisionStream } from "./vision-stream.ts";

/** A unit to be seen, and whose it is. */
export interface UnitToSee {
  readonly vision: VisionStream;
  readonly unit: UnitFrames;
}

/** A unit that was seen, ready to be published. */
export interface SeenUnit {
  readonly unit: UnitKv;
  /** Nothing had changed: the tokens of the unit before were used again. */
  readonly still: boolean;
}

/** Seeing: pixels of a unit and the visual cache in, the unit's keys and values in the cache and out. */
export class VisionRunner {
  private constructor(
    private readonly bundle: Bundle,
    /** Where this thread's visual caches live. */
    readonly memory: KvMemory,
    private readonly encoder: ImageEncoder,
    private readonly stack: Stack,
  ) {}

  /** @throws {ModelError} `graph_mismatch` */
  static async open(bundle: Bundle, threads: number): Promise<VisionRunner> {
    const memory = new KvMemory();
    const options = { threads, memory, input: "x", output: null };
    const encoder = await ImageEncoder.open(bundle, threads);
    return new VisionRunner(
      bundle,
      memory,
      encoder,
      await Stack.open(bundle.paths.visual, bundle.manifest, options),
    );
  }

  /** A stream that has seen nothing yet. */
  openStream(options: SeeingOptions): VisionStream {
    return new VisionStream(this.memory, this.bundle.manifest, options, this.encoder.initialState());
  }

  /** Sees one unit each of different streams together; only those that show something new are encoded. */
  async run(requests: readonly UnitToSee[]): Promise<SeenUnit[]> {
    const { heads, head_width } = this.bundle.manifest.transformer;
    const inputs = requests.map(({ vision, unit }) => vision.toLookAt(unit));
    const news = inputs.filter((input) => input !== null);
    const looked = news.length === 0 ? [] : await this.encoder.look(news);
    let next = 0;
    const tokens = requests.map(({ vision }, i) =>
      vision.looked(inputs[i] === null ? null : looked[next++]!),
    );
    const rows = requests.flatMap(({ vision, unit }) => vision.rows(unit));
    const x = floats(join(tokens), rows.length, heads * head_width);
    await this.stack.run({ x }, rows);
    return requests.map(({ vision, unit: { unit, mediaTimeMs } }, i) => {
      const kv = vision.admit({ unit, mediaTimeMs });
      return { unit: { unit, mediaTimeMs, kv }, still: inputs[i] === null };
    });
  }
}
