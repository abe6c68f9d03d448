import type { ServerEvent } from "../../src/protocol/server-events.ts";
import { ClientError, fromVideo, type Session, ThinkalongClient, type VideoFeed } from "../lib/mod.ts";
import { byId } from "./dom.ts";
import { Questions } from "./questions.ts";
import { closeSource, hasSample, openSource, type Source, SourceError } from "./sources.ts";
import { Status } from "./status.ts";
import { Thoughts } from "./thoughts.ts";

const video = byId("video", HTMLVideoElement);
const hint = byId("hint", HTMLParagraphElement);
const file = byId("file", HTMLInputElement);
const buttons = {
  sample: byId("source-sample", HTMLButtonElement),
  webcam: byId("source-webcam", HTMLButtonElement),
  file: byId("source-file", HTMLButtonElement),
};

const server = new ThinkalongClient(new URL(".", location.href));
const status = new Status();
const thoughts = new Thoughts((mediaTimeMs) => {
  video.currentTime = mediaTimeMs / 1000;
});
const questions = new Questions((question) => {
  if (session === null) throw new ClientError("session_ended", "Not sent: choose a video first.");
  return session.ask(question);
});
let session: Session | null = null;
let feed: VideoFeed | null = null;
/** Aborted when another video is chosen. */
let choice = new AbortController();

/** Leaves the session, if there is one, and begins another one. */
function begin(): Session {
  const before = session;
  const begun = server.open();
  session = begun;
  before?.leave();
  begun.on("state", (state) => begun === session && status.connection(state));
  begun.on("event", (event) => begun === session && onEvent(event));
  return begun;
}

function onEvent(event: ServerEvent): void {
  thoughts.show(event);
  switch (event.type) {
    case "session.created":
      status.scene(null);
      status.session(event.session);
      questions.offer(event.session.model_info.example_questions);
      break;
    case "session.scene":
      status.scene(event);
      break;
    case "session.model":
      status.alert(event.status === "available" ? null : event.message);
      break;
    case "session.stats":
      status.stats(event.stats, (feed?.skipped ?? 0) + (session?.frames.skipped ?? 0));
      break;
    case "session.going_away":
      status.alert("The server is shutting down. This page reconnects when it is back.");
      break;
    case "error":
      // One that a question has caused stands beside the question.
      if (event.error.event_id === null && event.error.code !== "idle_timeout")
        status.alert(event.error.message);
      break;
  }
}

/** Another video is another stream, so it begins a new session. */
async function play(source: Source): Promise<void> {
  choice.abort();
  choice = new AbortController();
  const { signal } = choice;
  const isLive = source.kind === "webcam";
  for (const [kind, button] of Object.entries(buttons)) button.ariaPressed = String(kind === source.kind);
  status.alert(null);
  status.scene(null);
  thoughts.clear(!isLive);
  questions.clear();
  feed?.stop();
  const isFresh =
    session?.state.phase === "open" && session.frames.sent === 0 && session.frames.waiting === 0;
  const watched = isFresh && session !== null ? session : begin();
  // Called before the video plays, so that its first pictures are captured.
  const sent = fromVideo(watched, video, { isLive });
  feed = sent;
  video.controls = !isLive;
  hint.hidden = true;
  try {
    await openSource(video, source, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof SourceError)) throw error;
    sent.stop();
    closeSource(video);
    hint.hidden = false;
    status.alert(error.message);
  }
}

buttons.sample.addEventListener("click", () => void play({ kind: "sample" }));
buttons.webcam.addEventListener("click", () => void play({ kind: "webcam" }));
buttons.file.addEventListener("click", () => file.click());
file.addEventListener("change", () => {
  const [chosen] = file.files ?? [];
  if (chosen) void play({ kind: "file", file: chosen });
  file.value = "";
});

// If the server has a sample clip, the page plays it at once. A camera is one click away.
const sample = await hasSample();
const isChosen = Object.values(buttons).some((button) => button.ariaPressed === "true");
if (!isChosen) {
  if (sample) void play({ kind: "sample" });
  else begin();
}
