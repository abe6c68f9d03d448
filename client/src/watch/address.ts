import { effect, untracked } from "@preact/signals";
import { type Route, replaceAddress, route } from "../app/route.ts";
import { watch } from "./begin.ts";
import { type Watching, watching } from "./watching.ts";

/** Keeps the address and what is watched the same: `#/watch/door` is the stream `door`, `#/watch` what is watched now. */
export function followAddress(): void {
  let before: Route | null = null;
  effect(() => {
    const at = route.value;
    const watched = watching.value;
    const hasMoved = at !== before;
    before = at;
    if (at.view !== "watch") return;
    const isWanted = hasMoved && at.of !== null && at.of !== streamOf(watched) && !isOwn(watched, at.of);
    untracked(() => {
      if (isWanted) void watch({ kind: "stream", id: at.of! });
      else if (watched !== null && at.of !== streamOf(watched)) replaceAddress(at.view, streamOf(watched));
    });
  });
}

/** The stream of the server that is watched; null: it is one of this page. */
function streamOf(watched: Watching | null): string | null {
  return watched?.source?.kind === "stream" ? watched.source.id : null;
}

/** Whether a stream is the one that is watched, whoever sends its pictures. */
export function isWatched(watched: Watching | null, id: string): boolean {
  return streamOf(watched) === id || isOwn(watched, id);
}

/** Whether this page itself sends the pictures of a stream. */
export function isOwn(watched: Watching | null, id: string): boolean {
  return watched !== null && watched.source?.kind !== "stream" && watched.story.session.value?.id === id;
}
