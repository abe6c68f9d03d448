import "./history-view.css";
import { useEffect } from "preact/hooks";
import type { ClientError } from "../../lib/mod.ts";
import { useStreams } from "../app/streams-poll.ts";
import { DayGrid } from "./day-grid.tsx";
import { DayPicker } from "./day-picker.tsx";
import { EntryDialog } from "./entry-dialog.tsx";
import { FoundList } from "./found-list.tsx";
import { address, counted, lookBack } from "./look-back.ts";
import { SearchForm } from "./search-form.tsx";

/** How often it is asked which cameras run (ms). */
const STREAMS_MS = 15_000;

/** What was seen, thought, asked and alerted before: a day at a glance, and a search in words. */
export function HistoryView() {
  useEffect(lookBack, []);
  const streams = useStreams(STREAMS_MS) ?? [];
  const problem = counted.problem.value;
  if (problem !== null && counted.value.value === null) return <NoHistory problem={problem} />;
  const cameras = streams.filter(({ kind }) => kind === "camera").map(({ id }) => id);
  return (
    <div class="history">
      <section class="day" aria-labelledby="day-heading">
        <DayPicker />
        <DayGrid cameras={cameras} />
        <p class="muted">
          Kept is what the server’s own cameras see. Videos that a page sends are not kept, unless the
          server’s config file has <code>history.sessions: true</code>.
        </p>
      </section>
      <section class="results" aria-labelledby="results-heading">
        <SearchForm cameras={cameras} />
        <FoundList />
      </section>
      {address.value.entry !== null && <EntryDialog id={address.value.entry} streams={streams} />}
    </div>
  );
}

/** Why there is nothing to look back at, and what one can do. */
function NoHistory({ problem }: { readonly problem: ClientError }) {
  return (
    <section class="card blank history-off" aria-labelledby="no-history">
      <h2 id="no-history">
        {problem.code === "no_history" ? "This server keeps no history" : "The history cannot be shown"}
      </h2>
      {problem.code === "no_history" ? (
        <>
          <p>
            What cameras see and think is kept in a file, so that one can look back the next day. Whoever runs
            this server turns it on: start it without <code>--no-history</code>, or write into its config file
          </p>
          <pre>
            <code>{"history:\n  enabled: true"}</code>
          </pre>
        </>
      ) : (
        <p>{problem.message}</p>
      )}
    </section>
  );
}
