import pc from "picocolors";
import { type ModelError, type PullPlan, type PullStep, sizeText } from "../../models/mod.ts";
import type { Screen } from "../screen.ts";
import { durationText, licenseText, transferBar, transferText } from "./words.ts";

/** Pause between two pictures of the bar (ms), and between two lines where there is no bar. */
const [BAR_EVERY_MS, LINE_EVERY_MS] = [100, 10_000];
const HEAD_COLUMNS = 9;

type Transferring = Extract<PullStep, { type: "fetching" | "converting" }>;

/** Shows how a pull goes on, on standard error: a bar on a terminal, now and then a line anywhere else. */
export class PullScreen {
  private shownAt = Number.NEGATIVE_INFINITY;
  private shown: PullStep["type"] | null = null;

  constructor(
    private readonly screen: Screen,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes a step of the pull. */
  readonly show = (step: PullStep): void => {
    switch (step.type) {
      case "looking":
        this.screen.status(() => "looking for the model");
        break;
      case "planned":
        this.plan(step.plan);
        break;
      case "expected":
        this.row("speed", step.speed);
        break;
      case "waiting":
        this.screen.note("", "Another process is pulling this model. Waiting for it.");
        break;
      case "retrying":
        this.screen.note("", pc.yellow(retryText(step.why, step.waitMs)));
        break;
      case "unreachable":
        this.screen.note("", pc.yellow(`${step.why.message} What was fetched before is used.`));
        break;
      case "fetching":
      case "converting":
        this.progress(step);
        break;
    }
    this.shown = step.type;
  };

  /** Nothing more is shown. */
  end(): void {
    this.screen.status(null);
  }

  private plan(plan: PullPlan): void {
    const { id, revision, license, weightBytes, missingBytes, bundleBytes } = plan;
    const there = missingBytes < weightBytes ? `, ${sizeText(weightBytes - missingBytes)} are there` : "";
    const rows: readonly (readonly [string, string])[] = [
      ["licence", licenseText(id, license)],
      ...(revision === null
        ? []
        : [["fetch", `${sizeText(missingBytes)} of ${sizeText(weightBytes)}${there}`] as const]),
      ["disk", `${sizeText(bundleBytes)} converted; ${sizeText(plan.freeBytes)} are free`],
      [
        "memory",
        `at least ${sizeText(plan.leastMemoryBytes)}, and caches; this machine has ${sizeText(plan.memoryBytes)}`,
      ],
    ];
    this.screen.note("", `${pc.bold(id)}${revision === null ? "" : pc.dim(` at ${revision.slice(0, 8)}`)}`);
    for (const [head, text] of rows) this.row(head, text);
  }

  private row(head: string, text: string): void {
    this.screen.note(`${pc.dim(head.padEnd(HEAD_COLUMNS))} `, text);
  }

  private progress({ type, transfer }: Transferring): void {
    const isAtEdge = this.shown !== type || transfer.done === transfer.total;
    const every = this.screen.hasStatus ? BAR_EVERY_MS : LINE_EVERY_MS;
    if (!isAtEdge && this.now() - this.shownAt < every) return;
    this.shownAt = this.now();
    if (this.screen.hasStatus)
      this.screen.status((columns) => `${type} ${transferBar(transfer, columns - type.length - 1)}`);
    else this.screen.note("", `${type}: ${transferText(transfer)}`);
  }
}

function retryText(why: ModelError, waitMs: number): string {
  return `${why.message} Trying again in ${durationText(Math.ceil(waitMs / 1000))}.`;
}
