import { Command } from "commander";

/** A command of which only the name and a summary are loaded until it is called. */
export interface LazyCommand {
  readonly name: string;
  /** What the list of commands says of it, and its own help where it describes itself no further. */
  readonly summary: string;
  /** Loads the command with its options, and all that it needs. */
  readonly load: () => Promise<Command>;
}

/**
 * Adds commands to a program. Those that the arguments name are loaded. The others are there to be listed, because
 * loading every room takes longer than most commands.
 *
 * @param args of the command line, without the program itself
 */
export async function addCommands(
  program: Command,
  commands: readonly LazyCommand[],
  args: readonly string[],
): Promise<void> {
  for (const { name, summary, load } of commands) {
    const command = args.includes(name) ? await load() : new Command(name);
    if (command.description() === "") command.description(summary);
    program.addCommand(command.summary(summary));
  }
}
