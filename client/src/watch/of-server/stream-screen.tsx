import "./stream-screen.css";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { href } from "../../app/route.ts";
import { useStreams } from "../../app/streams-poll.ts";
import { ago, timecode } from "../../ui/format.ts";
import { shownState } from "../../wall/stream-state.ts";
import { watch } from "../begin.ts";
import { proportions } from "../playback.ts";
import type { Watching } from "../watching.ts";
import { changeCamera } from "./change-camera.ts";
import { LivePictures } from "./live-pictures.ts";
import { goesOn, standingOf } from "./standing.ts";
import { type PictureSize, ZoneOverlay, zonesOf } from "./zone-overlay.tsx";
import { areZonesShown } from "./zones-shown.ts";

/** How often the server is asked how the stream is (ms). */
const STATE_EVERY_MS = 2000;

/** A picture that is older is not what is there now (ms). */
const OLD_MS = 3000;

const LEAST_SIDE = 320;
const MOST_SIDE = 1920;

/** What a stream of the server shows now, or why it shows nothing. */
export function StreamScreen({ watched, id }: { readonly watched: Watching; readonly id: string }) {
  const place = useRef<HTMLDivElement>(null);
  const problem = useSignal<string | null>(null);
  const size = useSignal<PictureSize | null>(null);
  const list = useStreams(STATE_EVERY_MS);
  const listed = list === null ? undefined : (list.find((stream) => stream.id === id) ?? null);
  const connection = watched.connection.value;
  const standing = standingOf(id, listed, connection, watched.story.session.value !== null);
  const pictures = useMemo(
    () =>
      new LivePictures(
        id,
        () => sideFor(place.current),
        () => unitMs(watched),
      ),
    [watched],
  );
  const isOver = standing !== null;
  useEffect(() => (isOver ? undefined : pictures.start()), [pictures, isOver]);
  useEffect(() => () => pictures.forget(), [pictures]);
  useEffect(() => {
    if (goesOn(listed, connection)) void watch({ kind: "stream", id });
  }, [list]);
  const shown = pictures.shown.value;
  const state = listed ? shownState(listed) : null;
  return (
    <div class="stream-screen" ref={place} data-tone={standing === null ? state?.tone : "off"}>
      {shown !== null && (
        <img
          src={shown.url}
          alt={`What ${id} shows at ${timecode(shown.snapshot.mediaTimeMs)}`}
          onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => {
            if (width === size.value?.width && height === size.value.height) return;
            size.value = { width, height };
            proportions.value = width / height;
          }}
        />
      )}
      {size.value !== null && areZonesShown.value && standing === null && (
        <ZoneOverlay size={size.value} zones={zonesOf(listed)} />
      )}
      {shown !== null && (
        <p class="picture-time number">
          {timecode(shown.snapshot.mediaTimeMs)}
          {pictures.ageMs.value > OLD_MS && ` · picture from ${ago(pictures.ageMs.value)}`}
        </p>
      )}
      {standing !== null ? (
        <div class="stream-standing" role="status">
          <p>{problem.value ?? standing.text}</p>
          <div class="ways">
            {standing.way === "resume" && (
              <button
                type="button"
                class="main"
                onClick={async () => {
                  problem.value = await changeCamera(id, { enabled: true });
                }}
              >
                Resume
              </button>
            )}
            <a class="button" href={href("wall")}>
              All streams
            </a>
          </div>
        </div>
      ) : state?.message != null ? (
        <p class="stream-standing" role="status">
          {state.word}. {state.message}
        </p>
      ) : (
        shown === null && <p class="stream-standing">No picture yet</p>
      )}
    </div>
  );
}

/** There is something new to see with each unit. */
function unitMs({ story }: Watching): number {
  const session = story.session.peek();
  const ms = session === null ? 500 : (1000 * session.model_info.frames_per_unit) / session.fps;
  return Math.min(2000, Math.max(200, ms));
}

function sideFor(place: HTMLElement | null): number {
  const pixels = Math.ceil((place?.clientWidth ?? 0) * devicePixelRatio);
  return Math.min(MOST_SIDE, Math.max(LEAST_SIDE, pixels));
}
