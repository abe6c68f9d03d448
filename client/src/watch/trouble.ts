import type { ClientError, ConnectionState } from "../../lib/mod.ts";
import { noteRefused, wantToken } from "../app/access.ts";
import { type Notice, notify, withdraw } from "../app/notices.ts";
import { go } from "../app/route.ts";
import { aboutDrops, DropWatch } from "./drops.ts";
import { type Watching, watching } from "./watching.ts";

/** A connection that is lost for less than this is not worth a word (ms). */
const SHORT_MS = 600;

/** Codes of a server that has no room. */
const FULL: ReadonlySet<string> = new Set(["too_many_sessions", "too_many_streams", "too_many_watchers"]);

/**
 * Tells a person what goes wrong while something is watched, and takes it back when it is over.
 *
 * @param again begins a new session about the same
 */
export function hearOfTrouble(watched: Watching, again: () => void): void {
  withdraw("connection", "model", "server", "scene", "drops", "session");
  // The one that was left still says that it is closed.
  const isWatched = () => watching.peek() === watched;
  hearOfConnection(watched, isWatched, again);
  hearOfServer(watched, isWatched);
  hearOfPictures(watched, isWatched);
}

function hearOfConnection({ session, source }: Watching, isWatched: () => boolean, again: () => void): void {
  let wasOpen = false;
  let isGoingAway = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  session.on("session.going_away", () => {
    isGoingAway = true;
    const text = "The server is shutting down. When it is back, this page goes on by itself.";
    if (isWatched()) notify({ about: "connection", text, tone: "hint" });
  });
  session.on("state", (state) => {
    clearTimeout(timer);
    if (!isWatched()) return;
    // That a stream of the server is not there is said in place of its picture.
    if (source?.kind === "stream" && codeOf(state) === "stream_not_found") return withdraw("connection");
    if (state.phase === "open") {
      wasOpen = true;
      isGoingAway = false;
      withdraw("connection", "server");
    } else if (state.phase === "waiting") {
      const againAtMs = performance.now() + (state.retryInMs ?? 0);
      const tell = () =>
        notify({
          about: "connection",
          text: whyWaiting(state, wasOpen, isGoingAway),
          tone: "problem",
          againAtMs,
        });
      if (wasOpen && !FULL.has(codeOf(state))) timer = setTimeout(tell, SHORT_MS);
      else tell();
    } else if (state.phase === "closed" && state.error !== null) {
      const notice = whyClosed(state.error, source?.kind === "stream", again);
      if (notice !== null) notify(notice);
      else {
        withdraw("connection");
        wantToken(state.error.message);
      }
    }
  });
}

function whyWaiting(state: ConnectionState, wasOpen: boolean, isGoingAway: boolean): string {
  const { error } = state;
  if (FULL.has(codeOf(state)))
    return "The server has as many sessions as it takes. This page gets the next place that becomes free. Close other pages or programs that use it, or raise its limit maxSessions.";
  if (isGoingAway || error?.code === "going_away")
    return "The server was stopped. When it is back, this page goes on by itself.";
  if (wasOpen) return "The connection was lost. It goes on by itself; what was thought meanwhile comes then.";
  // Something answers there, and its words say more.
  if (error !== null && (error.code !== "connection_failed" || error.message.includes("answers")))
    return error.message;
  return "The server cannot be reached. Check whether it runs, and whether this device is on its network.";
}

function codeOf({ error }: ConnectionState): string {
  return String(error?.code ?? "");
}

/** What to say of a connection that is not tried again; null: a dialog says it. */
function whyClosed({ code, message }: ClientError, isOfServer: boolean, again: () => void): Notice | null {
  const about = "connection";
  const goOn = (label: string) => ({ label, run: again });
  switch (code) {
    case "idle_timeout":
      return {
        about,
        text: "Nothing came for a while, so the session was ended.",
        tone: "hint",
        action: goOn("Go on"),
      };
    case "replaced":
      return {
        about,
        text: "Another tab goes on with this session.",
        tone: "hint",
        action: goOn("Begin a new one here"),
      };
    case "unauthorized":
      return null;
    default: {
      const label = isOfServer ? "Try again" : "Begin a new session";
      return { about, text: message, tone: "problem", action: goOn(label) };
    }
  }
}

const showAllStreams = { label: "Show all streams", run: () => go("wall") };

function hearOfServer(watched: Watching, isWatched: () => boolean): void {
  const { session } = watched;
  let id: string | null = null;
  session.on("session.created", (event) => {
    const isAnother = id !== null && id !== event.session.id;
    id = event.session.id;
    withdraw("model", "scene", "drops");
    if (!isAnother) return;
    const text =
      "The server has lost the session, so a new one has begun. What was seen and thought before is gone there.";
    notify({ about: "session", text, tone: "hint" });
  });
  session.on("session.model", ({ status, message }) => {
    if (status === "available") withdraw("model");
    else notify({ about: "model", text: message, tone: "problem" });
  });
  session.on("session.source", ({ message }) => {
    if (isWatched()) notify({ about: "source", text: message, tone: "hint" });
  });
  session.on("error", ({ error }) => {
    // One that a question has caused stands beside the question. One that ends the session is told by its connection.
    if (!isWatched() || error.event_id !== null || error.fatal) return;
    if (error.code === "forbidden") return mayNotPush(watched);
    notify({ about: "server", text: error.message, tone: "problem" });
  });
}

/** The first picture was refused, and each one after it would be. */
function mayNotPush({ feed, flow }: Watching): void {
  feed?.stop();
  flow.rest();
  noteRefused("push");
  notify({
    about: "server",
    text: "Your token may watch, but not send video. Choose one of the server’s cameras.",
    tone: "problem",
    action: showAllStreams,
  });
}

function hearOfPictures({ session }: Watching, isWatched: () => boolean): void {
  const drops = new DropWatch();
  session.on("session.stats", ({ stats }) => {
    if (!isWatched()) return;
    const told = drops.hear(stats);
    if (told === null) withdraw("drops");
    else notify({ about: "drops", text: aboutDrops(told), tone: "hint" });
  });
  session.on("session.scene", ({ status, message }) => {
    if (status === "familiar") withdraw("scene");
    else notify({ about: "scene", text: `${message} Thoughts about it may be wrong.`, tone: "hint" });
  });
}
