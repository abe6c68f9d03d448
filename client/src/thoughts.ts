import type { ServerEvent } from "../../src/protocol/server-events.ts";
import { byId, create, timecode } from "./dom.ts";

type ReasoningTextDone = Extract<ServerEvent, { type: "response.reasoning_text.done" }>;

/** A stream may run for days, so the page keeps only the newest thoughts. */
const MOST_THOUGHTS = 500;
const MOST_TICKS = 240;

/** The timeline: finished thoughts, newest first, the unfinished one above them, and a tick for every unit. */
export class Thoughts {
  private readonly list = byId("thoughts", HTMLOListElement);
  private readonly current = byId("current", HTMLParagraphElement);
  private readonly ticks = byId("ticks", HTMLDivElement);
  private readonly empty = byId("no-thoughts", HTMLParagraphElement);
  private readonly seek: (mediaTimeMs: number) => void;
  private canSeek = false;
  private currentText = create("span");
  private units = 0;
  private quiet = 0;

  /** @param seek jumps to a media time of the clip (ms) */
  constructor(seek: (mediaTimeMs: number) => void) {
    this.seek = seek;
  }

  /** Empties the timeline for a new video. `canSeek` is for clips, whose moments can be shown again. */
  clear(canSeek: boolean): void {
    this.canSeek = canSeek;
    this.list.replaceChildren();
    this.ticks.replaceChildren();
    this.units = 0;
    this.quiet = 0;
    this.current.hidden = true;
    this.empty.hidden = false;
  }

  /** Shows an event about a thought; other events are ignored. */
  show(event: ServerEvent): void {
    switch (event.type) {
      case "response.reasoning_text.delta":
        if (this.current.hidden) this.begin(event.media_time_ms);
        this.currentText.append(event.delta);
        break;
      case "response.reasoning_text.done":
        this.current.hidden = true;
        this.tick(event.media_time_ms, event.skipped);
        if (event.text !== "") this.add(event);
        break;
    }
  }

  private begin(mediaTimeMs: number): void {
    this.currentText = create("span");
    this.current.replaceChildren(
      create("span", { className: "time", textContent: timecode(mediaTimeMs) }),
      this.currentText,
    );
    this.current.hidden = false;
    this.empty.hidden = true;
  }

  private add({ since_media_time_ms, media_time_ms, text, unfamiliar }: ReasoningTextDone): void {
    const time = timecode(media_time_ms);
    const stamp = this.canSeek
      ? create("button", {
          type: "button",
          className: "time",
          textContent: time,
          title: `Show ${time} again`,
          onclick: () => this.seek(since_media_time_ms),
        })
      : create("span", { className: "time", textContent: time });
    const doubt = unfamiliar
      ? { className: "doubtful", title: "About an unfamiliar scene: it may be wrong" }
      : {};
    this.list.prepend(create("li", doubt, stamp, create("span", { textContent: text })));
    while (this.list.childElementCount > MOST_THOUGHTS) this.list.lastElementChild?.remove();
    this.empty.hidden = true;
  }

  private tick(mediaTimeMs: number, isQuiet: boolean): void {
    this.units++;
    if (isQuiet) this.quiet++;
    const title = `${timecode(mediaTimeMs)}${isQuiet ? " – nothing to say" : ""}`;
    this.ticks.append(create("i", { className: isQuiet ? "quiet" : "said", title }));
    while (this.ticks.childElementCount > MOST_TICKS) this.ticks.firstElementChild?.remove();
    this.ticks.ariaLabel = `${this.units} units watched, ${this.quiet} of them quiet`;
  }
}
