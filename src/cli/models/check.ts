import { Command } from "commander";
import pc from "picocolors";
import { createEngine } from "../../backends/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import { ModelError } from "../../models/mod.ts";
import { threads } from "../arguments.ts";
import { guarded } from "../failure.ts";
import { printLine } from "../output.ts";
import { Screen } from "../screen.ts";
import { CHECK_QUESTION, type Described, describePicture } from "./check-model.ts";
import { CHECK_PICTURES } from "./check-pictures.ts";
import { findModel } from "./pull.ts";

/** So many pictures must be described rightly. A small model may miss one. */
const ENOUGH = 4;

interface CheckFlags {
  readonly threads?: number;
  readonly json: boolean;
}

async function check(what: string, flags: CheckFlags): Promise<void> {
  const screen = new Screen();
  const folder = await findModel(what, screen);
  if (!flags.json) screen.status(() => "starting the model");
  let engine: Engine | null = null;
  try {
    engine = await createEngine({ model: folder, threads: flags.threads ?? 1 });
    await checkModel(engine, screen, flags.json);
  } finally {
    screen.status(null);
    await engine?.close();
  }
}

/**
 * Lets a model describe the pictures and tells how right it is. The exit code becomes 1 when it is not.
 *
 * @throws {ModelError} `bundle_unusable` for a model that was made for one kind of scene and questions
 */
export async function checkModel(engine: Engine, screen: Screen, json: boolean): Promise<void> {
  const { id, can, chosenBecause } = engine.model;
  if (!can.instructions)
    throw new ModelError(
      "bundle_unusable",
      `${id} knows one kind of scene and its own questions, and cannot say what is in any picture. Check a published checkpoint, such as HuggingFaceTB/SmolVLM2-256M-Video-Instruct.`,
    );
  if (!json) {
    screen.line("", pc.bold(id));
    if (chosenBecause !== null) screen.line("", pc.dim(chosenBecause));
    screen.line("", `Each picture is asked: ${CHECK_QUESTION}`);
  }
  const described: Described[] = [];
  for (const [i, picture] of CHECK_PICTURES.entries()) {
    const head = `${i + 1}/${CHECK_PICTURES.length} ${picture.name}`;
    const saying = (text: string) => (columns: number) =>
      `${head}: ${text.slice(-Math.max(0, columns - head.length - 2))}`;
    if (!json) screen.status(saying("looking"));
    const one = await describePicture(engine, picture, (text) => json || screen.status(saying(text)));
    described.push(one);
    if (json) printLine(JSON.stringify(asJson(one)));
    else show(screen, one);
  }
  const right = described.filter(({ found }) => found !== null).length;
  const of = described.length;
  const passed = right >= ENOUGH;
  const summary = `${right} of ${of} pictures were described rightly.`;
  if (json) printLine(JSON.stringify({ type: "summary", model: id, right, of, passed }));
  else {
    screen.status(null);
    screen.line("", "");
    screen.line("", passed ? pc.green(summary) : summary);
  }
  if (passed) return;
  screen.error(
    `${id} described only ${right} of ${of} pictures rightly. Its weights, its vision tower or the preparation of its pictures may be wrong here. First pull it anew with --weights fp32 and check that; then report it to this project, with the output of models check --json and of models info.`,
  );
}

function show(screen: Screen, { picture, text, found, problem, doneMs }: Described): void {
  const mark = found !== null ? pc.green("✓") : pc.red("✗");
  screen.line(`${mark} `, `${picture.name}  ${pc.dim(`${(doneMs / 1000).toFixed(1)} s`)}`);
  screen.line("    ", problem ?? (text === "" ? pc.dim("(nothing was said)") : text));
  const expected = picture.words.map((word) => (word === found ? pc.green(word) : word)).join(", ");
  screen.line("    ", `${pc.dim("expected one of:")} ${expected}`);
}

function asJson({ picture, text, found, status, problem, firstMs, doneMs }: Described): object {
  return {
    type: "picture",
    picture: picture.name,
    expected: picture.words,
    answer: text,
    right: found !== null,
    found,
    status,
    problem,
    first_ms: firstMs === null ? null : Math.round(firstMs),
    done_ms: Math.round(doneMs),
  };
}

export function checkCommand(): Command {
  return new Command("check")
    .description(
      "Let a model describe five pictures that anybody recognises. So you see at once whether it works here: its weights, its vision tower, and how pictures are prepared for it. A model that is not there yet is pulled.",
    )
    .argument("<id-or-dir>", "name on the hub (owner/name), or folder of a model or checkpoint")
    .option("--threads <n>", "inference threads for each of the two workers (default: 1)", threads)
    .option("--json", "print an object a picture, one a line, and one with the sum", false)
    .addHelpText(
      "after",
      `
The exit code is 0 when at least ${ENOUGH} of ${CHECK_PICTURES.length} descriptions have an expected word, and 1 otherwise.

Examples:
  $ thinkalong models check HuggingFaceTB/SmolVLM2-256M-Video-Instruct
  $ thinkalong models check ./my-fine-tuned-model --json`,
    )
    .action(guarded(check));
}
