/** The cameras that a server watches by itself: what they are, opening them again and again, and keeping those made over the API. */
export type { CameraStatus, ReopenWaits } from "./camera.ts";
export {
  CameraProblems,
  CameraRoster,
  type CameraRosterOptions,
  type Cameras,
  type ListedCamera,
  type RosterChange,
  type RosteredCamera,
} from "./camera-roster.ts";
export { type CameraEntry, cameraName, cameraSchema, camerasSchema } from "./camera-schema.ts";
export { cameraState } from "./camera-state.ts";
export { CameraError, type CameraErrorCode } from "./errors.ts";
export { mergePatch } from "./merge-patch.ts";
export { shownUrl } from "./shown-url.ts";
