import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ClientError, StreamObject } from "../../lib/mod.ts";
import { Poll } from "../ui/poll.ts";
import { server } from "./access.ts";
import { refusal } from "./refusal.ts";

/** The streams that the visitor may watch, as the server has last listed them; null: not yet. */
export const streams = signal<readonly StreamObject[] | null>(null);

/** Why the last list did not come; null: it did. */
export const streamsProblem = signal<ClientError | null>(null);

/** The longest pause after lists that did not come (ms). */
const MOST_PATIENCE_MS = 10_000;

/** How often each of those who want to know wants to know it (ms). */
const wishes = new Set<{ readonly everyMs: number }>();
const poll = new Poll(listNow, pauseMs);
let failures = 0;
let stop: (() => void) | null = null;

/** Lists the streams now and every so often, until the returned function is called. All who want them share one list. */
export function pollStreams(everyMs: number): () => void {
  const wish = { everyMs };
  wishes.add(wish);
  const isFirst = stop === null;
  // Another token may watch other streams.
  stop ??= effect(() => {
    server.value;
    streams.value = null;
    streamsProblem.value = null;
    failures = 0;
    poll.now();
  });
  if (isFirst) poll.start();
  else poll.now();
  return () => {
    wishes.delete(wish);
    if (wishes.size > 0) return;
    poll.stop();
    stop?.();
    stop = null;
  };
}

/** The streams, listed every so often (ms) while the component is shown; null: not yet. */
export function useStreams(everyMs: number): readonly StreamObject[] | null {
  useEffect(() => pollStreams(everyMs), [everyMs]);
  return streams.value;
}

/** Lists them now, for example after one was opened. `streamsProblem` tells when they do not come. */
export async function listStreams(): Promise<void> {
  await listNow();
}

async function listNow(): Promise<void> {
  const asked = server.peek();
  // A server counts wrong tokens, so one is not shown to it again.
  if (streamsProblem.peek()?.status === 401) return;
  try {
    const listed = await asked.streams.list();
    if (asked !== server.peek()) return;
    failures = 0;
    streamsProblem.value = null;
    streams.value = listed;
  } catch (error) {
    if (asked !== server.peek()) return;
    failures++;
    streamsProblem.value = refusal(error);
  }
}

function pauseMs(): number {
  const wished = Math.min(...[...wishes].map(({ everyMs }) => everyMs));
  return failures === 0 ? wished : Math.min(MOST_PATIENCE_MS, wished * 2 ** failures);
}
