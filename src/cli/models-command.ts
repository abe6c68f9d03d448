import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import { loadBundle } from "../models/mod.ts";
import { guarded } from "./failure.ts";
import { printLine } from "./output.ts";
import { BUNDLED_MODEL, MODELS_DIR } from "./paths.ts";

async function list(): Promise<void> {
  const folders = await readdir(MODELS_DIR, { withFileTypes: true });
  for (const { name } of folders.filter((entry) => entry.isDirectory())) {
    const { manifest } = await loadBundle(join(MODELS_DIR, name));
    printLine(`${pc.bold(manifest.id)}  ${manifest.description}\n  ${pc.dim(join(MODELS_DIR, name))}`);
  }
}

async function info(dir: string): Promise<void> {
  const { manifest } = await loadBundle(dir);
  const { vision, cache, transformer, thinking } = manifest;
  const quiet = thinking.remembers_silence ? "" : "; skips take none of them";
  const unitS = vision.frames_per_unit / vision.fps;
  printLine(`${pc.bold(manifest.id)}
${manifest.description}

sees      ${vision.width}×${vision.height} px at ${vision.fps} frames a second, ${vision.frames_per_unit} frames a unit (${unitS} s)
remembers ${cache.visual_window_units} units of video (${cache.visual_window_units * unitS} s) and ${cache.text_window_tokens} tokens of thought${quiet}
network   ${transformer.layers} layers, ${transformer.heads} heads of ${transformer.head_width}, ${transformer.vocabulary} words
can be asked, for example:
${manifest.example_questions.map((question) => `  ${question}`).join("\n")}`);
}

export function modelsCommand(): Command {
  const models = new Command("models").description("List the bundled models and describe a model.");
  models.command("list", { isDefault: true }).description("List the bundled models.").action(guarded(list));
  models
    .command("info")
    .description("Check the files of a model and describe it.")
    .argument("[dir]", "folder of the model bundle", BUNDLED_MODEL)
    .action(guarded(info));
  return models;
}
