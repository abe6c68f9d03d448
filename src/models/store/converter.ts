import type { WeightWidth } from "../checkpoint-schema.ts";

/** A conversion that is to be done. */
export interface Conversion {
  /** Folder of the checkpoint. */
  readonly source: string;
  /** Folder of the bundle. */
  readonly target: string;
  readonly weights: WeightWidth;
  readonly id: string;
  readonly revision: string | null;
  readonly license: string | null;
  readonly signal: AbortSignal;
  /** Told how many bytes of the bundle are written. */
  readonly onProgress: (progress: { readonly bytes: number }) => void;
}

/** What is known of a bundle before it is made. */
export interface BundleForecast {
  /** As the checkpoint's card names it; null when it names none. */
  readonly license: string | null;
  /** Bytes on disk. */
  readonly bytes: number;
  /** Bytes of its graphs, which are in memory while it runs. */
  readonly graphBytes: number;
}

/** Makes bundles of checkpoints. */
export interface Converter {
  /** @throws {ModelError} `checkpoint_unsupported` when config.json says that it cannot be converted */
  check(config: object): void;
  /** How large the bundle of a checkpoint will be. Only the headers of its weights are read. */
  measure(source: string, weights: WeightWidth): Promise<BundleForecast>;
  /**
   * What speed to expect of a checkpoint here, in whole sentences. Only the headers of its weights are read. Not there:
   * nobody wants to know.
   */
  expectSpeed?(source: string, weights: WeightWidth): Promise<string>;
  convert(conversion: Conversion): Promise<void>;
}
