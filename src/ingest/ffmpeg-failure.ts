import { IngestError, type IngestErrorCode } from "./errors.ts";
import type { FfmpegExit } from "./ffmpeg-process.ts";
import { explainAnswer } from "./server-answer.ts";
import { type VideoInput, withoutCredentials } from "./video-input.ts";

/** How a run of ffmpeg or ffprobe ended. */
export interface FfmpegRun {
  readonly input: VideoInput;
  readonly exit: FfmpegExit;
  /** Last lines of its standard error. */
  readonly stderr: readonly string[];
  /** Number of frames that it delivered. */
  readonly frames: number;
}

const BROKEN_OFF =
  /partial file|File ended prematurely|Stream ends prematurely|\[error\] Read error|Read error$/i;
const CONNECTION_LOST = /Input\/output error|Connection reset by peer|Connection timed out/i;
const NO_VIDEO = /matches no streams|does not contain any stream/i;
const UNREACHABLE = new RegExp(
  [
    "Connection refused|timed out|No route to host|unreachable|Failed to resolve|Name or service not known",
    "Connection reset|Input/output error|TLS|SSL",
  ].join("|"),
  "i",
);
/** The server closed the connection before it said anything of use. */
const HUNG_UP = /: End of file$/;
/** A playlist names an address that is not allowed there. */
const NOT_ALLOWED = /Protocol '(\w+)' not on whitelist/;
const NO_PROTOCOL = /Protocol not found/;
/** The machine, or this ffmpeg, has no such decoder. */
const NO_HWACCEL =
  /Unrecognized hwaccel|Device creation failed|No device available for decoder|Device setup failed for decoder|hwaccel initialisation returned error/;
const NOT_A_VIDEO =
  /Invalid data found|moov atom not found|Could not find codec parameters|Format not on whitelist|Cannot determine format|Unknown format|Invalid argument/i;

/**
 * The error that explains how ffmpeg ended; null if all is well. The exit status alone does not tell: for a file that
 * breaks off in the middle ffmpeg exits with 0.
 */
export function explainFailure(run: FfmpegRun): IngestError | null {
  const { input, exit, frames } = run;
  const name = input.label;
  if (exit.spawnError !== null) {
    const message = `ffmpeg could not be started (${exit.spawnError.message}). Install it, or name another one in FFMPEG_PATH.`;
    return new IngestError("ffmpeg_missing", message, { cause: exit.spawnError });
  }
  const killedBy = exit.signal ?? /received signal (\d+)/.exec(run.stderr.join("\n"))?.[0];
  if (killedBy !== undefined) {
    const hint =
      exit.signal === "SIGSEGV" && input.remote
        ? "Old static builds, such as npm's, crash when they resolve host names. Install a current ffmpeg."
        : "It crashed, or was killed by a user or, when memory ran out, by the system.";
    return new IngestError(
      "ffmpeg_killed",
      `ffmpeg was killed (${killedBy}) after ${frames} frames of ${name}. ${hint}`,
    );
  }
  const says = (pattern: RegExp) => run.stderr.findLast((line) => pattern.test(line));
  const failure = (code: IngestErrorCode, text: string, line: string | undefined) =>
    new IngestError(code, `${text}${line === undefined ? "" : ` (ffmpeg: ${clean(line)})`}.`);

  if (input.needs?.[0] === "devices" && exit.code !== 0) {
    const text = `${name} cannot be used${frames === 0 ? "" : ` any more, after ${frames} frames`}. Check its cable, and whether another program uses it`;
    return failure("device_unavailable", text, lastComplaint(run.stderr));
  }
  if (frames > 0) {
    const brokenOff = says(BROKEN_OFF) ?? (input.remote ? says(CONNECTION_LOST) : undefined);
    if (brokenOff !== undefined) {
      return failure("input_truncated", `${name} is incomplete. It ends after ${frames} frames`, brokenOff);
    }
    if (exit.code === 0) return null;
    return failure(
      "decode_failed",
      `ffmpeg failed (exit code ${exit.code}) after ${frames} frames of ${name}`,
      lastComplaint(run.stderr),
    );
  }
  if (says(NO_HWACCEL)) {
    const text = `${name} cannot be decoded as hwaccel asks for: this machine or this ffmpeg does not have it. Leave out hwaccel, or set it to auto`;
    return failure("option_out_of_range", text, says(NO_HWACCEL));
  }
  if (says(NO_VIDEO)) {
    return failure(
      "no_video_track",
      `${name} has no video track. Give a file with moving pictures`,
      undefined,
    );
  }
  const refused = says(NOT_ALLOWED);
  if (refused !== undefined) {
    const hint = input.remote
      ? "Playlists from the network may name addresses in the network only"
      : "Playlists in files may name files only. Give the URL of the playlist itself";
    const protocol = NOT_ALLOWED.exec(refused)![1];
    return failure(
      "unsupported_protocol",
      `${name} names an address that is not allowed there (${protocol}:). ${hint}`,
      undefined,
    );
  }
  const answer = input.remote ? explainAnswer(input, run.stderr) : null;
  if (answer !== null) return answer;
  if (says(NO_PROTOCOL)) {
    const hint = "Install another one, or name it in FFMPEG_PATH";
    return failure("unsupported_protocol", `This ffmpeg cannot read ${name}. ${hint}`, says(NO_PROTOCOL));
  }
  const unreachable = input.remote ? says(UNREACHABLE) : undefined;
  if (unreachable !== undefined && !says(/partial file/)) {
    return failure(
      "url_unreachable",
      `${name} cannot be reached. Check the address and the network`,
      unreachable,
    );
  }
  const hungUp = input.remote ? says(HUNG_UP) : undefined;
  if (hungUp !== undefined) {
    const text = `${name} cannot be reached: what answers there hangs up. Check the address and its port`;
    return failure("url_unreachable", text, hungUp);
  }
  const undecodable = says(NOT_A_VIDEO);
  if (undecodable !== undefined) {
    const { type } = input;
    if (type === null) {
      const text = `${name} is not a video that ffmpeg can read. Give a video in a common format, such as MP4`;
      return failure("not_a_video", text, undecodable);
    }
    const text =
      type === "MP4"
        ? `${name} is a damaged or incomplete MP4. Copy it again, or end the recording first`
        : `${name} is a picture (${type}). Of pictures, only animated GIF and APNG are played as videos. Convert it to MP4, or send single pictures over the WebSocket`;
    return failure("not_a_video", text, type === "MP4" ? undecodable : undefined);
  }
  if (exit.code === 0) {
    return failure("no_frames", `${name} has no frame. Give a video that shows something`, undefined);
  }
  return failure(
    "decode_failed",
    `ffmpeg failed (exit code ${exit.code}) on ${name}`,
    lastComplaint(run.stderr),
  );
}

function lastComplaint(stderr: readonly string[]): string | undefined {
  return stderr.findLast((line) => /\[(error|fatal)\]/.test(line)) ?? stderr.at(-1);
}

/** Without `[h264 @ 0x55…] [error]`, and without passwords. */
function clean(line: string): string {
  return withoutCredentials(line.replace(/^(\[[^\]]*\]\s*)+/, "").trim()).slice(0, 300);
}
