import "./panel.css";
import { useEffect } from "preact/hooks";
import type { Watching } from "../watch/watching.ts";
import { CacheState } from "./cache-state.ts";
import { CacheStrips } from "./cache-strips.tsx";
import { Compare } from "./compare/compare.tsx";
import { Plots } from "./plots.tsx";
import { quicken } from "./quick-stats.ts";
import { Recorder } from "./record.ts";

interface Known {
  readonly record: Recorder;
  readonly caches: CacheState;
}

/** Of what was watched with the panel open, so that closing it loses nothing. */
const known = new WeakMap<Watching, Known>();

/** What is inside, while it is open. */
export function Panel({ watched }: { readonly watched: Watching }) {
  const { record, caches } = knownOf(watched);
  useEffect(() => quicken(watched.session), [watched]);
  return (
    <div class="inside-panel">
      <CacheStrips caches={caches.now.value} />
      <Plots record={record} />
      <Compare source={watched.source} />
    </div>
  );
}

function knownOf(watched: Watching): Known {
  const before = known.get(watched);
  if (before !== undefined) return before;
  const begun = { record: new Recorder(), caches: new CacheState() };
  const { stats } = watched.story;
  watched.session.on("event", (event) => {
    begun.record.hear(event);
    begun.caches.hear(event);
  });
  if (stats.peek() !== null) begun.caches.take(stats.peek()!);
  known.set(watched, begun);
  return begun;
}
