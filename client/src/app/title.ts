import { effect } from "@preact/signals";
import { nameOf } from "../sources/source.ts";
import { watching } from "../watch/watching.ts";
import { route } from "./route.ts";
import { VIEWS } from "./views.ts";

/**
 * Keeps the title of the page: the view, or what is watched. It stands still while thoughts come, because a title that
 * changes draws the eye to a tab that was left on purpose.
 */
export function keepTitle(): void {
  effect(() => {
    const source = watching.value?.source ?? null;
    const view = VIEWS.find(({ name }) => name === route.value.view) ?? VIEWS[0]!;
    const what = view === VIEWS[0] && source !== null ? nameOf(source) : view.label;
    document.title = `${what} – thinkalong`;
  });
}
