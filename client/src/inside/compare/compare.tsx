import "./compare.css";
import { isLive, type Source } from "../../sources/source.ts";
import { duration, playingTime } from "../../ui/format.ts";
import { useVersion } from "../use-version.ts";
import { type Comparison, compare, comparison, type Phase } from "./comparison.ts";
import { LanesOf } from "./lanes-of.tsx";
import { meaningOf } from "./meaning.ts";
import { MEANS, ORDERS } from "./orders.ts";

const REDRAW_MS = 500;

/** Plays a clip in all three orders at once, and shows when each one saw and thought. */
export function Compare({ source }: { readonly source: Source | null }) {
  const last = comparison.value;
  const isClip = source !== null && !isLive(source);
  const phase = last?.phase.value ?? null;
  const isRunning = phase === "opening" || phase === "playing" || phase === "finishing";
  return (
    <section class="compare" aria-label="The three orders">
      <header>
        <h3>The three orders</h3>
        <p class="muted">
          The same model on the same clip, in the three orders in which it may see and think.
        </p>
      </header>
      <p class="start">
        {isRunning ? (
          <button type="button" onClick={() => last?.stop()}>
            Stop comparing
          </button>
        ) : (
          <button type="button" disabled={!isClip} onClick={() => source && compare(source)}>
            Compare the orders
          </button>
        )}
        <span class="muted" role="status">
          {phase === null || phase === "stopped" || phase === "done" ? offer(isClip) : SAID[phase]}
        </span>
      </p>
      {last?.problem.value && <p class="problem">{last.problem.value}</p>}
      {last !== null && hasBegun(last) && <Outcomes of={last} phase={last.phase.value} />}
    </section>
  );
}

function hasBegun({ phase, version }: Comparison): boolean {
  return version > 0 || phase.value === "playing";
}

const SAID: Readonly<Record<Exclude<Phase, "stopped" | "done">, string>> = {
  opening: "Two further sessions are being opened.",
  playing: "The clip plays in all three orders at once.",
  finishing: "The clip has ended. Batch thinks now.",
};

function offer(isClip: boolean): string {
  return isClip
    ? "It plays the clip from its beginning, with two further sessions."
    : "For this, choose a clip or a file: a camera has no beginning to which one could go back.";
}

function Outcomes({ of, phase }: { readonly of: Comparison; readonly phase: Phase }) {
  useVersion(of, REDRAW_MS);
  const { endMs, runs } = of;
  const lastMs = ORDERS.flatMap((order) => [
    runs[order].seen.at(-1) ?? 0,
    runs[order].said.at(-1)?.toMs ?? 0,
  ]);
  const toMs = Math.max(of.lengthMs, endMs ?? 0, ...lastMs, 1);
  const outcomes = {
    streamed: runs.streamed.outcome(endMs),
    interleaved: runs.interleaved.outcome(endMs),
    batch: runs.batch.outcome(endMs),
  };
  return (
    <>
      {ORDERS.map((order) => (
        <LanesOf key={order} name={order} means={MEANS[order]} run={runs[order]} endMs={endMs} toMs={toMs} />
      ))}
      <p class="axis muted number" aria-hidden="true">
        <span>0:00</span>
        <span>{playingTime(toMs)} since the beginning</span>
      </p>
      <table class="number">
        <caption class="muted">{of.name}</caption>
        <thead>
          <tr>
            <th scope="col">order</th>
            <th scope="col">thoughts while it played</th>
            <th scope="col">after its end</th>
            <th scope="col">TTFT, median</th>
          </tr>
        </thead>
        <tbody>
          {ORDERS.map((order) => {
            const { thoughts, thoughtsWhilePlaying, ttftP50Ms } = outcomes[order];
            return (
              <tr key={order}>
                <th scope="row">{order}</th>
                <td>{thoughtsWhilePlaying}</td>
                <td>{endMs === null ? "–" : thoughts - thoughtsWhilePlaying}</td>
                <td>{duration(ttftP50Ms)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {phase === "done" && (
        <p>
          {meaningOf(outcomes)}{" "}
          <span class="muted">
            All three ran at once and shared this server, so delays are longer than alone.
          </span>
        </p>
      )}
    </>
  );
}
