import "./stream-bar.css";
import { useSignal } from "@preact/signals";
import { href } from "../../app/route.ts";
import { streams, streamsProblem } from "../../app/streams-poll.ts";
import { StateWord } from "../../wall/state-word.tsx";
import { shownState } from "../../wall/stream-state.ts";
import { CameraDialog } from "./camera-dialog.tsx";
import { zonesOf } from "./zone-overlay.tsx";
import { areZonesShown } from "./zones-shown.ts";

/** Which stream of the server is watched, how it is, and what can be done about it. */
export function StreamBar({ id }: { readonly id: string }) {
  const isDialogOpen = useSignal(false);
  const stream = streams.value?.find((each) => each.id === id) ?? null;
  const others = (stream?.watchers ?? 0) - 1;
  return (
    <div class="stream-bar">
      <h2>{id}</h2>
      {stream !== null && streamsProblem.value === null && <StateWord state={shownState(stream)} />}
      {others > 0 && (
        <p class="muted number">{`${others} ${others === 1 ? "other watches" : "others watch"}`}</p>
      )}
      <div class="doings">
        {Object.keys(zonesOf(stream)).length > 0 && (
          <button
            type="button"
            aria-pressed={areZonesShown.value}
            onClick={() => {
              areZonesShown.value = !areZonesShown.value;
            }}
          >
            Zones
          </button>
        )}
        {stream?.kind === "camera" && (
          <button
            type="button"
            aria-haspopup="dialog"
            onClick={() => {
              isDialogOpen.value = true;
            }}
          >
            Camera …
          </button>
        )}
        <a class="button" href={href("wall")}>
          All streams
        </a>
      </div>
      {isDialogOpen.value && stream?.kind === "camera" && (
        <CameraDialog
          camera={stream}
          onClose={() => {
            isDialogOpen.value = false;
          }}
        />
      )}
    </div>
  );
}
