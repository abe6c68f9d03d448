import { Template } from "@huggingface/jinja";
import { describe, expect, it } from "vitest";
import type { Position } from "../../src/cache/mod.ts";
import { type Checkpoint, CheckpointCodec, familyRuntime, loadModel } from "../../src/models/mod.ts";
import { openCheckpointRunner } from "../../src/reasoner/mod.ts";
import { TinyModel } from "../support/tiny-model.ts";
import { maskedDense } from "./masked-dense.ts";
import { OneStackRun } from "./one-stack-run.ts";

const UNITS = 7;

describe("a stream whose text and video all fit, with frames that look at the text before them", () => {
  it("is the chat that its template writes, in one causal pass", async () => {
    await using model = await TinyModel.make("qwen2.5-vl", "fp32", true);
    const checkpoint = (await loadModel(model.path)) as Checkpoint;
    const { manifest, tokenizer, dir } = checkpoint;
    const runner = await openCheckpointRunner(checkpoint, 1);
    const windows = { windowUnits: UNITS, textWindowTokens: 2000 };
    const run = new OneStackRun(checkpoint, runner, { ...windows, instructions: null, seed: 4 });
    const vision = familyRuntime(manifest.family).vision(manifest)!;
    const grids = new Map<number, { rows: number; columns: number }>();
    for (let unit = 0; unit < UNITS; unit++) {
      const wanted = unit % 2 === 0 ? { width: 64, height: 48 } : { width: 40, height: 64 };
      const size = vision.frameSize(wanted, manifest.vision!.sides.at(-1)!);
      grids.set(vision.visualTokens(size), { rows: size.height / 8, columns: size.width / 8 });
      run.show(size);
      await run.settle();
    }
    run.release();
    expect(run.log.thoughts.some(({ skipped }) => !skipped)).toBe(true);

    // Text counts on; a video is one step of time, and what follows it begins behind its longer side.
    const chat = run.chat;
    const positions: Position[] = [];
    let next = 0;
    let videos = 0;
    for (let i = 0; i < chat.length; ) {
      let count = 0;
      while (run.ids[chat[i + count]!] === null) count++;
      if (count === 0) positions.push(next++);
      else {
        const { rows, columns } = grids.get(count)!;
        for (let token = 0; token < count; token++)
          positions.push([next, next + Math.floor(token / columns), next + (token % columns)]);
        next += Math.max(rows, columns);
        videos++;
      }
      i += Math.max(1, count);
    }
    expect(videos).toBeGreaterThan(UNITS / 2);

    // The tokens are those of the template, with what the model said in place of its words.
    const { vocabulary } = manifest.transformer;
    const codec = new CheckpointCodec({ tokenizer, dir, vocabulary, endTokens: manifest.end_tokens });
    const ids = chat.map((node) => run.ids[node]!);
    const [think, end] = [codec.id("<think>"), codec.id("<|im_end|>")];
    const said = ids.flatMap((id, at) => (id === think ? [ids.slice(at, ids.indexOf(end, at))] : []));
    expect(said).toHaveLength(videos);
    const [system, ...more] = codec.decode(ids.slice(0, ids.indexOf(end))).split("\n");
    expect(system).toBe("system");
    const text = (words: string) => [{ type: "text", text: words }];
    const rendered = new Template(manifest.chat_template).render({
      messages: [
        { role: "system", content: text(more.join("\n")) },
        ...said.flatMap(() => [
          { role: "user", content: [{ type: "video" }] },
          { role: "assistant", content: text("[said]") },
        ]),
      ],
      add_generation_prompt: false,
    });
    // The next turn of the user's has been begun, so that the next unit can stand in it.
    const pieces = `${rendered}<|im_start|>user\n`.split("[said]");
    const pad = codec.id("<|video_pad|>");
    const expected = pieces.flatMap((piece, turn) => [...codec.encode(piece), ...(said[turn] ?? [])]);
    const folded = ids.filter((id, at) => id !== null || ids[at - 1] !== null).map((id) => id ?? pad);
    expect(folded).toEqual(expected);

    const place = new Map(chat.map((node, i) => [node, i]));
    const dense = await maskedDense(
      checkpoint,
      chat.map((node, i) => {
        const position = positions[i]!;
        const others = Array.from({ length: i + 1 }, (_, other) => other);
        return { ...run.history[node]!, position, sights: [{ others, position }] };
      }),
    );
    let [worst, compared] = [0, 0];
    for (const { token, logits } of run.recorded) {
      const at = place.get(token);
      if (at === undefined) continue;
      compared++;
      logits.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - dense[at]![i]!));
      });
    }
    expect(compared).toBeGreaterThan(3 * UNITS);
    expect(worst).toBeLessThan(1e-4);
  });
});
