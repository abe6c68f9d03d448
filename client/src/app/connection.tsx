import "./connection.css";
import { useMemo } from "preact/hooks";
import type { ConnectionState } from "../../lib/mod.ts";
import { Countdown } from "../ui/countdown.tsx";
import { watching } from "../watch/watching.ts";
import { route } from "./route.ts";

/** How the connection of what is watched is, in a word. On other views nothing may have been watched yet. */
export function Connection() {
  if (watching.value === null && route.value.view !== "watch") return null;
  const state = watching.value?.connection.value ?? null;
  const phase = state === null ? "connecting" : isIdle(state) ? "idle" : state.phase;
  const wait = state?.retryInMs ?? null;
  const untilMs = useMemo(() => (wait === null ? null : performance.now() + wait), [state]);
  return (
    <p class="connection dot" role="status" data-state={phase}>
      {state === null ? "connecting …" : words(state)}
      {untilMs !== null && <Countdown untilMs={untilMs} />}
    </p>
  );
}

function words(state: ConnectionState): string {
  switch (state.phase) {
    case "connecting":
      return "connecting …";
    case "open":
      return "connected";
    case "waiting":
      return state.error?.code === "too_many_sessions"
        ? "server full, again in "
        : "not connected, again in ";
    case "closed":
      if (state.error?.code === "unauthorized") return "needs a token";
      return isIdle(state) ? "idle" : "closed";
  }
}

/** The server has closed a session that was not used. */
export function isIdle({ error }: ConnectionState): boolean {
  return error?.code === "idle_timeout";
}
