/** Containers of coded pictures through the real ffmpeg. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ContainerRun } from "../../../src/ingest/container/container-run.ts";
import type { IngestError } from "../../../src/ingest/errors.ts";
import { FrameLayout } from "../../../src/ingest/frame-layout.ts";
import {
  CONTAINER_LIMITS,
  ContainerDecoder,
  type ContainerDecoderOptions,
  type ContainerPicture,
  containerKind,
  RgbFrame,
  resolveFfmpeg,
} from "../../../src/ingest/mod.ts";
import { type CodedMime, codedContainer, pictureChunks, randomChunks } from "../../support/containers.ts";
import { eventually, isAlive, makeTempDir, makeVideo, tracedFfmpeg } from "../../support/media.ts";
import { CODED_FPS, CODED_SIZE, KEY_EVERY, numberOf } from "../../support/rtsp/coded-video.ts";

const PICTURES = 3 * KEY_EVERY;
let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeAll(async () => {
  dir = await makeTempDir();
});
afterAll(() => dir.remove());

async function open(mime: string, more: Partial<ContainerDecoderOptions> = {}) {
  const { binary, pids } = await tracedFfmpeg((await makeTempDir()).path);
  const pictures: ContainerPicture[] = [];
  const restarts: IngestError[] = [];
  let outcome: IngestError | null | undefined;
  const options = {
    ...CODED_SIZE,
    fps: CODED_FPS,
    ...CONTAINER_LIMITS,
    maxPixels: 1e6,
    maxPictureBytes: 1e6,
  };
  const decoder = new ContainerDecoder(
    { ...options, kind: containerKind(mime)!, ffmpeg: binary, ...more },
    {
      ready: () => {},
      picture: (picture) => pictures.push(picture),
      restarting: (error) => restarts.push(error),
      ended: (error) => {
        outcome = error;
      },
    },
  );
  onTestFinished(() => decoder.close());
  const ended = async () => {
    await eventually(() => outcome !== undefined, "the container has ended", 30_000);
    return outcome;
  };
  const numbers = () =>
    Promise.all(
      pictures.map(({ small, arrivedAtMs }, seq) =>
        numberOf(new RgbFrame({ seq, mediaTimeMs: 0, arrivedAtMs }, small)),
      ),
    );
  return { decoder, pictures, restarts, ended, numbers, pids };
}

const upTo = (count: number, from = 0) => Array.from({ length: count - from }, (_, i) => from + i);

describe.each(["video/webm", "video/mp4", "video/mp2t"])("%s", (mime) => {
  it("is decoded to its end, with its own times, whatever its chunks are", async () => {
    const bytes = await codedContainer(mime, PICTURES);
    const { decoder, pictures, ended, numbers } = await open(mime);
    const pushedAtMs = performance.now();
    for (const chunk of randomChunks(bytes, 1)) decoder.push(chunk);
    decoder.end();
    expect(await ended()).toBeNull();
    expect(await numbers()).toEqual(upTo(PICTURES));
    const firstMs = pictures[0]!.timeMs!;
    for (const [i, { timeMs, arrivedAtMs }] of pictures.entries()) {
      expect(Math.abs(timeMs! - firstMs - (1000 * i) / CODED_FPS)).toBeLessThanOrEqual(1);
      expect(arrivedAtMs).toBeGreaterThanOrEqual(pushedAtMs);
    }
  });
});

describe("video/h264", () => {
  it("is decoded to its end, with the times at which it arrives", async () => {
    const chunks = pictureChunks(await codedContainer("video/h264", PICTURES));
    expect(chunks).toHaveLength(PICTURES);
    const { decoder, pictures, ended, numbers } = await open("video/h264", { fps: 200 });
    const pushedAtMs: number[] = [];
    for (const chunk of chunks) {
      pushedAtMs.push(performance.now());
      decoder.push(chunk);
      await sleep(20);
    }
    decoder.end();
    expect(await ended()).toBeNull();
    // Those that came before the decoder was there came together.
    const seen = await numbers();
    expect(seen).not.toContain(null);
    expect(seen.length).toBeGreaterThan(PICTURES / 2);
    expect(seen.at(-1)).toBe(PICTURES - 1);
    for (const [i, { timeMs, arrivedAtMs }] of pictures.entries()) {
      expect(timeMs).toBeNull();
      expect(arrivedAtMs).toBeGreaterThan(pushedAtMs[seen[i]!]! - 5);
    }
  });
});

describe("image/jpeg", () => {
  it("is taken as JPEGs that follow each other", async () => {
    const { picture } = await import("../../support/server.ts");
    const { decoder, pictures, ended } = await open("image/jpeg", { fps: 100 });
    const [red, blue] = [
      await picture("jpeg", { colour: "#f00" }),
      await picture("jpeg", { colour: "#00f" }),
    ];
    for (const jpeg of [red, red, red, red, blue]) {
      for (const chunk of randomChunks(jpeg, 3, 200)) decoder.push(chunk);
      await sleep(150);
    }
    decoder.end();
    expect(await ended()).toBeNull();
    expect(pictures[0]!.small.data[0]).toBeGreaterThan(200);
    expect(pictures.at(-1)!.small.data[2]).toBeGreaterThan(200);
  });
});

describe.each<CodedMime>(["video/webm", "video/mp4", "video/h264"])("%s, when its decoder", (mime) => {
  /** Pushes a container in two halves; between them something happens to the decoder. The cut is within a group. */
  async function twoHalves(signal: "SIGKILL" | "SIGSTOP") {
    const bytes = await codedContainer(mime, PICTURES);
    const isPaced = mime === "video/h264";
    const chunks = isPaced ? pictureChunks(bytes) : randomChunks(bytes, 5, 500);
    const watched = await open(mime, {
      fps: isPaced ? 200 : CODED_FPS,
      decoderTimeoutMs: 1000,
      // Everything waits for the decoder that is stopped.
      maxDecoderBacklogBytes: 2 ** 24,
    });
    const push = async (some: readonly Buffer[]) => {
      for (const chunk of some) {
        watched.decoder.push(chunk);
        // Pictures without times are timed as they are read: what waits until ffmpeg has started is one moment.
        if (isPaced) await sleep(watched.pictures.length === 0 ? 150 : 10);
      }
    };
    const half = Math.floor(chunks.length / 2);
    await push(chunks.slice(0, half));
    await eventually(() => watched.pictures.length > 5, "some pictures have come");
    const [first] = await watched.pids();
    process.kill(first!, signal);
    return { ...watched, first: first!, push, chunks, half };
  }

  it("is killed, goes on with the next key frame, in another one", async () => {
    const { decoder, restarts, ended, numbers, pictures, pids, first, push, chunks, half } =
      await twoHalves("SIGKILL");
    await eventually(() => restarts.length === 1, "its death was noticed");
    expect(restarts[0]).toMatchObject({ code: "container_decoder_died" });
    const before = pictures.length;
    await push(chunks.slice(half));
    decoder.end();
    expect(await ended()).toBeNull();
    const seen = await numbers();
    expect(seen).not.toContain(null);
    const back = seen[before]!;
    expect(back % KEY_EVERY).toBe(0);
    expect(back).toBeGreaterThan(seen[before - 1]!);
    expect(seen.at(-1)).toBe(PICTURES - 1);
    if (mime !== "video/h264") {
      expect(seen.slice(before)).toEqual(upTo(PICTURES, back));
      expect(pictures[before]!.timeMs).toBe((1000 * back) / CODED_FPS);
    }
    await decoder.gone;
    expect(await pids()).toHaveLength(2);
    for (const pid of await pids()) expect(isAlive(pid)).toBe(false);
    expect(first).toBe((await pids())[0]);
  });
});

describe("a decoder", () => {
  it("that hangs is ended, in the middle and at the end", async () => {
    const bytes = await codedContainer("video/webm", PICTURES);
    const { decoder, pictures, restarts, pids, ended } = await open("video/webm", { decoderTimeoutMs: 500 });
    decoder.push(bytes.subarray(0, bytes.length / 2));
    await eventually(() => pictures.length > 5, "some pictures have come");
    const [first] = await pids();
    process.kill(first!, "SIGSTOP");
    // More than its pipe holds.
    const clusters = bytes.subarray(bytes.indexOf(Buffer.from([0x1f, 0x43, 0xb6, 0x75])));
    decoder.push(bytes.subarray(bytes.length / 2));
    for (let i = 0; i < 2_000_000 / clusters.length; i++) decoder.push(clusters);
    await eventually(() => restarts.length === 1, "it is started again");
    expect(restarts[0]!.message).toContain("did nothing any more");
    await eventually(() => !isAlive(first!), "it is gone");
    const before = pictures.length;
    decoder.push(clusters);
    await eventually(() => pictures.length > before, "pictures come again");
    process.kill((await pids()).at(-1)!, "SIGSTOP");
    decoder.end();
    expect(await ended()).toMatchObject({ code: "container_decoder_died" });
    await decoder.gone;
    for (const pid of await pids()) expect(isAlive(pid)).toBe(false);
  });

  it("that dies again and again is given up", async () => {
    const bytes = await codedContainer("video/webm", PICTURES);
    const at = bytes.indexOf(Buffer.from([0x1f, 0x43, 0xb6, 0x75]));
    const { decoder, pictures, pids, restarts, ended } = await open("video/webm", { maxDecoderRestarts: 2 });
    decoder.push(bytes.subarray(0, at));
    for (let death = 0; death < 3; death++) {
      const before = pictures.length;
      decoder.push(bytes.subarray(at));
      await eventually(() => pictures.length > before, "pictures come");
      process.kill((await pids())[death]!, "SIGKILL");
      if (death < 2) await eventually(() => restarts.length === death + 1, "its death was noticed");
    }
    expect(await ended()).toMatchObject({ code: "container_decoder_failed" });
  });

  it("gives a larger picture too, in the video's proportions", async () => {
    const bytes = await codedContainer("video/mp4", KEY_EVERY);
    const { decoder, pictures, ended } = await open("video/mp4", { width: 20, height: 20, largeSide: 100 });
    decoder.push(bytes);
    decoder.end();
    expect(await ended()).toBeNull();
    expect(pictures[0]).toMatchObject({
      small: { width: 20, height: 20 },
      large: { width: 100, height: 50 },
    });
    const { data } = pictures[0]!.large!;
    expect(data).toHaveLength(100 * 50 * 3);
    // Its last row is one of the picture, not of what lies below it.
    expect(Math.max(...data.subarray(-300))).toBeGreaterThan(5);
  });

  it("takes a tenth of the frames when a tenth of the rate is wanted", async () => {
    const bytes = await codedContainer("video/webm", PICTURES);
    const { decoder, ended, numbers } = await open("video/webm", { fps: 1 });
    decoder.push(bytes);
    decoder.end();
    expect(await ended()).toBeNull();
    expect(await numbers()).toEqual(upTo(PICTURES / CODED_FPS).map((second) => second * CODED_FPS));
  });

  it("refuses pictures with more pixels than it may decode, and bytes of which nothing comes", async () => {
    const bytes = await codedContainer("video/webm", KEY_EVERY);
    const large = await open("video/webm", { maxPixels: 128 * 64 - 1 });
    large.decoder.push(bytes);
    expect(await large.ended()).toMatchObject({ code: "container_too_many_pixels" });

    const empty = await open("video/webm", { maxFirstPictureMs: 300 });
    // Its header, and the beginning of its first picture.
    empty.decoder.push(bytes.subarray(0, bytes.indexOf(Buffer.from([0x1f, 0x43, 0xb6, 0x75])) + 40));
    const outcome = await empty.ended();
    expect(outcome).toMatchObject({ code: "container_undecodable" });
    expect(outcome!.message).toContain("VP8");

    const short = await open("video/mp4");
    const mp4 = await codedContainer("video/mp4", KEY_EVERY);
    short.decoder.push(mp4.subarray(0, 300));
    short.decoder.end();
    expect(await short.ended()).toMatchObject({ code: "container_undecodable" });
  });

  it.each(["matroska", "hls"])("does not open what a playlist names, not even as %s", async (format) => {
    const clip = await makeVideo(join(dir.path, `${format}.ts`), { seconds: 1 });
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:${clip}\n#EXT-X-ENDLIST\n`;
    let frames = 0;
    const run = new ContainerRun({
      binary: await resolveFfmpeg(),
      // Behind the splitter, which refuses it already.
      kind: { ...containerKind("video/webm")!, format, demuxer: format === "hls" ? "hls" : "matroska,webm" },
      layout: new FrameLayout({ width: 64, height: 48 }),
      fps: 10,
      maxPixels: 1e6,
      timeoutMs: 5000,
      onFrame: () => frames++,
      onTooLarge: () => {},
    });
    run.write(Buffer.from(playlist));
    run.end();
    const { exit, stderr } = await run.ended;
    expect(frames).toBe(0);
    expect(exit.code).not.toBe(0);
    if (format === "hls") expect(stderr.join("\n")).toMatch(/not on whitelist/);
  });
});
