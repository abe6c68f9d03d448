import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import { expectedSpeed } from "../../backends/mod.ts";
import {
  BUNDLE_CONVERTER,
  BUNDLED_MODEL,
  type Bundle,
  type Checkpoint,
  isCheckpoint,
  knownCheckpoint,
  loadModel,
  ModelError,
  ModelStore,
  parseCheckpointName,
  sizeText,
  WEIGHT_WIDTHS,
} from "../../models/mod.ts";
import { guarded } from "../failure.ts";
import { Screen } from "../screen.ts";
import { MEASURING_CONVERTER } from "./measuring-converter.ts";
import { knownText, licenseText } from "./words.ts";

const HEAD_COLUMNS = 9;

type Row = readonly [head: string, text: string];

async function info(what: string): Promise<void> {
  const screen = new Screen();
  const dir = await folderOf(what);
  if (dir !== null && (await isThere(join(dir, "config.json"))) && !(await isThere(join(dir, "bundle.json"))))
    return await describeFolder(screen, dir);
  const name = parseCheckpointName(what);
  const known = name === null ? null : knownCheckpoint(name.id);
  if (dir === null && known !== null) {
    screen.line("", pc.bold(known.id));
    screen.line("", knownText(known));
    screen.line("", `It is not installed. Fetch it with: thinkalong models pull ${known.id}`);
    return;
  }
  if (dir === null)
    throw new ModelError(
      "bundle_not_found",
      name === null
        ? `There is no folder ${resolve(what)}. Give a folder of a model, or a name as models list shows it.`
        : `${what} is not installed. Fetch it with: thinkalong models pull ${what}.`,
    );
  const model = await loadModel(dir);
  if (isCheckpoint(model)) await describeCheckpoint(screen, model);
  else describeBundle(screen, model);
}

/** The folder that is meant; null: there is none. */
async function folderOf(what: string): Promise<string | null> {
  if (await isThere(what)) return resolve(what);
  if (what === basename(BUNDLED_MODEL)) return BUNDLED_MODEL;
  const store = new ModelStore();
  const name = parseCheckpointName(what);
  if (name !== null) return (await store.find(name))?.dir ?? null;
  // A model that was pulled from a folder has that folder's name.
  const { installed } = await store.list();
  return installed.find(({ manifest }) => manifest.id === what)?.dir ?? null;
}

function describeBundle(screen: Screen, { manifest }: Bundle): void {
  const { vision, cache, transformer, thinking } = manifest;
  const quiet = thinking.remembers_silence ? "" : "; skips take none of them";
  const unitS = vision.frames_per_unit / vision.fps;
  screen.line("", pc.bold(manifest.id));
  screen.line("", manifest.description);
  screen.line("", "");
  rows(screen, [
    [
      "sees",
      `${vision.width}×${vision.height} px at ${vision.fps} frames a second, ${vision.frames_per_unit} frames a unit (${unitS} s)`,
    ],
    [
      "remembers",
      `${cache.visual_window_units} units of video (${cache.visual_window_units * unitS} s) and ${cache.text_window_tokens} tokens of thought${quiet}`,
    ],
    [
      "network",
      `${transformer.layers} layers, ${transformer.heads} heads of ${transformer.head_width}, ${transformer.vocabulary} words`,
    ],
  ]);
  screen.line("", "can be asked, for example:");
  for (const question of manifest.example_questions) screen.line("  ", question);
}

function rows(screen: Screen, table: readonly Row[]): void {
  for (const [head, text] of table) screen.line(`${pc.dim(head.padEnd(HEAD_COLUMNS))} `, text);
}

async function describeCheckpoint(screen: Screen, checkpoint: Checkpoint): Promise<void> {
  const { manifest, dir } = checkpoint;
  const { id, revision, family, weights, transformer, vision, cache, files } = manifest;
  const bytes = Object.entries(files).map(([name, file]) => ({ name, bytes: file.bytes }));
  const sum = (keep: (name: string) => boolean) =>
    bytes.filter(({ name }) => keep(name)).reduce((total, file) => total + file.bytes, 0);
  const { layers, width, heads, kv_heads: kvHeads, head_width: headWidth } = transformer;
  // Keys and values of a token in each layer, 4 bytes a number.
  const tokenBytes = layers * 2 * kvHeads * headWidth * 4;
  screen.line("", `${pc.bold(id)}${revision === null ? "" : pc.dim(` at ${revision.slice(0, 8)}`)}`);
  screen.line("", manifest.description);
  screen.line("", "");
  rows(screen, [
    ["licence", licenseText(id, manifest.license)],
    ["family", `${family}, ${weights} weights`],
    [
      "sees",
      vision === null
        ? "nothing: it has no eyes"
        : `pictures up to ${vision.sides[0]} px at ${vision.fps} frames a second, ${vision.temporal_patch} frames a unit`,
    ],
    [
      "remembers",
      `${cache.visual_window_units} units of video and ${cache.text_window_tokens} tokens of thought`,
    ],
    [
      "network",
      `${layers} layers of ${width}, ${heads} heads on ${kvHeads} of ${headWidth}, ${transformer.vocabulary} words`,
    ],
    ["disk", `${sizeText(sum(() => true))} in ${dir}`],
    [
      "memory",
      `at least ${sizeText(sum((name) => name.endsWith(".onnx")))}, and ${sizeText(tokenBytes)} for each token of the caches`,
    ],
  ]);
  if (vision === null) return;
  const speed = await expectedSpeed(checkpoint);
  rows(screen, [["speed", speed]]);
}

/** A checkpoint that was not converted yet. */
async function describeFolder(screen: Screen, dir: string): Promise<void> {
  screen.line("", pc.bold(basename(dir)));
  for (const width of WEIGHT_WIDTHS) {
    const { bytes, graphBytes, license } = await BUNDLE_CONVERTER.measure(dir, width);
    const named: Row[] = width === WEIGHT_WIDTHS[0] ? [["licence", licenseText(basename(dir), license)]] : [];
    const sizes = `${sizeText(bytes)} of disk, at least ${sizeText(graphBytes)} of memory`;
    rows(screen, [...named, [width, sizes]]);
  }
  const speed = await MEASURING_CONVERTER.expectSpeed!(dir, WEIGHT_WIDTHS[0]);
  rows(screen, [["speed", speed]]);
  screen.line("", `A checkpoint, not converted yet. Convert it with: thinkalong models pull ${dir}`);
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

export function infoCommand(): Command {
  return new Command("info")
    .summary("check a model and describe it")
    .description("Check the files of a model, each by its hash, and describe it: licence, sizes, memory.")
    .argument(
      "[id-or-dir]",
      "name as models list shows it, or folder of a model or checkpoint",
      BUNDLED_MODEL,
    )
    .addHelpText(
      "after",
      `
Examples:
  $ thinkalong models info
  $ thinkalong models info Qwen/Qwen2.5-VL-3B-Instruct
  $ thinkalong models info ./my-fine-tuned-model`,
    )
    .action(guarded(info));
}
