/** What a server keeps over a restart: files in a folder that one process at a time may write. */
export { StateError, type StateErrorCode } from "./errors.ts";
export { type ReadState, StateFile, type StateKind } from "./state-file.ts";
