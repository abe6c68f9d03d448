import type { ServerEvent } from "../../src/protocol/server-events.ts";
import { Capture } from "./capture.ts";
import { Connection } from "./connection.ts";
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

const status = new Status();
const thoughts = new Thoughts((mediaTimeMs) => {
  video.currentTime = mediaTimeMs / 1000;
});
const questions = new Questions((message) => connection.send(message));
const connection = new Connection({
  event: onEvent,
  state: (state, detail) => {
    status.connection(state, detail);
    if (state === "open") return;
    capture.configure(null);
    questions.lost();
  },
});
const capture = new Capture(video, connection);

function onEvent(event: ServerEvent): void {
  thoughts.show(event);
  const wasAnswer = questions.show(event);
  switch (event.type) {
    case "session.created":
      capture.configure(event.session);
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
      status.stats(event.stats, capture.skipped);
      break;
    case "session.going_away":
      status.alert("The server is shutting down. This page reconnects when it is back.");
      break;
    case "error":
      if (!wasAnswer && event.error.code !== "idle_timeout") status.alert(event.error.message);
      break;
  }
}

/** Another video is another stream, so it begins a new session. */
async function play(source: Source): Promise<void> {
  const isLive = source.kind === "webcam";
  for (const [kind, button] of Object.entries(buttons)) button.ariaPressed = String(kind === source.kind);
  status.alert(null);
  status.scene(null);
  thoughts.clear(!isLive);
  questions.clear();
  if (capture.sent > 0 || !connection.isOpen) connection.restart();
  // Called before the video plays, so that its first pictures are captured.
  capture.start(isLive);
  video.controls = !isLive;
  hint.hidden = true;
  try {
    await openSource(video, source);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    capture.stop();
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
  else connection.restart();
}
