import { Command } from "commander";
import { checkCommand } from "./check.ts";
import { infoCommand } from "./info.ts";
import { listCommand } from "./list.ts";
import { pullCommand } from "./pull.ts";
import { removeCommand } from "./remove.ts";

export function modelsCommand(): Command {
  return new Command("models")
    .addCommand(pullCommand())
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(infoCommand())
    .addCommand(checkCommand())
    .addCommand(removeCommand());
}
