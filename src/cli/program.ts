import { Command } from "commander";
import { enginesCommand } from "./engines-command.ts";
import { historyCommand } from "./history-command.ts";
import { pruneInstallCommand } from "./install/prune-install-command.ts";
import { modelsCommand } from "./models/models-command.ts";
import { reportOutputFailure } from "./output.ts";
import { replayCommand } from "./replay-command.ts";
import { serveCommand } from "./serve-command.ts";
import { tokensCommand } from "./tokens-command.ts";
import { VERSION } from "./version.ts";

const program = new Command("thinkalong")
  .description("Watches live video, tells what happens while it plays, and answers questions about it.")
  .version(VERSION)
  .addCommand(serveCommand())
  .addCommand(replayCommand())
  .addCommand(modelsCommand())
  .addCommand(enginesCommand())
  .addCommand(tokensCommand())
  .addCommand(historyCommand())
  .addCommand(pruneInstallCommand());

/** Fewest columns for what an option does, below which help is not wrapped. A terminal of 60 has about 30. */
const LEAST_HELP_COLUMNS = 20;

/**
 * Lets every command point to its help after an error, and wrap it on narrow terminals. Subcommands do not inherit this
 * from their parent.
 */
function setUpHelp(command: Command): void {
  command.showHelpAfterError("(add --help to see the options)");
  command.configureHelp({ minWidthToWrap: LEAST_HELP_COLUMNS });
  for (const each of command.commands) setUpHelp(each);
}

setUpHelp(program);
process.stdout.on("error", reportOutputFailure);

/** Runs the command line. */
export async function run(): Promise<void> {
  await program.parseAsync();
}
