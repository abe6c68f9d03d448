import { signal } from "@preact/signals";
import { fromVideo } from "../../lib/mod.ts";
import { server } from "../app/access.ts";
import { notify, withdraw } from "../app/notices.ts";
import { viewShown } from "../app/route.ts";
import { followCameras } from "../sources/cameras.ts";
import { attach, type Media, openMedia } from "../sources/media.ts";
import { listSamples, type Sample } from "../sources/samples.ts";
import { isLive, nameOf, type Source, SourceError } from "../sources/source.ts";
import { askByItself } from "./ask-by-itself.ts";
import { onMediaLost } from "./lost-media.ts";
import { hearOfTrouble } from "./trouble.ts";
import { video } from "./video.ts";
import { Watching, watching } from "./watching.ts";

/** The clips that this server has. */
export const samples = signal<readonly Sample[]>([]);

/** What is being opened, while what is watched goes on; null: nothing. */
export const choosing = signal<Source | null>(null);

/** Aborted when another source is chosen. */
let choice = new AbortController();
let media: Media | null = null;
/** What needs no permission and was watched last: one goes back to it when a camera or the screen is gone. */
let before: Source | null = null;

/**
 * If the server has a clip, the page plays it at once, and asks for no permission. A camera is one click away. A page that
 * shows the wall day and night sends no video.
 */
export async function begin(): Promise<void> {
  followCameras();
  video.addEventListener("play", () => {
    // What is seen again after a jump back is not sent again. From the beginning, it is another showing.
    if (hasEnded && video.currentTime < AT_START_S) again();
  });
  video.addEventListener("ended", () => {
    hasEnded = true;
  });
  samples.value = await listSamples();
  const [first] = samples.value;
  await viewShown("watch");
  if (watching.value === null) await watch(first ? { kind: "sample", ...first } : null);
  let served = server.value;
  // Another visitor, as far as the server can tell, has a session of their own.
  server.subscribe((changed) => {
    if (changed !== served) again();
    served = changed;
  });
}

let hasEnded = false;
const AT_START_S = 0.2;

/**
 * Watches another source. What is watched goes on until the new one is open; where it cannot be opened, it goes on all the
 * same, and a notice says why.
 */
export async function watch(source: Source | null): Promise<void> {
  choice.abort();
  choice = new AbortController();
  const { signal: chosen } = choice;
  withdraw("source");
  choosing.value = source;
  try {
    const opened = source === null || source.kind === "stream" ? null : await openMedia(source);
    if (chosen.aborted) return opened?.release();
    show(source, opened);
  } catch (error) {
    if (chosen.aborted) return;
    if (!(error instanceof SourceError)) throw error;
    const current = watching.peek()?.source ?? null;
    const goesOn = current === null ? "" : ` ${nameOf(current)} goes on.`;
    notify({ about: "source", text: `${error.message}${goesOn}`, tone: "problem" });
    if (watching.peek() === null) show(null, null);
  } finally {
    if (!chosen.aborted) choosing.value = null;
  }
}

/** Begins a new session about what is watched: a clip from its start, a camera without asking for it anew. */
export function again(): void {
  const source = watching.peek()?.source ?? null;
  // A camera that is gone is looked for.
  if (media?.stream?.active === false) void watch(source);
  else show(source, media);
}

function show(source: Source | null, opened: Media | null): void {
  const left = watching.peek();
  const next = new Watching(source);
  hearOfTrouble(next, again);
  // Called before the video plays, so that its first pictures are captured.
  if (source !== null && opened !== null)
    next.feed = fromVideo(next.session, video, {
      isLive: isLive(source),
      onPicture: (picture, mediaTimeMs) => next.sent(picture, mediaTimeMs),
    });
  const former = media;
  media = opened;
  hasEnded = false;
  if (opened !== former || opened?.url) attach(video, opened);
  if (former !== opened) former?.release();
  watching.value = next;
  askByItself(next);
  left?.leave();
  if (opened !== null) play();
  if (source?.kind === "webcam" || source?.kind === "screen") {
    if (opened !== null && opened !== former) heedLoss(opened, source);
  } else before = source;
}

function heedLoss(opened: Media, source: Extract<Source, { kind: "webcam" | "screen" }>): void {
  onMediaLost(opened, source, { isWatched: () => media === opened, goBack, renew });
}

/** Something else is watched, because what was watched is gone. */
async function goBack(): Promise<string> {
  const back = before ?? firstSample();
  await watch(back);
  return back === null ? "" : ` ${nameOf(back)} is shown again.`;
}

/** The same camera gives pictures again. */
function renew(opened: Media): void {
  const current = watching.peek();
  const former = media;
  media = opened;
  former?.release();
  attach(video, opened);
  play();
  if (current?.source?.kind === "webcam") heedLoss(opened, current.source);
  if (current?.session.state.phase === "closed") again();
}

function firstSample(): Source | null {
  const [first] = samples.peek();
  return first ? { kind: "sample", ...first } : null;
}

function play(): void {
  video.play().catch((error: unknown) => {
    // It ends so when the video is given another source.
    if (error instanceof DOMException && error.name === "AbortError") return;
    const text = "The browser plays nothing by itself here.";
    notify({ about: "source", text, tone: "hint", action: { label: "Play", run: playByHand } });
  });
}

function playByHand(): void {
  withdraw("source");
  play();
}
