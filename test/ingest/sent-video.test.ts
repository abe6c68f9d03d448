import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { firstValueFrom, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSentVideo } from "../../src/ingest/mod.ts";
import { ffmpeg, makeTempDir, makeVideo } from "../support/media.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeAll(async () => {
  dir = await makeTempDir();
});
afterAll(() => dir.remove());

const options = { width: 16, height: 16, fps: 4, pace: "max", maxPixels: 640 * 480 } as const;
const play = (bytes: Uint8Array, more = {}) =>
  firstValueFrom(openSentVideo(bytes, { ...options, ...more }).pipe(toArray()));

describe("a video that was sent", () => {
  it("is played with its sound beside it, also when its index is at its end", async () => {
    const path = join(dir.path, "sound.mp4");
    const inputs = [
      "-f",
      "lavfi",
      "-i",
      "testsrc2=size=64x48:rate=10:duration=2",
      "-f",
      "lavfi",
      "-i",
      "sine=duration=2",
    ];
    await ffmpeg(...inputs, "-c:v", "mpeg4", "-c:a", "aac", path);
    const frames = await play(await readFile(path));
    expect(frames.map(({ mediaTimeMs }) => mediaTimeMs)).toEqual([0, 250, 500, 750, 1000, 1250, 1500, 1750]);
  });

  it("opens no other file, whatever it names", async () => {
    const clip = await makeVideo(join(dir.path, "secret.ts"), { seconds: 2 });
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${clip}\n#EXT-X-ENDLIST\n`;
    const list = `ffconcat version 1.0\nfile '${clip}'\n`;
    for (const text of [playlist, list]) {
      const error = await play(Buffer.from(text)).catch((thrown) => thrown);
      expect(error.code).toBe("not_a_video");
      expect(error.message).toMatch(/^The video that was sent/);
      expect(error.message).not.toContain(dir.path);
    }
  });

  it("may have so many pixels, and no old codec", async () => {
    const large = await makeVideo(join(dir.path, "large.mp4"), { seconds: 1, size: "1280x720" });
    await expect(play(await readFile(large))).rejects.toMatchObject({ name: "IngestError" });
    expect(await play(await readFile(large), { maxPixels: 1280 * 720 })).toHaveLength(4);
    const old = join(dir.path, "old.avi");
    await ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=1", "-c:v", "msmpeg4v2", old);
    await expect(play(await readFile(old))).rejects.toMatchObject({ name: "IngestError" });
  });
});
