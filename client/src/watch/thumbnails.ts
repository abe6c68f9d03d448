/** Width of a thumbnail (px). */
const WIDTH_PX = 160;
const QUALITY = 0.7;
const MOST_KEPT = 300;
/** Pictures that were sent and may still be those of units that are to be seen. */
const MOST_SENT = 48;
/** A unit's media time is that of its last picture, but for rounding (ms). */
const SAME_MS = 2;

/** Small pictures of the units of a video that this page sends: of each its last picture, as the server got it. */
export class Thumbnails {
  private sent: { readonly picture: Blob; readonly mediaTimeMs: number }[] = [];
  private readonly kept = new Map<number, Blob>();

  /** A picture was sent. */
  take(picture: Blob, mediaTimeMs: number): void {
    this.sent = [...this.sent, { picture, mediaTimeMs }].slice(-MOST_SENT);
  }

  /** A unit was seen, whose last picture has this media time. Older pictures are those of no unit that is to come. */
  async see(unit: number, mediaTimeMs: number): Promise<void> {
    const found = this.sent.find((each) => Math.abs(each.mediaTimeMs - mediaTimeMs) < SAME_MS);
    this.sent = this.sent.filter((each) => each.mediaTimeMs > mediaTimeMs);
    if (found === undefined) return;
    const small = await smaller(found.picture);
    if (small === null) return;
    this.kept.set(unit, small);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST_KEPT) this.kept.delete(oldest!);
  }

  /** null: it is no longer kept, or not made yet. */
  of(unit: number): Blob | null {
    return this.kept.get(unit) ?? null;
  }

  /** Another session begins. */
  forget(): void {
    this.sent = [];
    this.kept.clear();
  }
}

async function smaller(picture: Blob): Promise<Blob | null> {
  const bitmap = await createImageBitmap(picture, { resizeWidth: WIDTH_PX, resizeQuality: "medium" });
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(bitmap);
  return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
