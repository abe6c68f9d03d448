/** Trials of the whole server: what it is put through, and what it must hold. */
export { outcomeMarkdown } from "./outcome-markdown.ts";
export type { Finding, Outcome, Size, Trial, TrialContext } from "./trial.ts";

import type { Trial } from "./trial.ts";
import { attackers } from "./trials/attackers.ts";
import { clients } from "./trials/clients.ts";
import { crowd } from "./trials/crowd.ts";
import { fuzz } from "./trials/fuzz.ts";
import { history } from "./trials/history.ts";
import { media } from "./trials/media.ts";
import { shutdown } from "./trials/shutdown.ts";
import { sinks } from "./trials/sinks.ts";
import { windows } from "./trials/windows.ts";

/** All trials, in the order in which they are listed. */
export const TRIALS: readonly Trial[] = [
  fuzz,
  media,
  windows,
  crowd,
  clients,
  shutdown,
  attackers,
  history,
  sinks,
];
