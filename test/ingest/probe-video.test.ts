import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FfmpegBinary, resolveFfmpeg } from "../../src/ingest/ffmpeg-binary.ts";
import { probeVideo } from "../../src/ingest/probe-video.ts";
import { ffmpeg, makeSound, makeTempDir, makeVideo, serve } from "../support/media.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeAll(async () => {
  dir = await makeTempDir();
});
afterAll(() => dir.remove());
const at = (name: string) => join(dir.path, name);

// npm's ffmpeg comes without an ffprobe: the one reads JSON, the other what `ffmpeg -i` prints.
describe.each(["FFMPEG_PATH or PATH", "installer"])("probeVideo with ffmpeg from %s", (origin) => {
  let binary: FfmpegBinary;
  beforeAll(async () => {
    binary = await resolveFfmpeg(origin === "installer" ? {} : process.env);
  });

  it("reads duration, size, rate and codec", async () => {
    const path = await makeVideo(at("clip.mp4"), { seconds: 3, fps: 12.5, size: "96x64" });
    const { durationMs, ...info } = await probeVideo(path, { ffmpeg: binary });
    expect(info).toEqual({ width: 96, height: 64, fps: 12.5, videoCodec: "mpeg4" });
    expect(Math.abs(durationMs! - 3000)).toBeLessThan(150);
  });

  it("gives the size as shown, not as stored", async () => {
    const path = await makeVideo(at("plain.mp4"), { size: "96x64" });
    const turned = at("turned.mp4");
    await ffmpeg("-i", path, "-c", "copy", "-metadata:s:v:0", "rotate=90", turned);
    expect(await probeVideo(turned, { ffmpeg: binary })).toMatchObject({ width: 64, height: 96 });
  });

  it("knows no duration of a stream that has none", async () => {
    const path = await makeVideo(at("bare.mjpeg"), { output: ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"] });
    expect(await probeVideo(path, { ffmpeg: binary })).toMatchObject({
      durationMs: null,
      videoCodec: "mjpeg",
    });
  });

  it("fails as openVideo does", async () => {
    await writeFile(at("text.mp4"), "text ".repeat(1000));
    const code = (input: string) =>
      probeVideo(input, { ffmpeg: binary, timeoutMs: 5000 }).then(
        () => "none",
        (error) => error.code,
      );
    expect(await code(at("nope.mp4"))).toBe("file_not_found");
    expect(await code(at("text.mp4"))).toBe("not_a_video");
    expect(await code(await makeSound(at("sound.wav")))).toBe("no_video_track");
    expect(await code("http://127.0.0.1:1/x.mp4")).toBe("url_unreachable");
  });

  it("does not wait for ever", async () => {
    const server = await serve(() => {});
    const probe = probeVideo(`${server.url}/silent.mp4`, { ffmpeg: binary, timeoutMs: 300 });
    await expect(probe).rejects.toMatchObject({ code: "first_frame_timeout" });
    await server.close();
  });
});
