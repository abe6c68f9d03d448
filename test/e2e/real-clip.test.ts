import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { realClip } from "../support/clips.ts";
import { makeTempDir } from "../support/media.ts";
import { thinkalong } from "../support/program.ts";
import { ProtocolLog } from "../support/protocol-log.ts";

const percentile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1]!;

describe.skipIf(realClip === null)("a real camera's clip of half a minute", () => {
  it("is kept up with at real pace: nothing dropped, thought about and answered at once", async () => {
    const { code, stdout } = await thinkalong([
      "replay",
      realClip!.clip,
      "--json",
      "--ask",
      "what happened last? @20s",
    ]).ended;
    expect(code).toBe(0);
    const log = ProtocolLog.ofLines(stdout);
    expect(log.all("input_video_frame.dropped")).toEqual([]);
    const done = log.all("response.done");
    const ttft = done.flatMap(({ response, timing }) =>
      response.kind === "thought" ? [timing.ttft_ms!] : [],
    );
    expect(ttft.length).toBeGreaterThan(55);
    expect(percentile(ttft, 0.95)).toBeLessThanOrEqual(250);
    const answers = done.filter(({ response }) => response.kind === "answer");
    expect(answers).toHaveLength(1);
    expect(answers[0]?.response.status).toBe("completed");
    expect(answers[0]?.timing.answer_done_ms).toBeLessThanOrEqual(1000);
    const [said] = log.all("response.output_text.done");
    expect(said?.text).toMatch(/\w/);
    expect(said?.media_time_ms).toBeGreaterThan(19_000);
    expect(said?.media_time_ms).toBeLessThanOrEqual(20_500);
  });

  it("is narrated: at least half of what was labelled by eye is said", async () => {
    const { code, stdout } = await thinkalong(["replay", realClip!.clip, "--json", "--pace", "max"]).ended;
    expect(code).toBe(0);
    const dir = await makeTempDir();
    const path = join(dir.path, "run.jsonl");
    await writeFile(path, stdout);
    const scored = await promisify(execFile)(process.execPath, [realClip!.score, realClip!.labels, path]);
    await dir.remove();
    const { recall } = JSON.parse(scored.stdout.trim().split("\n").at(-1)!);
    expect(recall).toBeGreaterThanOrEqual(0.5);
  });
});
