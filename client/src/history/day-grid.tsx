import "./day-grid.css";
import { useState } from "preact/hooks";
import { durationText } from "../../../src/protocol/duration.ts";
import { hourAndMinute } from "../ui/clock.ts";
import { counted as number } from "../ui/format.ts";
import { dayOf } from "./day.ts";
import { type Cell, gridOf, type Row } from "./grid.ts";
import { useGridKeys } from "./grid-keys.ts";
import { address, at, counted, type DayFound, day, hour } from "./look-back.ts";
import { Peaks } from "./peaks.tsx";

/** A server that keeps sessions may have hundreds of streams. */
const FEW_ROWS = 12;
/** A server that is started again is away for less. It is told in the list, and not marked here (ms). */
const SHORT_SILENCE_MS = 60_000;

/** A day by hour and stream: how much was thought, and where there were alerts and gaps. */
export function DayGrid({ cameras }: { readonly cameras: readonly string[] }) {
  const found = counted.value.value;
  if (found === null) return <p class="card muted">Counting this day …</p>;
  if (found.summary.data.length === 0) return <EmptyDay found={found} />;
  return (
    <div class="card day-card" aria-busy={counted.isLoading.value}>
      <Rows found={found} cameras={cameras} />
      <Key />
      <Peaks summary={found.summary} hours={found.hours} />
      {counted.problem.value !== null && <p class="problem">{counted.problem.value.message}</p>}
    </div>
  );
}

function EmptyDay({ found: { newest } }: { readonly found: DayFound }) {
  const newestDay = newest && dayOf(Date.parse(newest.time));
  return (
    <div class="card blank">
      <p>
        {newest === null
          ? "Nothing is kept yet. As soon as a camera of this server sees something, it is found here."
          : "Nothing is kept of this day."}
      </p>
      {newestDay !== null && newestDay !== day.value && (
        <p>
          <a href={at({ day: newestDay, hourMs: null })}>Go to the newest day, {newestDay}</a>
        </p>
      )}
    </div>
  );
}

function Rows({ found, cameras }: { readonly found: DayFound; readonly cameras: readonly string[] }) {
  const [isWhole, setWhole] = useState(false);
  const { summary, hours, silences } = found;
  const all = gridOf(summary, cameras, hours, silences, Date.now());
  const rows = isWhole ? all : all.slice(0, FEW_ROWS);
  const begun = hours.filter(({ startMs }) => startMs <= Date.now()).length;
  const keys = useGridKeys(rows.length, Math.max(1, begun));
  return (
    <>
      <table class="day-grid" onKeyDown={keys.onKeyDown}>
        <caption class="unseen">Thoughts by camera and hour. The arrow keys move through it.</caption>
        <thead aria-hidden="true">
          <tr>
            <td />
            {hours.map(({ startMs, label }, i) => (
              <td key={startMs}>{i % 3 === 0 && label}</td>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={row.stream}>
              <th scope="row">
                <StreamName row={row} />
              </th>
              {row.cells.map((cell, c) => (
                <td key={cell.hour.startMs}>
                  <CellOf stream={row.stream} cell={cell} tabIndex={keys.isAt(r, c) ? 0 : -1} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > FEW_ROWS && (
        <button type="button" class="plain" onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Show fewer" : `Show all ${all.length}`}
        </button>
      )}
    </>
  );
}

/** What the marks mean. */
function Key() {
  return (
    <p class="grid-key" aria-hidden="true">
      <span>
        <span class="cell" data-level="1" />
        <span class="cell" data-level="4" /> few to many thoughts
      </span>
      <span>
        <span class="cell">
          <span class="alerted" />
        </span>
        an alert
      </span>
      <span>
        <span class="cell" data-broken="" />
        something is missing
      </span>
    </p>
  );
}

function StreamName({ row: { stream } }: { readonly row: Row }) {
  const isChosen = address.value.stream === stream && hour.value === null;
  return (
    <a
      href={at({ stream: isChosen ? null : stream, hourMs: null, everyDay: false, entry: null })}
      aria-current={isChosen ? "true" : undefined}
      title={stream}
    >
      {stream}
    </a>
  );
}

function CellOf({
  stream,
  cell,
  tabIndex,
}: {
  readonly stream: string;
  readonly cell: Cell;
  readonly tabIndex: number;
}) {
  const { hour: own, level, alerts, gaps, silentMs, isFuture } = cell;
  const isChosen = hour.value?.startMs === own.startMs && address.value.stream === stream;
  const to = isChosen
    ? { stream: null, hourMs: null }
    : { stream, hourMs: own.startMs, day: dayOf(own.startMs), everyDay: false };
  const label = wordsOf(stream, cell);
  const face = (
    <>
      <span class="clock" aria-hidden="true">
        {own.label}
      </span>
      {alerts > 0 && <span class="alerted" />}
    </>
  );
  if (isFuture)
    return (
      <span class="cell" data-future="">
        {face}
        <span class="unseen">{label}</span>
      </span>
    );
  return (
    <a
      class="cell"
      data-level={level}
      data-broken={gaps > 0 || silentMs >= SHORT_SILENCE_MS ? "" : undefined}
      href={at({ ...to, entry: null })}
      aria-label={label}
      aria-current={isChosen ? "true" : undefined}
      title={label}
      tabIndex={tabIndex}
    >
      {face}
    </a>
  );
}

function wordsOf(stream: string, { hour: { startMs, endMs }, silentMs, isFuture, ...cell }: Cell): string {
  const when = `${stream}, ${hourAndMinute(startMs)} to ${hourAndMinute(endMs)}`;
  if (isFuture) return `${when}: not yet`;
  const said = [
    number(cell.thoughts, "thought"),
    ...(cell.answers > 0 ? [number(cell.answers, "answer")] : []),
    ...(cell.alerts > 0 ? [number(cell.alerts, "alert")] : []),
    ...(cell.gaps > 0 ? [number(cell.gaps, "gap")] : []),
    ...(silentMs >= SHORT_SILENCE_MS ? [`nothing recorded for ${durationText(roundedMs(silentMs))}`] : []),
  ];
  return `${when}: ${said.join(", ")}`;
}

function roundedMs(ms: number): number {
  return Math.round(ms / 60_000) * 60_000;
}
