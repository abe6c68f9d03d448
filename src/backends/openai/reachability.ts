import type { BackendReport } from "../../engine/mod.ts";
import type { RemoteError } from "./client/mod.ts";

/** Whether the model can be reached, as one stream finds it. Reports each change, and does so once. */
export class Reachability {
  private isReached = true;

  constructor(private readonly report: (report: BackendReport) => void) {}

  /** A request has succeeded. */
  works(): void {
    if (this.isReached) return;
    this.isReached = true;
    this.report({ type: "availability", available: true, message: "The model answers again." });
  }

  /** A request has failed, after all that could be tried. */
  fails({ message }: RemoteError): void {
    if (!this.isReached) return;
    this.isReached = false;
    this.report({ type: "availability", available: false, message });
  }
}
