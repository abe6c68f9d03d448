import { Command } from "commander";
import { COMMANDS } from "./commands.ts";
import { addCommands } from "./lazy-commands.ts";
import { reportOutputFailure } from "./output.ts";
import { VERSION } from "./version.ts";

/** Fewest columns for what an option does, below which help is not wrapped. A terminal of 60 has about 30. */
const LEAST_HELP_COLUMNS = 20;

/**
 * Lets every command point to its help after an error, and wrap it on narrow terminals. Subcommands do not inherit this
 * from their parent.
 */
function setUpHelp(command: Command, more: ReturnType<Command["configureHelp"]> = {}): void {
  command.showHelpAfterError("(add --help to see the options)");
  command.configureHelp({ minWidthToWrap: LEAST_HELP_COLUMNS, ...more });
  for (const each of command.commands) setUpHelp(each);
}

/** Runs the command line. */
export async function run(): Promise<void> {
  process.stdout.on("error", reportOutputFailure);
  const program = new Command("thinkalong")
    .description("Watches live video, tells what happens while it plays, and answers questions about it.")
    .version(VERSION);
  await addCommands(program, COMMANDS, process.argv.slice(2));
  // The options and arguments of a command that is not loaded are not known, so the list shows none of any.
  setUpHelp(program, { subcommandTerm: (command) => command.name() });
  await program.parseAsync();
}
