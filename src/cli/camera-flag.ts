import { InvalidArgumentError } from "commander";
import { type CameraEntry, cameraName } from "../cameras/mod.ts";

/** Cameras of the command line, by name. */
export type CameraFlags = Readonly<Record<string, CameraEntry>>;

/**
 * Reads `NAME=URL`, and adds it to the cameras before it.
 *
 * @throws {InvalidArgumentError} which commander shows to the user
 */
export function camera(value: string, before: CameraFlags = {}): CameraFlags {
  const [, name, url] = /^([^=]*)=(.+)$/s.exec(value) ?? [];
  // The value is not repeated, because a password may stand in it.
  if (name === undefined || url === undefined)
    throw new InvalidArgumentError("It must be NAME=URL, such as door=rtsp://door.local/live.");
  const checked = cameraName.safeParse(name);
  if (!checked.success)
    throw new InvalidArgumentError(`The name ${name}: ${checked.error.issues[0]!.message}`);
  if (name in before)
    throw new InvalidArgumentError(`There are two cameras ${name}. Give each its own name.`);
  return { ...before, [name]: { url } };
}
