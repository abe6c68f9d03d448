import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { TINY_BUNDLE } from "../../test/support/bundles.ts";
import { LABELLED_CLIPS, SAMPLE_CLIP } from "../../test/support/clips.ts";
import type { Experiment, Report } from "../speed/experiment.ts";
import { type BenchOptions, runBench } from "../speed/mod.ts";

export interface RanExperiment {
  readonly json: Report & { readonly name: string };
  readonly index: string;
  readonly files: readonly string[];
  readonly fractions: readonly number[];
}

/** A bench of some experiments on the tiny bundle, whose report goes to a folder. */
export const benchOptions = (out: string, experiments: readonly Experiment[]): BenchOptions => ({
  experiments,
  order: experiments.map(({ name }) => name),
  out,
  command: "npm run bench",
  model: TINY_BUNDLE,
  threads: 1,
  long: false,
  clip: SAMPLE_CLIP,
  labelledClips: LABELLED_CLIPS,
  signal: new AbortController().signal,
  onProgress: () => {},
  onDone: () => {},
});

/** Runs an experiment and reads what it wrote. */
export async function runExperiment(
  out: string,
  experiment: Experiment,
  options: Partial<BenchOptions> = {},
): Promise<RanExperiment> {
  const fractions: number[] = [];
  await runBench({
    ...benchOptions(out, [experiment]),
    onProgress: (_, fraction) => fractions.push(fraction),
    ...options,
  });
  return {
    json: JSON.parse(await readFile(join(out, `${experiment.name}.json`), "utf8")),
    index: await readFile(join(out, "README.md"), "utf8"),
    files: await readdir(out),
    fractions,
  };
}

/** Every experiment gives a report that can be read, and every plot that it names is there. */
export function expectWhole({ json, index, files, fractions }: RanExperiment): void {
  expect(json.tables.length).toBeGreaterThan(0);
  for (const { columns, rows } of json.tables) {
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toHaveLength(columns.length);
  }
  for (const { name } of json.plots) {
    expect(files).toContain(`${json.name}-${name}.svg`);
    expect(index).toContain(`(${json.name}-${name}.svg)`);
  }
  expect(fractions.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
}
