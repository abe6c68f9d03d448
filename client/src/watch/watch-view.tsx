import "./watch-view.css";
import { Inside } from "../inside/inside.tsx";
import { Picker } from "../sources/picker.tsx";
import { TalkColumn } from "../talk/talk-column.tsx";
import { Caption } from "./caption.tsx";
import { Heartbeat } from "./heartbeat.tsx";
import { Screen } from "./screen.tsx";
import { Timeline } from "./timeline.tsx";
import { watching } from "./watching.ts";

/** A video, what is thought about it while it plays, and the conversation about it. */
export function WatchView() {
  const watched = watching.value;
  if (watched === null) return null;
  return (
    <div class="watch">
      <section class="seen" aria-label="Video">
        <Picker />
        <Screen watched={watched}>
          <Caption story={watched.story} />
        </Screen>
        <Heartbeat story={watched.story} />
        <Timeline watched={watched} />
      </section>
      <TalkColumn watched={watched} />
      <Inside watched={watched} />
    </div>
  );
}
