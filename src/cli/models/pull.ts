import { Command, Option } from "commander";
import pc from "picocolors";
import {
  BUNDLE_CONVERTER,
  hubSettings,
  ModelStore,
  type Pulled,
  pullModel,
  resolveModel,
  sizeText,
  WEIGHT_WIDTHS,
  type WeightWidth,
} from "../../models/mod.ts";
import { guarded } from "../failure.ts";
import { Screen } from "../screen.ts";
import { untilInterrupted } from "./interrupts.ts";
import { MEASURING_CONVERTER } from "./measuring-converter.ts";
import { PullScreen } from "./pull-screen.ts";

interface PullFlags {
  readonly weights: WeightWidth;
  readonly revision?: string;
  readonly force: boolean;
}

/**
 * Pulls a model and shows on standard error how that goes on.
 *
 * @throws {Interrupted} after a signal; it is said that what was fetched is kept
 */
export async function pullShown(
  what: string,
  flags: PullFlags,
  { store = new ModelStore(), screen = new Screen(), converter = BUNDLE_CONVERTER } = {},
): Promise<Pulled> {
  const shown = new PullScreen(screen);
  const interrupted = () => {
    shown.end();
    screen.note(
      "",
      "Interrupted. What was fetched is kept, and nothing half-made. The same command goes on from there.",
    );
  };
  const settings = await hubSettings();
  try {
    return await untilInterrupted(
      (signal) =>
        pullModel(what, {
          ...{ store, settings, signal, converter, tell: shown.show },
          ...{ weights: flags.weights, force: flags.force, revision: flags.revision },
        }),
      interrupted,
    );
  } finally {
    shown.end();
  }
}

/**
 * The folder of the model that `--model` means. One that is not there yet is pulled.
 *
 * @throws {ModelError} when there is no such model
 */
export async function findModel(model: string | undefined, screen?: Screen): Promise<string> {
  const store = new ModelStore();
  const pull = async (what: string) =>
    (await pullShown(what, { weights: "q8", force: false }, { store, ...(screen && { screen }) })).model;
  return await resolveModel(model, { store, pull });
}

async function pull(what: string, flags: PullFlags): Promise<void> {
  const { model, wasThere } = await pullShown(what, flags, { converter: MEASURING_CONVERTER });
  const { manifest, dir, bytes, origin } = model;
  const screen = new Screen();
  const name = manifest.revision === null ? origin.source : manifest.id;
  screen.line(
    "",
    `${pc.bold(manifest.id)} ${wasThere ? "was there already" : "is there"}: ${manifest.weights}, ${sizeText(bytes)}, ${dir}`,
  );
  screen.line("", `Run it with: thinkalong serve --model ${name}`);
}

export function pullCommand(): Command {
  return new Command("pull")
    .summary("fetch a published checkpoint and convert it")
    .description(
      "Fetch a published checkpoint and convert it, so that serve and replay can run it on this machine. It says what that takes before gigabytes are fetched. A pull that was interrupted goes on where it was.",
    )
    .argument(
      "<id-or-dir>",
      "name on the hub (owner/name, or owner/name@revision), or folder of a checkpoint",
    )
    .addOption(
      new Option(
        "-w, --weights <width>",
        "how weights are kept: in blocks of 8 bits, of 4 bits (smaller and faster, less exact), or as 32-bit numbers",
      )
        .choices(WEIGHT_WIDTHS)
        .default("q8"),
    )
    .option("-r, --revision <name>", "branch, tag or commit on the hub; default: main")
    .option("-f, --force", "go on where memory or disk seem too small", false)
    .addHelpText(
      "after",
      `
Environment, as for Python's huggingface_hub:
  HF_TOKEN          access token for gated and private models
  HF_ENDPOINT       address of another hub
  HF_HOME           where checkpoints are fetched to
  HF_HUB_OFFLINE=1  use only what has been fetched

Converted models are kept in THINKALONG_HOME.

Examples:
  $ thinkalong models pull HuggingFaceTB/SmolVLM2-256M-Video-Instruct
  $ thinkalong models pull Qwen/Qwen3-VL-2B-Instruct --weights q4
  $ thinkalong models pull ./my-fine-tuned-model`,
    )
    .action(guarded(pull));
}
