import { Command } from "commander";
import { benchCommand } from "./cli/bench-command.ts";
import { evalCommand } from "./cli/eval-command.ts";
import { soakCommand } from "./cli/soak-command.ts";

/** The scripts `bench`, `eval` and `soak` of the package end here, so that is how a person calls them. */
const program = new Command("npm run").usage("<command> -- [options]");
for (const command of [benchCommand(), evalCommand(), soakCommand()]) {
  command.usage("-- [options]").showHelpAfterError("(add --help for what can be said)");
  program.addCommand(command);
}
await program.parseAsync();
