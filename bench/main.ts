import { Command } from "commander";
import { alertsCommand } from "./cli/alerts-command.ts";
import { benchCommand } from "./cli/bench-command.ts";
import { checkpointCompareCommand } from "./cli/checkpoint-compare-command.ts";
import { checkpointErrorCommand } from "./cli/checkpoint-error-command.ts";
import { checkpointLiveCommand } from "./cli/checkpoint-live-command.ts";
import { evalCommand } from "./cli/eval-command.ts";
import { promptedCommand } from "./cli/prompted-command.ts";
import { randomCheckpointCommand } from "./cli/random-checkpoint-command.ts";
import { soakCommand } from "./cli/soak-command.ts";

/** The scripts of the package that are about measuring end here, so that is how a person calls them. */
const program = new Command("npm run").usage("<command> -- [options]");
const commands = [
  ...[benchCommand(), evalCommand(), alertsCommand(), promptedCommand(), soakCommand()],
  ...[randomCheckpointCommand(), checkpointErrorCommand()],
  ...[checkpointLiveCommand(), checkpointCompareCommand()],
];
for (const command of commands) {
  const names = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  command.usage(["-- [options]", ...names].join(" ")).showHelpAfterError("(add --help for what can be said)");
  program.addCommand(command);
}
await program.parseAsync();
