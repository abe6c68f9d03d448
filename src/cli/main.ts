#!/usr/bin/env node
import { createRequire } from "node:module";
import { Command } from "commander";
import { modelsCommand } from "./models-command.ts";
import { replayCommand } from "./replay-command.ts";
import { serveCommand } from "./serve-command.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

const program = new Command("thinkalong")
  .description(
    "Thinks along with live video: vision and reasoning at the same time, on two KV caches of their own.",
  )
  .version(version)
  .addCommand(serveCommand())
  .addCommand(replayCommand())
  .addCommand(modelsCommand());

/** Commands that are added do not inherit it. */
function pointToHelp(command: Command): void {
  command.showHelpAfterError("(add --help for what can be said)");
  for (const each of command.commands) pointToHelp(each);
}

pointToHelp(program);
await program.parseAsync();
