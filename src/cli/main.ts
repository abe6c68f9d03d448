#!/usr/bin/env node
import { createRequire } from "node:module";
import { Command } from "commander";
import { modelsCommand } from "./models-command.ts";
import { replayCommand } from "./replay-command.ts";
import { serveCommand } from "./serve-command.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

await new Command("thinkalong")
  .description(
    "Thinks along with live video: vision and reasoning at the same time, on two KV caches of their own.",
  )
  .version(version)
  .showHelpAfterError("(add --help for what can be said)")
  .addCommand(serveCommand())
  .addCommand(replayCommand())
  .addCommand(modelsCommand())
  .parseAsync();
