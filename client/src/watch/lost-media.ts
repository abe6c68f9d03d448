import { notify, withdraw } from "../app/notices.ts";
import { cameraConnected } from "../sources/cameras.ts";
import { type Media, openMedia } from "../sources/media.ts";
import { type Source, SourceError, type Webcam } from "../sources/source.ts";

/** What can be done when a camera or the screen is gone. */
export interface LostMediaActions {
  /** Whether it is what the page shows. */
  readonly isWatched: () => boolean;
  /** Shows what was there before. Gives a sentence that says so. */
  readonly goBack: () => Promise<string>;
  /** Goes on with the camera that was opened again. */
  readonly renew: (media: Media) => void;
}

/** Sees to it that something goes on when a camera is unplugged, or when the browser ends the sharing of the screen. */
export function onMediaLost(
  { stream }: Media,
  source: Extract<Source, { kind: "webcam" | "screen" }>,
  actions: LostMediaActions,
): void {
  stream?.getVideoTracks()[0]?.addEventListener("ended", () => {
    if (!actions.isWatched()) return;
    if (source.kind === "screen") void screenEnded(actions);
    else void cameraGone(source, actions);
  });
}

async function screenEnded({ goBack }: LostMediaActions): Promise<void> {
  const what = await goBack();
  notify({ about: "source", text: `The screen is no longer shared.${what}`, tone: "hint" });
}

async function cameraGone(source: Webcam, actions: LostMediaActions): Promise<void> {
  const text =
    "The camera is gone: it was unplugged or switched off. When it is back, this goes on by itself.";
  notify({ about: "source", text, tone: "problem" });
  while (actions.isWatched()) {
    await cameraConnected(source.deviceId);
    if (!actions.isWatched()) return;
    try {
      const opened = await openMedia(source);
      if (!actions.isWatched()) return opened.release();
      withdraw("source");
      return actions.renew(opened);
    } catch (error) {
      // It may take a moment until it can be opened; the next change of devices is another chance.
      if (!(error instanceof SourceError)) throw error;
      notify({ about: "source", text: error.message, tone: "problem" });
    }
  }
}
