export { runPrompted } from "./run-prompted.ts";
export { readToldClips, TOLD_CLIPS } from "./told-clips.ts";
export { writePrompted } from "./write-prompted.ts";
