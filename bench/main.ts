import { Command } from "commander";
import { benchCommand } from "./cli/bench-command.ts";
import { evalCommand } from "./cli/eval-command.ts";

await new Command("bench")
  .description("Measures thinkalong: its speed on this machine, and a model's accuracy.")
  .addCommand(benchCommand())
  .addCommand(evalCommand())
  .parseAsync();
