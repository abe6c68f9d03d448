import { computed, effect, untracked } from "@preact/signals";
import { shownMs } from "./playback.ts";
import { sureQuestion } from "./sure-question.ts";
import { hasActed } from "./visitor.ts";
import { type Watching, watching } from "./watching.ts";

/** By then something was told, and a visitor who only looks is still there (media time, ms). */
const AT_MS = 6000;

/**
 * Asks one question about a sample, as soon as there is one whose answer is sure, so that who touches nothing sees an answer,
 * too. Whoever has done anything asks for themselves.
 */
export function askByItself(watched: Watching): void {
  if (watched.source?.kind !== "sample") return;
  const isOver = computed(() => hasActed.value || watching.value !== watched);
  const question = computed(() => {
    const isTime = shownMs.value >= AT_MS && watched.connection.value.phase === "open";
    return isTime ? sureQuestion(watched.story.thoughts.value) : null;
  });
  const stop = effect(() => {
    if (!isOver.value) {
      const sure = question.value;
      if (sure === null) return;
      untracked(() => watched.talk.ask(sure, { byPage: true }));
    }
    // An effect cannot end itself while it is made.
    queueMicrotask(() => stop());
  });
}
