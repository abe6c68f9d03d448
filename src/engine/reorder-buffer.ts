import type { BackendReport } from "./backend.ts";

/**
 * Holds every report about a unit back until the unit has been reported as seen. Vision and reasoning report
 * independently, so a thought can be reported before its unit; but its event has to say whether the scene was
 * unfamiliar. The reports that are held back keep their order.
 */
export class ReorderBuffer {
  private readonly held: BackendReport[] = [];
  private seen = -1;

  /** Takes a report that is not `seen`. Returns the reports that need not wait any longer. */
  take(report: BackendReport): BackendReport[] {
    this.held.push(report);
    return this.release();
  }

  /** A unit has been seen. Returns the reports that were held back for it. */
  unitSeen(unit: number): BackendReport[] {
    this.seen = unit;
    return this.release();
  }

  private release(): BackendReport[] {
    const early = this.held.findIndex((report) => "unit" in report && report.unit > this.seen);
    return this.held.splice(0, early === -1 ? this.held.length : early);
  }
}
