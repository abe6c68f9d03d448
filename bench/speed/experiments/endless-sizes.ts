export interface EndlessSizes {
  /** Frames a second of media time. */
  readonly fps: number;
  /** Of media time. */
  readonly hours: number;
  /** The stream is cut into about so many parts of equal length. */
  readonly buckets: number;
  /** How often in its course the stream is compared with a young one. */
  readonly pairs: number;
  /** Units of such a comparison. */
  readonly pairUnits: number;
}

export const ENDLESS_SIZES: EndlessSizes = { fps: 2, hours: 2, buckets: 40, pairs: 12, pairUnits: 60 };
export const LONG_ENDLESS_SIZES: EndlessSizes = { ...ENDLESS_SIZES, hours: 24, pairs: 24 };
