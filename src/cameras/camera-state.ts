import { StateFile } from "../state/mod.ts";
import { type CameraEntry, camerasSchema } from "./camera-schema.ts";

/**
 * The file of the cameras that were made over the API. It holds their passwords.
 *
 * @example
 * const { entries } = await cameraState("/var/lib/thinkalong").read();
 */
export function cameraState(folder: string): StateFile<CameraEntry> {
  return new StateFile(folder, { file: "cameras.json", what: "cameras", schema: camerasSchema });
}
