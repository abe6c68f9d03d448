import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { IngestError, messageOf } from "./errors.ts";
import type { FfmpegBinary } from "./ffmpeg-binary.ts";
import type { VideoInput } from "./video-input.ts";

const run = promisify(execFile);
const lists = new Map<string, Promise<ReadonlySet<string>>>();

/**
 * Makes sure that an ffmpeg can read an input: builds differ in the protocols and devices that they have. Each ffmpeg is
 * asked once.
 *
 * @throws {IngestError} `unsupported_protocol`, `ffmpeg_missing`
 */
export async function requireAbility(binary: FfmpegBinary, { label, needs }: VideoInput): Promise<void> {
  if (needs === null) return;
  const [list, name] = needs;
  if ((await abilities(binary, list)).has(name)) return;
  const message = `This ffmpeg (${binary.path}) was built without ${name}, so it cannot read ${label}. Install one that has it, or name it in FFMPEG_PATH.`;
  throw new IngestError("unsupported_protocol", message);
}

function abilities({ path }: FfmpegBinary, list: "protocols" | "devices"): Promise<ReadonlySet<string>> {
  const key = `${list} ${path}`;
  let asked = lists.get(key);
  if (asked === undefined) {
    asked = ask(path, list);
    lists.set(key, asked);
    asked.catch(() => lists.delete(key));
  }
  return asked;
}

async function ask(path: string, list: "protocols" | "devices"): Promise<ReadonlySet<string>> {
  const args = ["-hide_banner", `-${list}`];
  const { stdout } = await run(path, args, { timeout: 20_000, windowsHide: true }).catch((cause) => {
    const message = `ffmpeg (${path}) did not say which ${list} it has: ${messageOf(cause)}. Install another one, or name it in FFMPEG_PATH.`;
    throw new IngestError("ffmpeg_missing", message, { cause });
  });
  return list === "protocols" ? protocolsIn(stdout) : devicesIn(stdout);
}

/** Those that are read. ffmpeg lists one a line, first the inputs. */
function protocolsIn(list: string): ReadonlySet<string> {
  const [inputs = ""] = list.split(/^Output:/m);
  return new Set(inputs.split(/\s+/));
}

/** Those that are read: a line such as ` DE video4linux2,v4l2 Video4Linux2 device grab`, where D is for reading. */
function devicesIn(list: string): ReadonlySet<string> {
  return new Set([...list.matchAll(/^ D.? +(\S+)/gm)].flatMap(([, names]) => names!.split(",")));
}
