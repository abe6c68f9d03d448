import { z } from "zod";

const listed = z.record(z.string(), z.array(z.string()));

/** Names of the alerts of cameras, by camera. */
export type CameraList = ReadonlyMap<string, Iterable<string>>;

/** The cameras as the topic `cameras` has them: `{"door": ["visitor"]}`. */
export function listText(cameras: CameraList): string {
  return JSON.stringify(Object.fromEntries([...cameras].map(([name, alerts]) => [name, [...alerts]])));
}

/** Reads that topic. Somebody else may have written it: what is no such list is an empty one. */
export function readList(text: string): CameraList {
  try {
    return new Map(Object.entries(listed.parse(JSON.parse(text))));
  } catch {
    return new Map();
  }
}
