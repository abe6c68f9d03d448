import { counted } from "../../ui/format.ts";
import type { OrderRun } from "./order-run.ts";

/** Width of the drawing, in its own units; it is stretched. */
const WIDE = 1000;

interface Props {
  readonly name: string;
  readonly means: string;
  readonly run: OrderRun;
  readonly endMs: number | null;
  /** End of the time axis. */
  readonly toMs: number;
}

/** When one order saw and when it thought. */
export function LanesOf({ name, means, run, endMs, toMs }: Props) {
  const x = (ms: number) => (Math.min(ms, toMs) / toMs) * WIDE;
  const { units, thoughts } = run.outcome(endMs);
  return (
    <figure class="order-lanes">
      <figcaption>
        <b>{name}</b> <span class="muted">{means}</span>
      </figcaption>
      <span class="lane-name" data-kind="sees" aria-hidden="true">
        sees
      </span>
      <span class="lane-name" data-kind="thinks" aria-hidden="true">
        thinks
      </span>
      <svg
        viewBox={`0 0 ${WIDE} 20`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${counted(units, "unit")} seen, ${counted(thoughts, "thought")}`}
      >
        {run.seen.map((ms) => (
          <line key={ms} class="mark" data-kind="sees" x1={x(ms)} x2={x(ms)} y1="2" y2="9" />
        ))}
        {run.said.map(({ id, fromMs, toMs: doneMs }) => (
          <rect
            key={id}
            class="mark"
            data-kind="thinks"
            x={x(fromMs)}
            y="12"
            width={x(doneMs) - x(fromMs)}
            height="6"
          />
        ))}
        {endMs !== null && <line class="end" x1={x(endMs)} x2={x(endMs)} y1="0" y2="20" />}
      </svg>
    </figure>
  );
}
