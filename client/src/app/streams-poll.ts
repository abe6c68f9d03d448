import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ClientError, StreamObject } from "../../lib/mod.ts";
import { server } from "./access.ts";
import { refusal } from "./refusal.ts";

/** The streams that the visitor may watch, as the server has last listed them; null: not yet. */
export const streams = signal<readonly StreamObject[] | null>(null);

/** Why the last list did not come; null: it did. */
export const streamsProblem = signal<ClientError | null>(null);

/** How often each of those who want to know wants to know it (ms). */
const wishes = new Set<{ readonly everyMs: number }>();
let stop: (() => void) | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Lists the streams now and every so often, until the returned function is called. All who want them share one list. */
export function pollStreams(everyMs: number): () => void {
  const wish = { everyMs };
  wishes.add(wish);
  // Another token may watch other streams.
  stop ??= effect(() => {
    server.value;
    streams.value = null;
    void listStreams();
  });
  schedule();
  return () => {
    wishes.delete(wish);
    schedule();
    if (wishes.size > 0) return;
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
  clearTimeout(timer);
  const asked = server.peek();
  try {
    const listed = await asked.streams.list();
    if (asked !== server.peek()) return;
    streamsProblem.value = null;
    streams.value = listed;
  } catch (error) {
    if (asked === server.peek()) streamsProblem.value = refusal(error);
  } finally {
    schedule();
  }
}

function schedule(): void {
  clearTimeout(timer);
  if (wishes.size > 0)
    timer = setTimeout(listStreams, Math.min(...[...wishes].map(({ everyMs }) => everyMs)));
}
