import type { LazyCommand } from "../../src/cli/lazy-commands.ts";

/** The scripts of the package that are about measuring, in the order in which they are listed. */
export const COMMANDS: readonly LazyCommand[] = [
  {
    name: "bench",
    summary: "Measure latency, throughput and endurance on this machine, as tables and plots.",
    load: async () => (await import("./bench-command.ts")).benchCommand(),
  },
  {
    name: "eval",
    summary: "Measure a model's accuracy on labelled clips that it was not trained on.",
    load: async () => (await import("./eval-command.ts")).evalCommand(),
  },
  {
    name: "eval:alerts",
    summary: "Measure alerts on labelled clips: precision, recall and delay of each rule.",
    load: async () => (await import("./alerts-command.ts")).alertsCommand(),
  },
  {
    name: "eval:prompted",
    summary: "Measure when a prompted model speaks, with sentences in place of pictures.",
    load: async () => (await import("./prompted-command.ts")).promptedCommand(),
  },
  {
    name: "soak",
    summary: "Put a whole server through much, and say whether it held.",
    load: async () => (await import("./soak-command.ts")).soakCommand(),
  },
  {
    name: "random-checkpoint",
    summary: "Write a checkpoint of true shapes and random weights.",
    load: async () => (await import("./random-checkpoint-command.ts")).randomCheckpointCommand(),
  },
  {
    name: "checkpoint-error",
    summary: "Compare a checkpoint's vision tower in whole numbers of 8 bits with that of 32 bits.",
    load: async () => (await import("./checkpoint-error-command.ts")).checkpointErrorCommand(),
  },
  {
    name: "checkpoint-live",
    summary: "Let a published checkpoint watch one camera at real pace, and ask it questions meanwhile.",
    load: async () => (await import("./checkpoint-live-command.ts")).checkpointLiveCommand(),
  },
  {
    name: "checkpoint-compare",
    summary: "Ask a SmolVLM checkpoint about a video with thinkalong, transformers.js and llama.cpp.",
    load: async () => (await import("./checkpoint-compare-command.ts")).checkpointCompareCommand(),
  },
];
