import "./connection.css";
import type { ConnectionState } from "../../lib/mod.ts";
import { watching } from "../watch/watching.ts";
import { route } from "./route.ts";

/** How the connection of what is watched is, in a word. On other views nothing may have been watched yet. */
export function Connection() {
  if (watching.value === null && route.value.view !== "watch") return null;
  const state = watching.value?.connection.value ?? null;
  const phase = state === null ? "connecting" : isIdle(state) ? "idle" : state.phase;
  return (
    <p class="connection" role="status" data-state={phase}>
      {state === null ? "connecting …" : words(state)}
    </p>
  );
}

function words(state: ConnectionState): string {
  switch (state.phase) {
    case "connecting":
      return "connecting …";
    case "open":
      return "connected";
    case "waiting": {
      const why = state.error?.code === "too_many_sessions" ? "the server is full" : "the server is gone";
      return `${why}; trying again in ${Math.ceil((state.retryInMs ?? 0) / 1000)} s`;
    }
    case "closed":
      return isIdle(state) ? "idle – choose a video to go on" : "closed – choose a video to try again";
  }
}

/** The server has closed a session that was not used. */
export function isIdle({ error }: ConnectionState): boolean {
  return error?.code === "idle_timeout";
}
