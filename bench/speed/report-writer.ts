import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically, writePlots } from "../lib/report-files.ts";
import { indexMarkdown, resultMarkdown } from "./report-markdown.ts";
import { type Circumstances, parseResult, type Result, resultJson } from "./result.ts";

/** Writes results into a folder: pages, plots, raw figures, and an index of all that is there. */
export class ReportWriter {
  /**
   * @param dir is made when it is missing
   * @param order names of all experiments, as the index has them
   */
  constructor(
    private readonly dir: string,
    private readonly order: readonly string[],
  ) {}

  /** Writes one experiment's files and the index anew. Its JSON comes last: where that is new, all is. */
  async add(result: Result): Promise<void> {
    await mkdir(this.dir, { recursive: true });
    await writePlots(this.dir, result);
    await writeAtomically(this.dir, `${result.name}.md`, `${resultMarkdown(result, 1)}\n`);
    await writeAtomically(this.dir, `${result.name}.json`, resultJson(result));
    await this.index(result.measured);
  }

  /** Earlier results stay in it: a run of one experiment replaces its own only. */
  private async index(run: Circumstances): Promise<void> {
    const results: Result[] = [];
    const unreadable: string[] = [];
    for (const name of this.order) {
      const json = await this.read(`${name}.json`);
      if (json === null) continue;
      const result = parseResult(json);
      if (result === null) unreadable.push(name);
      else results.push(result);
    }
    await writeAtomically(this.dir, "README.md", `${indexMarkdown(results, run, unreadable)}\n`);
  }

  /** Null when there is no such file. */
  private read(name: string): Promise<string | null> {
    return readFile(join(this.dir, name), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    });
  }
}
