import { floats, joinPieces, Stack } from "../attention/mod.ts";
import { KvMemory, type UnitKv } from "../cache/mod.ts";
import { type Bundle, stackShape } from "../models/mod.ts";
import type { ImageEncoder } from "./image-encoder.ts";
import type { SeeingOptions, UnitFrames } from "./messages.ts";
import { openEncoder } from "./open-image-encoder.ts";
import type { SeenUnit, VisionModel } from "./vision-model.ts";
import { VisionStream } from "./vision-stream.ts";

/** A unit to be encoded and prefilled, with the stream that it belongs to. */
export interface UnitToSee {
  readonly vision: VisionStream;
  readonly unit: UnitFrames;
}

/** A unit that has been encoded and prefilled. */
export interface VisualUnit extends SeenUnit {
  readonly unit: UnitKv;
  /** Nothing had changed: the unit was not encoded, and the tokens of the last encoded one were used again. */
  readonly still: boolean;
}

/** Runs the image encoder and the visual stack: the frames of a unit go in, its keys and values come out. */
export class VisionRunner implements VisionModel<VisionStream> {
  private constructor(
    private readonly bundle: Bundle,
    /** Memory of this thread, in which the visual caches are. */
    readonly memory: KvMemory,
    private readonly encoder: ImageEncoder,
    private readonly stack: Stack,
  ) {}

  /** @throws {ModelError} `graph_mismatch` */
  static async open(bundle: Bundle, threads: number): Promise<VisionRunner> {
    const memory = new KvMemory();
    const options = { threads, memory, input: "x", output: null };
    const encoder = await openEncoder(bundle, threads);
    return new VisionRunner(
      bundle,
      memory,
      encoder,
      await Stack.open(bundle.paths.visual, stackShape(bundle.manifest), options),
    );
  }

  /**
   * Opens a stream that has seen no unit yet.
   * @throws {RangeError} when the memory for caches is full
   */
  openStream(options: SeeingOptions): VisionStream {
    return new VisionStream(this.memory, this.bundle.manifest, options, this.encoder.initialState());
  }

  /** Encodes and prefills one unit each of different streams together. Units that show nothing new are not encoded. */
  async run(requests: readonly UnitToSee[]): Promise<VisualUnit[]> {
    const { heads, head_width } = this.bundle.manifest.transformer;
    const inputs = requests.map(({ vision, unit }) => vision.toEncode(unit));
    const changed = inputs.filter((input) => input !== null);
    const outputs = changed.length === 0 ? [] : await this.encoder.encode(changed);
    let next = 0;
    const tokens = requests.map(({ vision }, i) =>
      vision.encoded(inputs[i] === null ? null : outputs[next++]!),
    );
    const rows = requests.flatMap(({ vision, unit }) => vision.rows(unit));
    const x = floats(joinPieces(tokens), rows.length, heads * head_width);
    await this.stack.run({ first: { x }, rows });
    return requests.map(({ vision, unit }, i) => {
      const { unit: index, mediaTimeMs } = unit;
      const kv = vision.admit({ unit: index, mediaTimeMs });
      const still = inputs[i] === null;
      const { held: heldUnits, windowUnits, evicted: evictedUnits } = vision.cache;
      return {
        unit: { unit: index, mediaTimeMs, kv },
        still,
        transfer: [kv.key.buffer as ArrayBuffer, kv.value.buffer as ArrayBuffer],
        // The scene is judged after the unit was published, so that reasoning does not wait for it.
        report: (times) => ({
          type: "seen",
          unit: index,
          still,
          scene: vision.judgeScene(unit),
          ...times,
          ...{ heldUnits, windowUnits, evictedUnits },
        }),
      };
    });
  }

  get cacheBytes(): number {
    return this.memory.heldBytes.visual;
  }

  /**
   * Makes the memory anew if it has become large and no cache is in it. Must be called between two steps.
   * @returns whether it did; the old memory is then garbage
   */
  trim(): boolean {
    return this.stack.trim();
  }
}
