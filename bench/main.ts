import { Command } from "commander";
import { benchCommand } from "./cli/bench-command.ts";
import { evalCommand } from "./cli/eval-command.ts";

/** The scripts `bench` and `eval` of the package end here, so that is how a person calls them. */
const program = new Command("npm run").usage("<command> -- [options]");
for (const command of [benchCommand(), evalCommand()]) {
  command.usage("-- [options]").showHelpAfterError("(add --help for what can be said)");
  program.addCommand(command);
}
await program.parseAsync();
