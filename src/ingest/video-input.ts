import { access, constants, open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DECODERS } from "./container/kinds.ts";
import { IngestError } from "./errors.ts";
import { type FileType, fileType, HEAD_BYTES } from "./file-type.ts";

/** An input in a form that is safe after ffmpeg's `-i`. */
export interface VideoInput {
  /** Name for people, without credentials. */
  readonly label: string;
  readonly url: string;
  readonly options: readonly string[];
  /** Whether it comes over the network. */
  readonly remote: boolean;
  /** Whether it is live: it cannot be paused, so frames are taken as they come. */
  readonly live: boolean;
  /** Whether it can be opened as often as one likes. Otherwise it must not be opened only to look at it. */
  readonly reopens: boolean;
  /** Whether this machine is the one that is called: it waits until the camera comes. */
  readonly listens: boolean;
  /** What ffmpeg must have, where not every build has it: a protocol or a device. */
  readonly needs: readonly [list: "protocols" | "devices", name: string] | null;
  /** The type of a file by its first bytes, where it is a picture or an MP4; null for other files and for URLs. */
  readonly type: FileType | null;
  /** Environment of ffmpeg. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** What ffmpeg says, as people may read it. Default: as it is. */
  readonly reveal?: (text: string) => string;
}

export interface ResolveOptions {
  /** How RTSP sends its packets. Default: `tcp` where the camera can, else `udp`. */
  readonly transport?: "tcp" | "udp" | undefined;
  /**
   * The input is a file that somebody has sent who is not trusted. It must hold its video itself, in a common codec, and
   * errors do not name it. Its pictures may have so many pixels. Default: whoever named the file is trusted.
   */
  readonly sent?: { readonly maxPixels: number } | undefined;
}

/** The name of the standard input. */
export const STDIN = "-";

/** What ffmpeg needs for a scheme beside what all may use, and whether what comes over it is live. */
interface Scheme {
  readonly live: boolean;
  readonly needs?: string;
  readonly protocols?: string;
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  "http:": { live: false },
  "https:": { live: false },
  "rtsp:": { live: true },
  "rtsps:": { live: true },
  "rtmp:": { live: true, needs: "rtmp", protocols: "rtmp" },
  "rtmps:": { live: true, needs: "rtmps", protocols: "rtmps,rtmp" },
  "srt:": { live: true, needs: "srt", protocols: "srt" },
  "udp:": { live: true, needs: "udp" },
  "rtp:": { live: true, needs: "rtp" },
};

/** A playlist from the network must not name local files. A local one, which may be an upload, must not name hosts. */
const REMOTE_PROTOCOLS = "http,https,httpproxy,tcp,tls,rtsp,rtp,udp,hls,crypto";
const LOCAL_PROTOCOLS = "file,crypto";
/**
 * With a queue, which is the default for UDP alone, ffmpeg says when packets are missing, also those that a camera has
 * left out of a TCP connection that was too slow for it. The shortest queue delays nothing by more than a packet. UDP
 * mixes packets up, and keeps its longer queue.
 */
const RTSP = {
  tcp: ["-rtsp_flags", "prefer_tcp", "-reorder_queue_size", "2"],
  udp: ["-rtsp_transport", "udp"],
} as const;
/** Cameras of this machine, as Linux names them. */
const DEVICE = /^\/dev\/video\d+$/;
const DEVICE_FORMAT = "v4l2";
/**
 * Container formats that are allowed, beside RTSP. By default ffmpeg also "plays" text files (tty) and follows lists of
 * other files (concat). Audio formats are allowed so that their error is "no video track".
 */
export const FORMATS: readonly string[] = [
  ..."mov,mp4,matroska,webm,avi,mpegts,mpegtsraw,mpeg,mpegvideo,flv,asf,ogg,mxf,nut,dv,wtv,rm,gxf,ivf".split(
    ",",
  ),
  ..."yuv4mpegpipe,mjpeg,mpjpeg,mjpeg_2000,h264,hevc,m4v,h263,av1,obu,vc1,gif,apng".split(","),
  ..."hls,applehttp,dash".split(","),
  ..."mp3,wav,flac,aac,ac3,aiff,w64,caf,amr".split(","),
];

const CONTROL = /\p{Cc}/u;
const CONTROLS = /\p{Cc}/gu;

/** Of these, the formats that hold their video themselves. The others name files or addresses, and ffmpeg opens them. */
export const SELF_CONTAINED: readonly string[] = FORMATS.filter(
  (format) => !/^(hls|applehttp|dash)$/.test(format),
);

/** By its first bytes ffmpeg may take such a file for a list of single pictures, which is not allowed. */
const MJPEG_FILE = /\.mjpe?g$/i;

/**
 * Turns a path or URL into arguments for ffmpeg. Files are passed as `file:/absolute/path`, so that neither a leading
 * `-` nor a protocol of ffmpeg's own (`concat:`, `subfile:`, `pipe:` …) has any effect.
 *
 * @throws {IngestError} `file_not_found`, `file_is_directory`, `file_empty`, `file_unreadable`, `device_unavailable`,
 *   `unsupported_protocol`, `url_invalid`
 */
export async function resolveVideoInput(
  input: string,
  { transport = "tcp", sent }: ResolveOptions = {},
): Promise<VideoInput> {
  if (sent !== undefined) return await sentInput(input, sent);
  if (input === STDIN) return standardInput();
  const scheme = schemeOf(input);
  const known = scheme === null ? undefined : SCHEMES[scheme];
  if (known !== undefined) return remoteInput(input, known, transport);
  if (scheme === "file:") return await localInput(pathOfFileUrl(input));
  if (scheme !== null && !(await exists(input))) {
    throw new IngestError(
      "unsupported_protocol",
      `${withoutCredentials(input)}: "${scheme}" is not supported. Give a file, or an http(s), rtsp(s), rtmp(s), srt, udp or rtp URL.`,
    );
  }
  return DEVICE.test(input) ? await deviceInput(input) : await localInput(input);
}

/** Whether an input may be there again after it was lost: a URL, or a camera of this machine. */
export function mayComeBack(input: string): boolean {
  const scheme = schemeOf(input);
  return scheme === null ? DEVICE.test(input) : scheme in SCHEMES;
}

/** The path of an input that is a file, a folder or a device; null for URLs and the standard input. */
export function localPath(input: string): string | null {
  const scheme = schemeOf(input);
  if (scheme === "file:") return pathOfFileUrl(input);
  return input === STDIN || (scheme !== null && scheme in SCHEMES) ? null : input;
}

/** With its colon, in lower case; null for a path. A letter alone is a drive of Windows. */
function schemeOf(input: string): string | null {
  return /^[a-z][a-z0-9+.-]+:/i.exec(input)?.[0].toLowerCase() ?? null;
}

/**
 * Hides user names, passwords and keys in URLs anywhere in a text. People write passwords as they are: up to the last
 * `@` everything is hidden that may be one, also where a `/`, `#` or `@` in it makes the URL invalid. Of a query nothing is
 * shown, because cameras have many names for what is secret there.
 *
 * @example withoutCredentials("rtsp://user:a/b@cam/1?token=x") // "rtsp://***@cam/1?…"
 */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)([^\s"'<>]*)/gi, (_, scheme: string, rest: string) => {
    const authority = /^[^/?#]*/.exec(rest)![0];
    const mayHaveUser = authority.includes("@") || authority.includes(":");
    const end = mayHaveUser ? rest.lastIndexOf("@") : -1;
    const shown = rest
      .slice(end + 1)
      .replace(QUERY, "?…")
      .replace(SECRET_PARAMETER, "$1***");
    return scheme + (end === -1 ? "" : "***@") + shown;
  });
}

/** Up to the last character that cannot end a sentence. */
const QUERY = /\?[^#\s]*[^#\s.,:;)]/;

/** Some cameras have them in the path. */
const SECRET_PARAMETER =
  /([/&;](?:user(?:name)?|usr|login|pass(?:word|wd)?|pwd|token|auth|secret|key|api_?key|passphrase)=)[^&;#\s]*/gi;

function remoteInput(input: string, scheme: Scheme, transport: "tcp" | "udp"): VideoInput {
  // Players write `udp://@:1234` for any address of this machine.
  const url = checkedUrl(input.replace(/^(udp|rtp|srt|rtmp):\/\/@?(?=:\d)/i, "$1://0.0.0.0"));
  const listens = isListening(url);
  const protocols =
    scheme.protocols === undefined ? REMOTE_PROTOCOLS : `${REMOTE_PROTOCOLS},${scheme.protocols}`;
  const own = url.protocol.startsWith("rtsp")
    ? RTSP[transport]
    : listens && isRtmp(url)
      ? ["-listen", "1"]
      : [];
  return {
    label: withoutCredentials(input),
    url: url.href,
    options: [...guards(protocols), ...own],
    remote: true,
    live: scheme.live,
    reopens: !listens && /^(https?|rtsps?):$/.test(url.protocol),
    listens,
    needs: scheme.needs === undefined ? null : ["protocols", scheme.needs],
    type: null,
  };
}

/**
 * A URL that is safe in the requests that ffmpeg writes. URL parsers drop line breaks, and ffmpeg decodes user names and
 * passwords into headers: neither may carry control characters.
 *
 * @throws {IngestError} `url_invalid`
 */
export function checkedUrl(input: string): URL {
  if (CONTROL.test(input)) {
    const message = `${withoutCredentials(input.replaceAll(CONTROLS, "?"))} has a line break or another control character. Write it without.`;
    throw new IngestError("url_invalid", message);
  }
  if (!URL.canParse(input)) {
    throw new IngestError(
      "url_invalid",
      `${withoutCredentials(input)} is not a valid URL. ${
        input.includes("@")
          ? "In a user name or password, write / as %2F, # as %23, ? as %3F and @ as %40."
          : "Check its spelling."
      }`,
    );
  }
  const url = new URL(input);
  if (/%(?:[01][0-9a-f]|7f)/i.test(url.username + url.password)) {
    const message = `${withoutCredentials(input)} has a user name or password with a control character. Write it without.`;
    throw new IngestError("url_invalid", message);
  }
  return url;
}

/** Packets of UDP come to an address; those of RTMP and SRT do where the URL says that this machine is to listen. */
function isListening(url: URL): boolean {
  const isAnyAddress = url.hostname === "0.0.0.0" || url.hostname === "[::]";
  if (url.protocol === "srt:") return /^listener$/i.test(url.searchParams.get("mode") ?? "");
  return url.protocol === "udp:" || url.protocol === "rtp:" || (isRtmp(url) && isAnyAddress);
}

function isRtmp(url: URL): boolean {
  return url.protocol === "rtmp:" || url.protocol === "rtmps:";
}

function standardInput(): VideoInput {
  return {
    label: "the standard input",
    url: "pipe:0",
    options: guards("pipe"),
    remote: false,
    live: false,
    reopens: false,
    listens: false,
    needs: null,
    type: null,
  };
}

async function deviceInput(path: string): Promise<VideoInput> {
  const unavailable = (text: string, cause: unknown) =>
    new IngestError("device_unavailable", `${path} ${text}`, { cause });
  await access(path, constants.R_OK).catch((cause) => {
    throw cause.code === "ENOENT"
      ? unavailable("is not there. Connect the camera, or give another device.", cause)
      : unavailable("may not be read. Add this user to the group that owns it (video).", cause);
  });
  const entry = await stat(path);
  if (!entry.isCharacterDevice()) throw unavailable("is not a camera. Give another device.", undefined);
  return {
    label: path,
    url: path,
    options: ["-f", DEVICE_FORMAT, "-protocol_whitelist", LOCAL_PROTOCOLS],
    remote: false,
    live: true,
    reopens: false,
    listens: false,
    needs: ["devices", DEVICE_FORMAT],
    type: null,
  };
}

/** A file that was sent. ffmpeg has hundreds of old decoders, and follows playlists. */
async function sentInput(path: string, { maxPixels }: { readonly maxPixels: number }): Promise<VideoInput> {
  return {
    ...(await localInput(path)),
    label: "The video that was sent",
    options: [
      ...["-codec_whitelist", DECODERS, "-max_pixels", String(maxPixels)],
      ...guards("file", SELF_CONTAINED),
    ],
  };
}

async function localInput(path: string): Promise<VideoInput> {
  const entry = await stat(path).catch((cause) => {
    throw cause.code === "EACCES"
      ? new IngestError("file_unreadable", `${path} may not be read. Check its permissions.`, { cause })
      : new IngestError("file_not_found", `There is no file ${JSON.stringify(path)}. Check the path.`, {
          cause,
        });
  });
  if (entry.isDirectory()) {
    throw new IngestError("file_is_directory", `${path} is a directory. Give one video file in it.`);
  }
  if (!entry.isFile()) {
    throw new IngestError("file_unreadable", `${path} is not a regular file. Give a video file or a URL.`);
  }
  if (entry.size === 0)
    throw new IngestError("file_empty", `${path} is empty (0 bytes). Give another video file.`);
  await access(path, constants.R_OK).catch((cause) => {
    throw new IngestError("file_unreadable", `${path} may not be read. Check its permissions.`, { cause });
  });
  return {
    label: path,
    url: `file:${resolve(path)}`,
    options: [...(MJPEG_FILE.test(path) ? ["-f", "mjpeg"] : []), ...guards(LOCAL_PROTOCOLS)],
    remote: false,
    live: false,
    reopens: true,
    listens: false,
    needs: null,
    type: fileType(await readHead(path)),
  };
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Options with which ffmpeg opens nothing over other protocols, and in no other formats than those of videos. */
export function guards(protocols: string, formats: readonly string[] = [...FORMATS, "rtsp"]): string[] {
  return ["-protocol_whitelist", protocols, "-format_whitelist", formats.join(",")];
}

function pathOfFileUrl(input: string): string {
  try {
    return fileURLToPath(input);
  } catch (cause) {
    throw new IngestError("url_invalid", `${input} is not a valid file URL. Check its spelling.`, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
