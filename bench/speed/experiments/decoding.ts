import { access, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadBundle } from "../../../src/models/mod.ts";
import { MeasureError } from "../../lib/errors.ts";
import { type CameraVideo, cameraClip } from "../decoding/camera-clips.ts";
import { ClipCameras } from "../decoding/clip-cameras.ts";
import { type DecoderUse, decoderUse } from "../decoding/decoder-use.ts";
import { type ServerUse, serverUse } from "../decoding/server-use.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";

export interface DecodingSizes {
  /** px */
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
  readonly codecs: readonly CameraVideo["codec"][];
  /** Frames a second that a camera sends. */
  readonly rates: readonly number[];
  /** Length of a clip, which is played again and again. */
  readonly clipSeconds: number;
  /** From one key frame to the next (s). */
  readonly keyframeSeconds: number;
  /** How long each is watched. */
  readonly seconds: number;
  /** From its first frame on until it is watched (ms). */
  readonly settleMs: number;
  /** The camera of the tables that look at one thing each. */
  readonly common: CameraVideo;
  /** Frames a second that are taken of the common camera. */
  readonly taken: readonly number[];
  /** How many cameras a server has. */
  readonly cameras: readonly number[];
  /** The command line of thinkalong. */
  readonly program: readonly [string, ...string[]];
}

const SIZES: DecodingSizes = {
  sizes: [
    { width: 640, height: 360 },
    { width: 1920, height: 1080 },
    { width: 3840, height: 2160 },
  ],
  codecs: ["h264", "hevc"],
  rates: [10, 25],
  clipSeconds: 2,
  keyframeSeconds: 2,
  seconds: 4,
  settleMs: 1000,
  common: { width: 1920, height: 1080, codec: "h264", fps: 10 },
  taken: [0.5, 1, 4],
  cameras: [0, 1, 4, 8, 16],
  program: [join(import.meta.dirname, "../../../dist/cli/main.js")],
};

/** GPUs that ffmpeg could decode with, as Linux names them. */
const GPUS = "/dev/dri";

/** What decoding cameras costs, beside what a whole server takes. */
export function decoding(changed: Partial<DecodingSizes> = {}): Experiment {
  const sizes = { ...SIZES, ...changed };
  return {
    name: "decoding",
    title: "What decoding cameras costs",
    about: [
      "Cameras send MPEG-TS over HTTP at their own pace; they show a scene that moves under the noise of a sensor, with",
      `a camera's bit rate (1080p at 25 a second: 4 Mbit/s with H.264, 2 with H.265), a key frame every ${sizes.keyframeSeconds} seconds and no`,
      "B-frames. The server's own ffmpeg command decodes them (one thread, scaled to the model's size and to 640 px for",
      "people). Figures are its processor time for a second of video, in cores: user and system time as Linux counts it.",
    ].join(" "),
    run: (context) => run(context, sizes),
  };
}

/** A camera, and how it is decoded. */
interface Measured extends CameraVideo, DecoderUse {
  readonly decode: "all" | "keyframes";
}

async function run(context: ExperimentContext, sizes: DecodingSizes): Promise<Report> {
  const program = sizes.program.at(-1)!;
  await access(program).catch((cause) => {
    throw new MeasureError("server_not_built", `There is no ${program}. Run npm run build first.`, { cause });
  });
  const folder = await mkdtemp(join(tmpdir(), "thinkalong-bench-"));
  try {
    return await measure(folder, context, sizes);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(folder: string, context: ExperimentContext, sizes: DecodingSizes): Promise<Report> {
  const { signal, progress } = context;
  const { manifest } = await loadBundle(context.model);
  const videos = sizes.codecs.flatMap((codec) =>
    sizes.sizes.flatMap((size) => sizes.rates.map((fps) => ({ ...size, codec, fps }))),
  );
  const all = [...videos, sizes.common];
  const clips = new Map<string, string>();
  const times = { seconds: sizes.clipSeconds, keyframeSeconds: sizes.keyframeSeconds };
  for (const [i, video] of all.entries()) {
    progress((0.3 * i) / all.length, `making ${nameOf(video)}`);
    if (!clips.has(nameOf(video))) clips.set(nameOf(video), await cameraClip(folder, video, times, signal));
  }
  await using cameras = await ClipCameras.start(clips);
  const size = { width: manifest.vision.width, height: manifest.vision.height };
  const use = (video: CameraVideo, more: { decode: "all" | "keyframes"; fps: number; hwaccel?: string }) =>
    decoderUse(cameras.url(nameOf(video)), { ...size, ...more }, sizes, signal);

  const rows: Measured[] = [];
  for (const [i, video] of videos.entries())
    for (const decode of ["all", "keyframes"] as const) {
      progress(0.3 + (0.4 * i) / videos.length, `${nameOf(video)}, ${decode}`);
      rows.push({ ...video, decode, ...(await use(video, { decode, fps: manifest.vision.fps })) });
    }
  const taken: (DecoderUse & { readonly fps: number })[] = [];
  for (const [i, fps] of sizes.taken.entries()) {
    progress(0.7 + 0.02 * i, `${fps} frames a second taken`);
    taken.push({ fps, ...(await use(sizes.common, { decode: "all", fps })) });
  }
  const servers: (ServerUse & { readonly cameras: number })[] = [];
  for (const [i, count] of sizes.cameras.entries()) {
    progress(0.76 + (0.24 * i) / sizes.cameras.length, `a server with ${count} cameras`);
    const urls = Array.from({ length: count }, (_, camera) =>
      cameras.url(nameOf(sizes.common), String(camera)),
    );
    servers.push({
      cameras: count,
      ...(await serverUse(sizes.program, folder, urls, { ...sizes, model: context.model, signal })),
    });
  }
  const gpus = await readdir(GPUS).catch(() => []);
  return {
    tables: [videoTable(videos, rows), takenTable(sizes.common, taken), serverTable(sizes.common, servers)],
    plots: [],
    figures: { rows, taken, servers },
    notes: notes(gpus.length > 0),
  };
}

function videoTable(videos: readonly CameraVideo[], rows: readonly Measured[]) {
  const of = (video: CameraVideo, decode: Measured["decode"]) =>
    rows.find((row) => nameOf(row) === nameOf(video) && row.decode === decode)!;
  return {
    title: "Cores a camera, by what it sends",
    columns: [
      ...["camera", "codec", "sent (frames a second)", "all frames (cores)", "seen of them (a second)"],
      ...["key frames (cores)", "seen of them (a second)", "key frames / all"],
    ],
    rows: videos.map((video) => {
      const [all, keyframes] = [of(video, "all"), of(video, "keyframes")];
      return [
        `${video.width} × ${video.height}`,
        video.codec === "hevc" ? "H.265" : "H.264",
        ...[video.fps, all.cores, all.framesPerSecond],
        ...[keyframes.cores, keyframes.framesPerSecond, keyframes.cores / all.cores],
      ];
    }),
  };
}

function takenTable(common: CameraVideo, taken: readonly (DecoderUse & { readonly fps: number })[]) {
  return {
    title: `Cores, by how many frames a second the server takes (${nameOf(common)})`,
    columns: ["taken (a second)", "cores", "memory of ffmpeg (MiB)"],
    rows: taken.map(({ fps, cores, residentMiB }) => [fps, cores, residentMiB]),
  };
}

function serverTable(common: CameraVideo, servers: readonly (ServerUse & { readonly cameras: number })[]) {
  return {
    title: `A whole server (each camera ${nameOf(common)}, all frames decoded)`,
    columns: [
      ...["cameras", "ffmpeg (cores)", "server and model (cores)", "server and model (MiB)"],
      ...["an ffmpeg (MiB)", "all (MiB)", "of it for each camera (MiB)"],
    ],
    rows: servers.map(({ cameras, ...use }) => [
      ...[cameras, use.ffmpegCores, use.serverCores, use.serverMiB],
      cameras === 0 ? "–" : use.ffmpegMiB / cameras,
      use.serverMiB + use.ffmpegMiB,
      cameras === 0
        ? "–"
        : (use.serverMiB + use.ffmpegMiB - servers[0]!.serverMiB - servers[0]!.ffmpegMiB) / cameras,
    ]),
  };
}

function notes(hasGpu: boolean): string[] {
  return [
    "A camera's substream is the row of its size: 640 × 360 in place of 1920 × 1080.",
    "One thread decodes a camera, so that it delays none. What takes a whole core does not keep up: it falls behind, and fewer frames are seen.",
    "How many frames a second the server takes changes little: all must be decoded, because each refers to the one before it. What helps is a camera that sends fewer, or key frames alone.",
    hasGpu
      ? "There is a GPU here, and hwaccel was not measured."
      : "`hwaccel` was not measured, because this machine has nothing that decodes in place of the processor.",
    "Figures are processor time, which other work of the machine disturbs less than it disturbs delays.",
    "Memory is resident memory. Processes share some of it, so the sum is above what the machine needs.",
  ];
}

function nameOf({ width, height, codec, fps }: CameraVideo): string {
  return `${width}x${height}-${codec}-${fps}`;
}
