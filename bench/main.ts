import { Command } from "commander";
import { addCommands } from "../src/cli/lazy-commands.ts";
import { COMMANDS } from "./cli/commands.ts";

/** The scripts of the package that are about measuring end here, so that is how a person calls them. */
const program = new Command("npm run").usage("<command> -- [options]");
await addCommands(program, COMMANDS, process.argv.slice(2));
for (const command of program.commands) {
  const names = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  command.usage(["-- [options]", ...names].join(" ")).showHelpAfterError("(add --help for what can be said)");
}
program.configureHelp({ subcommandTerm: (command) => command.name() });
await program.parseAsync();
