import { Command, Option } from "commander";
import {
  hubSettings,
  ModelError,
  ModelStore,
  removeDownloads,
  sizeText,
  WEIGHT_WIDTHS,
  type WeightWidth,
} from "../../models/mod.ts";
import { guarded } from "../failure.ts";
import { Screen } from "../screen.ts";
import { untilInterrupted } from "./interrupts.ts";

interface RemoveFlags {
  readonly weights?: WeightWidth;
  readonly downloads: boolean;
}

async function remove(id: string, { weights, downloads }: RemoveFlags): Promise<void> {
  const screen = new Screen();
  const store = new ModelStore();
  const { installed, broken } = await store.list();
  const settings = await hubSettings();
  const { dirs, bytes } = await untilInterrupted(
    (signal) => store.remove(id, { signal }, weights),
    () => {},
  );
  for (const dir of dirs) screen.line("", `Removed ${dir}.`);
  if (bytes > 0) screen.line("", `${sizeText(bytes)} are free again.`);
  const fetched = await removeDownloads(settings.cacheDir, id, downloads);
  if (fetched !== null && downloads) screen.line("", `Removed ${fetched.dir} (${sizeText(fetched.bytes)}).`);
  else if (fetched !== null && dirs.length > 0)
    screen.line(
      "",
      `What was fetched stays in ${fetched.dir} (${sizeText(fetched.bytes)}), for other programs, too. --downloads removes it.`,
    );
  if (dirs.length > 0 || (downloads && fetched !== null)) return;
  const names = [...new Set(installed.map(({ manifest }) => manifest.id)), ...broken];
  throw new ModelError(
    "bundle_not_found",
    `${id}${weights === undefined ? "" : ` with ${weights} weights`} is not installed. ${names.length === 0 ? "No model is." : `Installed are ${names.join(", ")}.`}`,
  );
}

export function removeCommand(): Command {
  return new Command("remove")
    .summary("remove a model that was pulled")
    .description("Remove a model that was pulled.")
    .argument("<id>", "name as models list shows it")
    .addOption(
      new Option("-w, --weights <width>", "remove it in this width alone; default: all").choices(
        WEIGHT_WIDTHS,
      ),
    )
    .option("--downloads", "remove the checkpoint from the Hugging Face cache, too", false)
    .addHelpText(
      "after",
      `
Example:
  $ thinkalong models remove Qwen/Qwen3-VL-2B-Instruct --downloads`,
    )
    .action(guarded(remove));
}
