import type { ServerEventOf, SessionStats } from "../../src/protocol/server-events.ts";
import type { SessionObject } from "../../src/protocol/session-object.ts";
import type { ConnectionState } from "../lib/mod.ts";
import { byId, create, duration } from "./dom.ts";

/** The status line, the connection's state, and alerts about what a person should know or do. */
export class Status {
  private readonly connectionLine = byId("connection", HTMLParagraphElement);
  private readonly model = byId("model", HTMLParagraphElement);
  private readonly alertLine = byId("alert", HTMLParagraphElement);
  private readonly sceneLine = byId("scene", HTMLParagraphElement);
  private readonly list = byId("status", HTMLDListElement);

  constructor() {
    this.show(null, 0);
  }

  connection(state: ConnectionState): void {
    this.connectionLine.dataset.state = state.phase === "closed" ? "idle" : state.phase;
    this.connectionLine.textContent = connectionText(state);
    const isRefused = state.phase === "closed" || state.error?.code === "too_many_sessions";
    if (isRefused && state.error !== null && !isIdle(state)) this.alert(state.error.message);
  }

  session({ model, model_info }: SessionObject): void {
    this.model.textContent = `${model} – ${model_info.description}`;
    this.model.title = model_info.chosen_because ?? "";
  }

  /** @param skipped number of pictures that this page did not send */
  stats(stats: SessionStats, skipped: number): void {
    this.show(stats, skipped);
  }

  /** Shows what went wrong and what to do; null hides it. */
  alert(message: string | null): void {
    this.alertLine.hidden = message === null;
    this.alertLine.textContent = message ?? "";
  }

  /** Shows that the model does not know such a scene; null, or a familiar scene, hides it. */
  scene(scene: ServerEventOf<"session.scene"> | null): void {
    const isUnfamiliar = scene?.status === "unfamiliar";
    this.sceneLine.hidden = !isUnfamiliar;
    this.sceneLine.textContent = isUnfamiliar ? `${scene.message} Thoughts about it may be wrong.` : "";
  }

  private show(stats: SessionStats | null, skipped: number): void {
    const entries: [label: string, value: string, title: string][] = [
      [
        "first token",
        duration(stats?.ttft_ms.p50 ?? null),
        "Median time from a unit's last frame to the first token about it",
      ],
      [
        "behind",
        duration(stats?.staleness_ms ?? null),
        "How far the last thought was behind the newest frame",
      ],
      [
        "frames",
        stats ? `${stats.frames_in} · ${stats.fps_in.toFixed(1)}/s` : "–",
        "Frames that the server received",
      ],
      ["dropped", dropped(stats, skipped), "Frames that were dropped, and why"],
    ];
    this.list.replaceChildren(
      ...entries.map(([label, value, title]) =>
        create("div", { title }, create("dt", { textContent: label }), create("dd", { textContent: value })),
      ),
    );
  }
}

function connectionText(state: ConnectionState): string {
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
function isIdle({ error }: ConnectionState): boolean {
  return error?.code === "idle_timeout";
}

function dropped(stats: SessionStats | null, skipped: number): string {
  if (!stats) return "–";
  const reasons = Object.entries({ ...stats.frames_dropped, "not sent": skipped }).filter(
    ([, count]) => count > 0,
  );
  if (reasons.length === 0) return "none";
  return reasons.map(([reason, count]) => `${count} ${reason.replace("_", " ")}`).join(", ");
}
