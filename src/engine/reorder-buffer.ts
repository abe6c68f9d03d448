import type { BackendReport } from "./backend.ts";

/**
 * Keeps what is said of a unit until the unit has been reported as seen: the reports of what sees and of what thinks may
 * cross, and a thought is told together with how its scene stands. The order of what is kept stays as it is.
 */
export class ReorderBuffer {
  private readonly held: BackendReport[] = [];
  private seen = -1;

  /** Takes a report that is not `seen`; gives those that can be told now. */
  take(report: BackendReport): BackendReport[] {
    this.held.push(report);
    return this.release();
  }

  /** A unit has been seen; gives what was held back for it. */
  reported(unit: number): BackendReport[] {
    this.seen = unit;
    return this.release();
  }

  private release(): BackendReport[] {
    const early = this.held.findIndex((report) => "unit" in report && report.unit > this.seen);
    return this.held.splice(0, early === -1 ? this.held.length : early);
  }
}
