/** A published checkpoint of a family that can be run. */
export interface KnownCheckpoint {
  /** `owner/name` on the hub. */
  readonly id: string;
  readonly parameters: number;
  /** Bytes of a parameter on the hub; null: not known, 4 at most. */
  readonly bytesAParameter: 2 | null;
  readonly license: string;
  /** What the licence forbids, as the end of a sentence; null: nothing that a user of this program would do. */
  readonly forbids: string | null;
  /** What it is, in a sentence. */
  readonly about: string;
}

const APACHE = { license: "apache-2.0", forbids: null } as const;

/**
 * Checkpoints to begin with. Numbers of parameters are those of the architectures, counted with transformers from their
 * published configurations.
 */
export const KNOWN_CHECKPOINTS: readonly KnownCheckpoint[] = [
  {
    id: "HuggingFaceTB/SmolVLM2-256M-Video-Instruct",
    parameters: 256_484_928,
    bytesAParameter: null,
    ...APACHE,
    about: "The smallest. It was trained on video.",
  },
  {
    id: "HuggingFaceTB/SmolVLM2-500M-Video-Instruct",
    parameters: 507_482_304,
    bytesAParameter: null,
    ...APACHE,
    about: "SmolVLM2 with a larger language model.",
  },
  {
    id: "HuggingFaceTB/SmolVLM2-2.2B-Instruct",
    parameters: 2_246_784_880,
    bytesAParameter: null,
    ...APACHE,
    about: "The largest SmolVLM2, with larger eyes, too.",
  },
  {
    id: "Qwen/Qwen2-VL-2B-Instruct",
    parameters: 2_208_985_600,
    bytesAParameter: 2,
    ...APACHE,
    about: "Takes pictures of any size.",
  },
  {
    id: "Qwen/Qwen2.5-VL-3B-Instruct",
    parameters: 3_754_622_976,
    bytesAParameter: 2,
    license: "qwen-research",
    forbids: "commercial use",
    about: "Takes pictures of any size. Positions in time are seconds.",
  },
  {
    id: "Qwen/Qwen2.5-VL-7B-Instruct",
    parameters: 8_292_166_656,
    bytesAParameter: 2,
    ...APACHE,
    about: "Qwen2.5-VL with a larger language model.",
  },
  {
    id: "Qwen/Qwen3-VL-2B-Instruct",
    parameters: 2_127_532_032,
    bytesAParameter: 2,
    ...APACHE,
    about: "Takes pictures of any size. Times of frames are written as text.",
  },
  {
    id: "Qwen/Qwen3-VL-4B-Instruct",
    parameters: 4_437_815_808,
    bytesAParameter: 2,
    ...APACHE,
    about: "Qwen3-VL with a larger language model.",
  },
];

/** What is known of a checkpoint; null: nothing. */
export function knownCheckpoint(id: string): KnownCheckpoint | null {
  return KNOWN_CHECKPOINTS.find((known) => known.id === id) ?? null;
}

/** What a licence forbids that is known to forbid something; null: nothing is known of it. */
export function forbiddenBy(id: string, license: string | null): string | null {
  const known = knownCheckpoint(id);
  if (known !== null) return known.forbids;
  return license !== null && /(^|-)(nc|noncommercial|non-commercial|research)(-|$)/i.test(license)
    ? "commercial use, going by its name: read it"
    : null;
}
