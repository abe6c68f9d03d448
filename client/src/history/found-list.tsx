import "./found-list.css";
import type { HistoryEntry } from "../../lib/mod.ts";
import { hourAndMinute, moment, timeOfDay } from "../ui/clock.ts";
import { KeptPicture } from "../ui/kept-picture.tsx";
import { openedHere } from "./entry-dialog.tsx";
import { EntryText, kindOf } from "./entry-words.tsx";
import { address, at, findAgain, findMore, found, hour } from "./look-back.ts";

/** What was found, the newest first. */
export function FoundList() {
  const page = found.value.value;
  const problem = found.problem.value;
  const isLoading = found.isLoading.value;
  return (
    <>
      <div class="found-head">
        <h2 id="results-heading">{heading()}</h2>
        <p role="status" class="muted">
          {page === null || isLoading ? "Looking …" : told(page.entries.length, page.next !== null)}
        </p>
        {hour.value !== null && (
          <a class="button" href={at({ hourMs: null, entry: null })}>
            Show the whole day
          </a>
        )}
        <button type="button" onClick={findAgain}>
          Refresh
        </button>
      </div>
      {problem !== null && problem.param !== "q" && <p class="problem">{problem.message}</p>}
      {page !== null && page.entries.length === 0 && !isLoading && <Nothing />}
      <ol class="found" aria-busy={isLoading} aria-labelledby="results-heading">
        {page?.entries.map((entry) => (
          <li key={entry.id}>
            <EntryRow entry={entry} />
          </li>
        ))}
      </ol>
      {page?.next != null && (
        <button type="button" disabled={isLoading} onClick={findMore}>
          More
        </button>
      )}
    </>
  );
}

function EntryRow({ entry }: { readonly entry: HistoryEntry }) {
  const { id, stream, type, time, snapshot } = entry;
  const when = address.value.everyDay ? moment(time) : timeOfDay(time);
  return (
    <a class="entry" data-type={type} href={at({ entry: id })} onClick={openedHere}>
      <span class="entry-about">
        <span class="muted number">
          {when}
          {stream !== null && ` · ${stream}`}
          {type !== "thought" && <span class="tag">{kindOf(entry)}</span>}
        </span>
        <span>
          <EntryText entry={entry} />
        </span>
      </span>
      {snapshot !== null && <KeptPicture path={snapshot} alt="" />}
    </a>
  );
}

function Nothing() {
  const { words, everyDay } = address.value;
  return (
    <div class="card blank">
      <p>{words === null ? "Nothing is found here." : `Nothing is found for ${words}.`}</p>
      {words !== null && !everyDay && (
        <p>
          <a href={at({ everyDay: true, hourMs: null })}>Search all days</a>
        </p>
      )}
    </div>
  );
}

function heading(): string {
  const { stream, everyDay } = address.value;
  const own = hour.value;
  const when = everyDay
    ? "All days"
    : own === null
      ? "The whole day"
      : `${hourAndMinute(own.startMs)} to ${hourAndMinute(own.endMs)}`;
  return stream === null ? when : `${when}, ${stream}`;
}

function told(count: number, hasMore: boolean): string {
  return hasMore ? `The newest ${count}` : `${count} found`;
}
