import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import { KNOWN_CHECKPOINTS, loadBundle, ModelStore, sizeText } from "../../models/mod.ts";
import { guarded } from "../failure.ts";
import { MODELS_DIR } from "../paths.ts";
import { Screen } from "../screen.ts";
import { knownText, licenseText } from "./words.ts";

const INDENT = "    ";

async function list(): Promise<void> {
  const screen = new Screen();
  const entry = (name: string, ...about: readonly string[]) => {
    screen.line("  ", name);
    for (const line of about) screen.line(INDENT, line);
  };
  screen.line("", pc.bold("Bundled"));
  const folders = await readdir(MODELS_DIR, { withFileTypes: true });
  for (const { name } of folders.filter((folder) => folder.isDirectory())) {
    const { manifest } = await loadBundle(join(MODELS_DIR, name));
    entry(manifest.id, manifest.description, pc.dim(join(MODELS_DIR, name)));
  }
  const { installed, broken } = await new ModelStore().list();
  screen.line("", "");
  screen.line("", pc.bold("Installed"));
  for (const { manifest, bytes, dir } of installed) {
    const { id, weights, license } = manifest;
    entry(id, `${weights}, ${sizeText(bytes)}, licence ${licenseText(id, license)}`, pc.dim(dir));
  }
  for (const dir of broken)
    entry(pc.yellow(dir), "No model that could be run. Pull it again, or remove the folder.");
  if (installed.length + broken.length === 0) screen.line("  ", "none yet");
  screen.line("", "");
  screen.line("", pc.bold("To begin with: thinkalong models pull NAME"));
  const others = KNOWN_CHECKPOINTS.filter(({ id }) => installed.every(({ manifest }) => manifest.id !== id));
  for (const known of others) entry(known.id, knownText(known));
  screen.line("", "");
  screen.line(
    "",
    pc.dim(
      "Their architectures are tested against transformers, on tiny checkpoints. These weights themselves are not part of any test.",
    ),
  );
}

export function listCommand(): Command {
  return new Command("list")
    .summary("list models that are there, and some to begin with")
    .description(
      "List the bundled models, those that were pulled, and checkpoints to begin with: their size, their licence and what it forbids.",
    )
    .addHelpText(
      "after",
      `
Other checkpoints of the same families can be pulled, too: models pull says at once whether one can be run.`,
    )
    .action(guarded(list));
}
