/** What a picture costs on a server. */
export interface PictureCost {
  /** Width of the picture, which was of 4:3 (px). */
  readonly side: number;
  /** Tokens of the prompt; null: the server does not count. */
  readonly tokens: number | null;
  /** Time that a new picture adds until the first token (ms). */
  readonly ms: number;
}

/** Whether a server knows the beginning of a prompt again. */
export interface PrefixCache {
  readonly works: boolean;
  /** Share of an earlier prompt that was in the cache when a picture was added to it; null: the server does not say. */
  readonly share: number | null;
}

/** What a server can do, by measurement. What is null was not measured; `notMeasured` says why. */
export interface ProbeResult {
  readonly model: string;
  /** Tokens of a prompt and its answer together; null: the server does not say. */
  readonly contextTokens: number | null;
  /** Whether text comes in pieces, while it is generated. */
  readonly streams: boolean | null;
  /** The model thinks to itself before it answers. */
  readonly reasons: boolean;
  readonly takesImages: boolean | null;
  /** By growing size; empty when it takes none. */
  readonly pictures: readonly PictureCost[];
  readonly cache: PrefixCache | null;
  /** How many tokens are listed with the first one; 0: the server tells no probabilities. */
  readonly logprobs: number | null;
  readonly schema: boolean | null;
  /** Of a short prompt (ms). */
  readonly firstTokenMs: number | null;
  readonly prefillTokensPerS: number | null;
  readonly decodeTokensPerS: number | null;
  /** Time of two requests at once, as a multiple of that of one: 1 where they run side by side, 2 where one waits. */
  readonly parallel: number | null;
  readonly notMeasured: readonly { readonly what: string; readonly why: string }[];
}
