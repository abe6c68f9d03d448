import type { LazyCommand } from "./lazy-commands.ts";

/** The commands, in the order in which they are listed. */
export const COMMANDS: readonly LazyCommand[] = [
  {
    name: "serve",
    summary: "Start the server: the WebSocket, the HTTP API and the page.",
    load: async () => (await import("./serve-command.ts")).serveCommand(),
  },
  {
    name: "replay",
    summary:
      "Play a video file, a URL or pictures and show the thoughts and answers about them as they come.",
    load: async () => (await import("./replay-command.ts")).replayCommand(),
  },
  {
    name: "models",
    summary: "Fetch published models, list what there is, describe, check and remove models.",
    load: async () => (await import("./models/models-command.ts")).modelsCommand(),
  },
  {
    name: "engines",
    summary: "Find out what a model's server can do.",
    load: async () => (await import("./engines-command.ts")).enginesCommand(),
  },
  {
    name: "tokens",
    summary: "Make, list and remove tokens, with which clients prove what they may do.",
    load: async () => (await import("./tokens-command.ts")).tokensCommand(),
  },
  {
    name: "history",
    summary: "Look back into what cameras have seen. A server may run meanwhile.",
    load: async () => (await import("./history-command.ts")).historyCommand(),
  },
  {
    name: "prune-install",
    summary: "Make this installation smaller.",
    load: async () => (await import("./install/prune-install-command.ts")).pruneInstallCommand(),
  },
];
