import { CLOSE_CODES, ERRORS, TRANSPORT_CLOSE_CODES } from "../../src/protocol/mod.ts";
import { type Finding, none } from "./trial.ts";
import type { Visitor } from "./visitor.ts";

const DOCUMENTED = new Set([...Object.values(CLOSE_CODES), ...TRANSPORT_CLOSE_CODES].map(({ code }) => code));
const FAULTS = [CLOSE_CODES.failed.code, 1011];
/** What bytes of a client may do to its decoder, which is a process of its own. */
const OF_DECODERS = ["container_decoder_died", "container_decoder_failed"];

/** What clients heard that sent what nobody should send. */
export class Heard {
  readonly malformed: string[] = [];
  readonly faults: string[] = [];
  readonly errors = new Map<string, number>();
  connections = 0;

  add(visitor: Visitor): void {
    this.connections++;
    this.malformed.push(...visitor.malformed);
    for (const { code, message } of visitor.errors) {
      this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
      if (OF_DECODERS.includes(code)) continue;
      if (!(code in ERRORS) || ERRORS[code as keyof typeof ERRORS].type === "server_error")
        this.faults.push(`${code}: ${message}`);
    }
    const { code } = visitor;
    const gaveUp = visitor.errors.some(({ code }) => code === "container_decoder_failed");
    if (gaveUp && code === CLOSE_CODES.failed.code) return;
    if (code !== null && (!DOCUMENTED.has(code) || FAULTS.includes(code)))
      this.faults.push(`close code ${code}`);
  }

  findings(): Finding[] {
    const counts = [...this.errors].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
    return [
      none("events that are not as their schemas say", this.malformed),
      none("faults of the server, and codes that are not in the documents", this.faults),
      {
        what: "errors that said what was wrong",
        measured: counts.join(", ") || "none",
        bound: "at least three kinds",
        held: counts.length >= 3,
      },
    ];
  }
}
