import { execFile } from "node:child_process";
import { access, chmod, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { IngestError, messageOf } from "./errors.ts";

/** An ffmpeg that has been run once to read its version. */
export interface FfmpegBinary {
  readonly path: string;
  readonly origin: "FFMPEG_PATH" | "PATH" | "installer";
  readonly version: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const INSTALL_HINT = "Install ffmpeg, or set FFMPEG_PATH to its binary.";
const EXECUTABLE = process.platform === "win32" ? "ffmpeg.exe" : "ffmpeg";
const run = promisify(execFile);
const resolved = new Map<string, Promise<FfmpegBinary>>();

/**
 * Finds ffmpeg: `FFMPEG_PATH`, then `ffmpeg` on `PATH`, then the one of `@ffmpeg-installer/ffmpeg`.
 * The answer is remembered for the life of the process; a failure is not.
 *
 * @example
 * const { path, origin, version } = await resolveFfmpeg();
 * log.info({ path, origin, version }, "ffmpeg");
 * @throws {IngestError} `ffmpeg_missing`: none was found, `FFMPEG_PATH` is wrong, or it does not run
 */
export function resolveFfmpeg(env: Environment = process.env): Promise<FfmpegBinary> {
  const key = JSON.stringify([env.FFMPEG_PATH, env.PATH]);
  let binary = resolved.get(key);
  if (binary === undefined) {
    binary = search(env);
    resolved.set(key, binary);
    binary.catch(() => resolved.delete(key));
  }
  return binary;
}

async function search(env: Environment): Promise<FfmpegBinary> {
  if (env.FFMPEG_PATH) {
    return await identify(env.FFMPEG_PATH, "FFMPEG_PATH").catch((cause) => {
      throw missing(
        `FFMPEG_PATH is ${env.FFMPEG_PATH}, but ${messageOf(cause)}. Correct it or unset it.`,
        cause,
      );
    });
  }
  for (const folder of (env.PATH ?? "").split(delimiter).filter(Boolean)) {
    const path = join(folder, EXECUTABLE);
    if (await isExecutable(path)) {
      const binary = await identify(path, "PATH").catch(() => null);
      if (binary !== null) return binary;
    }
  }
  const path = await installerPath();
  await makeExecutable(path);
  return await identify(path, "installer").catch((cause) => {
    throw missing(
      `There is no ffmpeg on PATH, and the one installed by npm cannot be used: ${messageOf(cause)}. ${INSTALL_HINT}`,
      cause,
    );
  });
}

async function installerPath(): Promise<string> {
  try {
    return (await import("@ffmpeg-installer/ffmpeg")).default.path;
  } catch (cause) {
    // The package throws bare strings where it has no binary for the platform.
    throw missing(
      `There is no ffmpeg on PATH, and none is installed by npm (${messageOf(cause)}). ${INSTALL_HINT}`,
      cause,
    );
  }
}

/**
 * Makes the file executable if it is not. The npm package does so in an install script, which npm may have blocked.
 *
 * @throws {IngestError} `ffmpeg_missing`: the file cannot be made executable
 */
export async function makeExecutable(path: string): Promise<void> {
  if (await isExecutable(path)) return;
  await chmod(path, 0o755).catch((cause) => {
    throw missing(
      `${path} is not executable and cannot be made executable (${messageOf(cause)}). Run chmod +x on it.`,
      cause,
    );
  });
}

async function identify(path: string, origin: FfmpegBinary["origin"]): Promise<FfmpegBinary> {
  const { stdout } = await run(path, ["-version"], { timeout: 20_000, windowsHide: true }).catch((cause) => {
    throw new Error(`it could not be run (${cause.code ?? cause.signal ?? messageOf(cause)})`, { cause });
  });
  const version = /^ffmpeg version (\S+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error("it is not ffmpeg");
  return { path, origin, version };
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function missing(message: string, cause: unknown): IngestError {
  return new IngestError("ffmpeg_missing", message, { cause });
}
