import { createRequire } from "node:module";
import { Command } from "commander";
import { enginesCommand } from "./engines-command.ts";
import { modelsCommand } from "./models/models-command.ts";
import { reportOutputFailure } from "./output.ts";
import { replayCommand } from "./replay-command.ts";
import { serveCommand } from "./serve-command.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

const program = new Command("thinkalong")
  .description("Watches live video, tells what happens while it plays, and answers questions about it.")
  .version(version)
  .addCommand(serveCommand())
  .addCommand(replayCommand())
  .addCommand(modelsCommand())
  .addCommand(enginesCommand());

/** Lets every command point to its help after an error. Subcommands do not inherit this from their parent. */
function pointToHelp(command: Command): void {
  command.showHelpAfterError("(add --help to see the options)");
  for (const each of command.commands) pointToHelp(each);
}

pointToHelp(program);
process.stdout.on("error", reportOutputFailure);

/** Runs the command line. */
export async function run(): Promise<void> {
  await program.parseAsync();
}
