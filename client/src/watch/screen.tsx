import "./screen.css";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isLive } from "../sources/source.ts";
import { StreamScreen } from "./of-server/stream-screen.tsx";
import { phase, proportions } from "./playback.ts";
import { video } from "./video.ts";
import type { Watching } from "./watching.ts";

/** The picture, as large as there is room for it, with what is written on it. */
export function Screen({
  watched,
  children,
}: {
  readonly watched: Watching;
  readonly children: ComponentChildren;
}) {
  const place = useRef<HTMLDivElement>(null);
  const { source } = watched;
  useEffect(() => {
    if (source?.kind === "stream") return;
    video.controls = source !== null && !isLive(source);
    place.current?.prepend(video);
    return () => {
      video.remove();
      // Taken out of the page, a video pauses. It is to play on while another view is shown.
      if (phase.peek() === "playing") void video.play().catch(() => {});
    };
  }, [source]);
  return (
    <div class="screen">
      <div
        class="picture"
        ref={place}
        data-phase={source !== null && !isLive(source) ? phase.value : undefined}
        style={{ "--proportions": String(proportions.value) }}
      >
        {source === null && <p class="hint">Choose a video. The thoughts come while it plays.</p>}
        {source?.kind === "stream" && <StreamScreen watched={watched} id={source.id} />}
        {children}
      </div>
    </div>
  );
}
