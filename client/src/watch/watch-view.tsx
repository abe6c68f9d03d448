import "./watch-view.css";
import { Inside } from "../inside/inside.tsx";
import { Picker } from "../sources/picker.tsx";
import { TalkColumn } from "../talk/talk-column.tsx";
import { Announcer } from "./announcer.tsx";
import { Caption } from "./caption.tsx";
import { CounterStrip } from "./counter-strip.tsx";
import { EndCard } from "./end-card.tsx";
import { Heartbeat } from "./heartbeat.tsx";
import { StreamBar } from "./of-server/stream-bar.tsx";
import { proportions } from "./playback.ts";
import { Screen } from "./screen.tsx";
import { ThoughtList } from "./thought-list.tsx";
import { Timeline } from "./timeline/timeline.tsx";
import { watching } from "./watching.ts";

/** A video, what is thought about it while it plays, and the conversation about it. */
export function WatchView() {
  const watched = watching.value;
  if (watched === null) return null;
  const { story } = watched;
  return (
    <>
      <div class="watch" style={{ "--proportions": String(proportions.value) }}>
        <section class="stage" aria-label="Video">
          <Picker />
          {watched.source?.kind === "stream" && <StreamBar id={watched.source.id} />}
          <Screen watched={watched}>
            <Caption story={story} />
            <EndCard watched={watched} />
          </Screen>
          <div class="below">
            <Heartbeat watched={watched} />
            <CounterStrip story={story} />
          </div>
          <Timeline watched={watched} />
          <Announcer story={story} />
        </section>
        <TalkColumn key={watched.number} watched={watched} />
        <ThoughtList watched={watched} />
      </div>
      <Inside watched={watched} />
    </>
  );
}
