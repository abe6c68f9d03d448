import { signal } from "@preact/signals";
import { fromVideo } from "../../lib/mod.ts";
import { notify, withdraw } from "../app/notices.ts";
import { viewShown } from "../app/route.ts";
import { closeSource, openSource } from "../sources/open-source.ts";
import { listSamples, type Sample } from "../sources/samples.ts";
import { isLive, type OwnSource, type Source, SourceError } from "../sources/source.ts";
import { hearOfTrouble } from "./trouble.ts";
import { video } from "./video.ts";
import { Watching, watching } from "./watching.ts";

/** The clips that this server has. */
export const samples = signal<readonly Sample[]>([]);

/** Aborted when another video is chosen. */
let choice = new AbortController();

/**
 * If the server has a clip, the page plays it at once, and asks for no permission. A camera is one click away. A page that
 * shows the wall day and night sends no video.
 */
export async function begin(): Promise<void> {
  samples.value = await listSamples();
  const [first] = samples.value;
  await viewShown("watch");
  if (watching.value === null) await watch(first ? { kind: "sample", ...first } : null);
}

/** Another video is another stream, so it begins a new session. What was watched before is left. */
export async function watch(source: Source | null): Promise<void> {
  choice.abort();
  choice = new AbortController();
  const { signal } = choice;
  withdraw("source");
  const before = watching.peek();
  const next = new Watching(source);
  hearOfTrouble(next);
  watching.value = next;
  before?.leave();
  if (source === null || source.kind === "stream") closeSource(video);
  else await send(next, source, signal);
}

async function send(watched: Watching, source: OwnSource, signal: AbortSignal): Promise<void> {
  // Called before the video plays, so that its first pictures are captured.
  const feed = fromVideo(watched.session, video, { isLive: isLive(source) });
  watched.feed = feed;
  try {
    await openSource(video, source, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof SourceError)) throw error;
    feed.stop();
    closeSource(video);
    notify({ about: "source", text: error.message, tone: "problem" });
  }
}
