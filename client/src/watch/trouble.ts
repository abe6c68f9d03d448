import { isIdle } from "../app/connection.tsx";
import { notify, withdraw } from "../app/notices.ts";
import type { Watching } from "./watching.ts";

/** Tells a person what goes wrong while something is watched, and takes it back when it is over. */
export function hearOfTrouble({ session }: Watching): void {
  for (const about of ["connection", "model", "server", "question"]) withdraw(about);
  session.on("state", (state) => {
    const isRefused = state.phase === "closed" || state.error?.code === "too_many_sessions";
    // That a stream of the server is not there is said in place of its picture.
    const isSaid = state.error?.code === "stream_not_found";
    if (isRefused && state.error !== null && !isSaid && !isIdle(state))
      notify({ about: "connection", text: state.error.message, tone: "problem" });
    if (state.phase === "open") for (const about of ["connection", "server"]) withdraw(about);
  });
  session.on("session.model", ({ status, message }) => {
    if (status === "available") withdraw("model");
    else notify({ about: "model", text: message, tone: "problem" });
  });
  session.on("session.source", ({ message }) => notify({ about: "source", text: message, tone: "hint" }));
  session.on("session.going_away", () => {
    const text = "The server is shutting down. This page reconnects when it is back.";
    notify({ about: "server", text, tone: "hint" });
  });
  session.on("error", ({ error }) => {
    // One that a question has caused stands beside the question.
    if (error.event_id === null && error.code !== "idle_timeout")
      notify({ about: "server", text: error.message, tone: "problem" });
  });
}
