import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { RemoteModel } from "../../src/backends/openai/client/mod.ts";
import { narrates, type Policy, type Said, saysSomethingEachUnit } from "./policies.ts";
import type { ToldClip } from "./told-clips.ts";

/** What is measured on a server, in the order in which it runs. */
export const POLICIES = {
  policy: narrates,
  eachUnit: saysSomethingEachUnit,
} satisfies Record<string, Policy>;

export type PolicyName = keyof typeof POLICIES;

export interface PromptedOptions {
  readonly url: string;
  /** The clips that each policy is put to. */
  readonly clips: Readonly<Record<PolicyName, readonly ToldClip[]>>;
  /** Folder in which clips that are done are kept, so that a run that was stopped goes on where it was. */
  readonly out: string;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number, doing: string) => void;
}

/** What the policies said of the clips, in the order of the clips. */
export type Prompted = Readonly<Record<PolicyName, readonly (readonly Said[])[]>>;

/** Name of the file of clips that are done. */
export const CHECKPOINT = "checkpoint.jsonl";

interface Done {
  readonly policy: PolicyName;
  readonly seed: number;
  readonly said: Said[];
}

/**
 * Puts the policies to the clips, on a server.
 *
 * @throws {RemoteError} when the server cannot be used
 */
export async function runPrompted({
  url,
  clips,
  out,
  signal,
  onProgress,
}: PromptedOptions): Promise<Prompted> {
  await mkdir(out, { recursive: true });
  const file = join(out, CHECKPOINT);
  const known = await readFile(file, "utf8").catch(() => "");
  const done = known
    .split("\n")
    .filter(Boolean)
    .map((line): Done => JSON.parse(line));
  const model = await RemoteModel.connect({ baseUrls: [url] });
  try {
    const results: Record<PolicyName, Said[][]> = { policy: [], eachUnit: [] };
    const all = (Object.keys(POLICIES) as PolicyName[]).flatMap((name) =>
      clips[name].map((clip) => ({ name, clip })),
    );
    for (const [index, { name, clip }] of all.entries()) {
      onProgress(index / all.length, `${name}, clip ${results[name].length + 1} of ${clips[name].length}`);
      const before = done.find((one) => one.policy === name && one.seed === clip.seed);
      const said = before?.said ?? (await POLICIES[name](model, clip, signal));
      if (before === undefined)
        await appendFile(file, `${JSON.stringify({ policy: name, seed: clip.seed, said })}\n`);
      results[name].push(said);
    }
    return results;
  } finally {
    await model.close();
  }
}
