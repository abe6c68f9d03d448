import "./heartbeat.css";
import { useEffect, useState } from "preact/hooks";
import { heartbeat } from "./heartbeat-words.ts";
import { phase } from "./playback.ts";
import type { Watching } from "./watching.ts";

/** Says that it watches on in quiet times, and what is wrong when it does not. */
export function Heartbeat({ watched }: { readonly watched: Watching }) {
  const { story, source, connection, flow } = watched;
  useEverySecond();
  const { text, tone } = heartbeat({
    connection: connection.value.phase,
    source: source === null ? null : source.kind === "stream" ? "stream" : "own",
    video: phase.value,
    flow: flow.trouble(performance.now()),
    story,
  });
  return (
    <p class="heartbeat dot number" data-tone={tone}>
      {text}
    </p>
  );
}

/** What is wrong may be that nothing comes. So it is looked at by the clock, too. */
function useEverySecond(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
}
