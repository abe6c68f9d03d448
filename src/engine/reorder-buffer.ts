import type { ReasonerReport } from "../reasoner/messages.ts";

type Report = Exclude<ReasonerReport, { type: "ready" | "closed" }>;

/**
 * Keeps what the reasoner says of a unit until vision has said its own: the reports of two workers cross, and what is
 * thought of a unit is told together with how its scene stands. The reasoner's order stays as it is.
 */
export class ReorderBuffer {
  private readonly held: Report[] = [];
  private seen = -1;

  /** Takes a report; gives those that can be told now. */
  take(report: Report): Report[] {
    this.held.push(report);
    return this.release();
  }

  /** Vision has reported a unit; gives what was held back for it. */
  reported(unit: number): Report[] {
    this.seen = unit;
    return this.release();
  }

  private release(): Report[] {
    const early = this.held.findIndex((report) => "unit" in report && report.unit > this.seen);
    return this.held.splice(0, early === -1 ? this.held.length : early);
  }
}
