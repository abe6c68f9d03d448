import type { BackendReport, TaskDone } from "../../src/engine/mod.ts";

type ReportOf<T extends BackendReport["type"]> = Extract<BackendReport, { type: T }>;

/** A finished thought, with how much had been evicted when its unit was done. */
export interface LoggedThought extends Omit<TaskDone, "type" | "outcome"> {
  readonly skipped: boolean;
  readonly stop: "end" | "length";
  readonly evictedTokens: number;
}

/**
 * Keeps the reports of a backend, or of a part of one, about a stream. A task that the backend announced is a thought.
 */
export class ReportLog {
  readonly reports: BackendReport[] = [];

  private readonly waiting = new Set<() => void>();

  readonly add = (report: BackendReport): void => {
    this.reports.push(report);
    for (const check of this.waiting) check();
  };

  /** Waits until a condition holds. It is checked with each report. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
      check();
    });
  }

  all<T extends BackendReport["type"]>(type: T): ReportOf<T>[] {
    return this.reports.filter((report): report is ReportOf<T> => report.type === type);
  }

  /** Tasks that the backend began by itself and has finished. */
  get thoughts(): LoggedThought[] {
    const own = new Set(this.all("task.started").map(({ task }) => task));
    const evicted = new Map(this.all("unit.done").map((done) => [done.unit, done.evictedTokens]));
    return this.all("task.done").flatMap(({ outcome, type: _, ...done }) =>
      own.has(done.task)
        ? [
            {
              ...done,
              skipped: outcome === "skipped",
              stop: outcome === "incomplete" ? "length" : "end",
              evictedTokens: evicted.get(done.unit) ?? 0,
            },
          ]
        : [],
    );
  }

  /** Tasks that `ask` began and that are finished. */
  get answers(): TaskDone[] {
    const own = new Set(this.all("task.started").map(({ task }) => task));
    return this.all("task.done").filter(({ task }) => !own.has(task));
  }

  /** The pieces of text of a task. */
  streamed(task: string): string[] {
    return this.all("task.token").flatMap((token) => (token.task === task ? [token.delta] : []));
  }
}
