import { type DescribedVideo, decodingCores } from "../ingest/mod.ts";
import type { CameraEntry } from "./camera-schema.ts";

/** A camera's video, and how it is decoded. */
export type DecodedVideo = DescribedVideo & Pick<CameraEntry, "decode" | "hwaccel">;

/** How long after the last camera has told of its video all are added up (ms). Cameras of one server come together. */
const SETTLE_MS = 2000;
/** It is told again when it has grown by so much (share). */
const GROWN = 1.25;

/**
 * Adds up what the videos of all cameras cost to decode, and tells when that is more than the machine has: then pictures
 * come late, or not at all, whatever the model does.
 */
export class DecodingLoad {
  private readonly videos = new Map<string, DecodedVideo>();
  private toldCores = 0;
  private waiting: NodeJS.Timeout | undefined;

  /**
   * @param cores what the machine has
   * @param tell is given a text for people
   */
  constructor(
    private readonly cores: number,
    private readonly tell: (message: string) => void,
  ) {}

  /** A camera's video has come. */
  saw(camera: string, video: DecodedVideo): void {
    this.videos.set(camera, video);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.look(), SETTLE_MS).unref();
  }

  /** A camera is gone, or is opened anew. */
  forget(camera: string): void {
    this.videos.delete(camera);
  }

  close(): void {
    clearTimeout(this.waiting);
  }

  private look(): void {
    const message = overload(this.videos, this.cores);
    if (message === null) {
      this.toldCores = 0;
      return;
    }
    if (message.cores < GROWN * this.toldCores) return;
    this.toldCores = message.cores;
    this.tell(message.text);
  }
}

/** What to say of cameras that cost more than there is; null when they do not. */
export function overload(
  videos: ReadonlyMap<string, DecodedVideo>,
  cores: number,
): { readonly cores: number; readonly text: string } | null {
  const costs = [...videos]
    .map(([name, video]) => ({ name, video, cores: decodingCores(video) }))
    .sort((a, b) => b.cores - a.cores);
  const sum = costs.reduce((total, each) => total + each.cores, 0);
  if (sum <= cores) return null;
  const [{ name, video, cores: most }] = costs as [(typeof costs)[number]];
  const rate = video.fps === null ? "" : ` at ${video.fps} frames a second`;
  const whose =
    costs.length === 1 ? "The video of one camera takes" : `The videos of ${costs.length} cameras take`;
  const text = [
    `${whose} about ${sum.toFixed(1)} cores to decode, and this machine has ${cores}, which the model needs, too. So pictures will come late or be left out.`,
    `The most is ${name}: ${video.width}x${video.height} ${video.codec}${rate}, about ${most.toFixed(2)}.`,
    "What helps, the best first: the URL of the camera's smaller stream (substream); decode: keyframes; fewer frames a second in the settings of the camera itself; hwaccel: auto where there is a GPU. (docs/running.md)",
  ];
  return { cores: sum, text: text.join(" ") };
}
