import type { Frame } from "../ingest/mod.ts";
import type { EventPictures } from "../streams/mod.ts";

/** Longest side of a picture (px). */
const SIDE = 640;

/** How much is kept. */
export interface PictureLimits {
  /** Most pictures, of all streams together. */
  readonly maxAlertPictures: number;
  /** Most bytes of them. */
  readonly maxAlertPictureBytes: number;
}

interface Kept {
  readonly jpeg: Promise<Uint8Array | null>;
  /** 0 until it is encoded. */
  bytes: number;
}

/**
 * The pictures of alerts, in memory: the newest ones, as many as fit. What is masked in a stream is black in them, because
 * nobody gets other frames of it.
 *
 * @example
 * const pictures = new AlertPictures({ maxAlertPictures: 256, maxAlertPictureBytes: 32 * 2 ** 20 });
 * pictures.keep("door", "event_62", frame);
 * await pictures.find("door", "event_62")
 */
export class AlertPictures implements EventPictures {
  private readonly kept = new Map<string, Kept>();
  private heldBytes = 0;
  /** The frame that was encoded last: several alerts of a moment share its picture. */
  private last: { readonly frame: Frame; readonly jpeg: Promise<Uint8Array | null> } | null = null;

  /** @param onFault told when a picture could not be encoded */
  constructor(
    private readonly limits: PictureLimits,
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** How many pictures there are, and their bytes. */
  get figures(): { readonly pictures: number; readonly bytes: number } {
    return { pictures: this.kept.size, bytes: this.heldBytes };
  }

  /** Keeps the picture of an event. @returns whether there will be one */
  keep(stream: string, eventId: string, frame: Frame): boolean {
    if (this.limits.maxAlertPictures === 0 || this.limits.maxAlertPictureBytes === 0) return false;
    const kept: Kept = { jpeg: this.encode(frame), bytes: 0 };
    const key = keyOf(stream, eventId);
    this.kept.set(key, kept);
    void kept.jpeg.then((jpeg) => {
      // It may be forgotten by now.
      if (this.kept.get(key) !== kept) return;
      kept.bytes = jpeg?.byteLength ?? 0;
      this.heldBytes += kept.bytes;
      this.forget();
    });
    this.forget();
    return true;
  }

  async find(stream: string, eventId: string): Promise<Uint8Array | null> {
    return (await this.kept.get(keyOf(stream, eventId))?.jpeg) ?? null;
  }

  private encode(frame: Frame): Promise<Uint8Array | null> {
    if (this.last?.frame === frame) return this.last.jpeg;
    const jpeg = frame.jpeg(SIDE).catch((error: unknown) => {
      this.onFault(error);
      return null;
    });
    this.last = { frame, jpeg };
    // Otherwise a large frame would be held for as long as nothing happens.
    void jpeg.then(() => {
      if (this.last?.jpeg === jpeg) this.last = null;
    });
    return jpeg;
  }

  private forget(): void {
    const { maxAlertPictures, maxAlertPictureBytes } = this.limits;
    for (const [key, { bytes }] of this.kept) {
      if (this.kept.size <= maxAlertPictures && this.heldBytes <= maxAlertPictureBytes) return;
      this.kept.delete(key);
      this.heldBytes -= bytes;
    }
  }
}

function keyOf(stream: string, eventId: string): string {
  return `${stream}/${eventId}`;
}
