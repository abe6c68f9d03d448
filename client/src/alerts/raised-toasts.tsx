import "./raised-toasts.css";
import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { href, route } from "../app/route.ts";
import { isWatched } from "../watch/address.ts";
import { watching } from "../watch/watching.ts";
import { tellOnDevice } from "./device.ts";
import { hearAlerts } from "./hear-alerts.ts";
import type { Raised } from "./read-alerts.ts";

const STAYS_MS = 12_000;

/** The alerts that are told now, the newest first. */
const told = signal<readonly Raised[]>([]);

/**
 * Those of them that are not in sight already: in their own view they stand in a list, on the wall on the cards, and those
 * of what one watches on its time line.
 */
const shown = computed(() => {
  const { view } = route.value;
  if (view === "alerts" || view === "wall") return [];
  return told.value.filter(({ stream }) => view !== "watch" || !isWatched(watching.value, stream));
});

/** Tells of alerts as they are raised, in a line at the top of the page, and on the device as far as that is switched on. */
export function RaisedToasts() {
  useEffect(
    () =>
      hearAlerts((news) => {
        told.value = [...news.toReversed(), ...told.peek()];
        tellOnDevice(news);
      }),
    [],
  );
  const newest = told.value[0];
  useEffect(() => {
    if (newest === undefined) return;
    const timer = setTimeout(putAway, STAYS_MS);
    return () => clearTimeout(timer);
  }, [newest]);
  const [first, ...more] = shown.value;
  return (
    <aside class="toast" aria-label="Raised alerts" data-shown={first !== undefined}>
      <p role="status">
        {first !== undefined && (
          <>
            <b class="raised-name">{first.event.alert}</b> {first.event.message}
          </>
        )}
      </p>
      {first !== undefined && (
        <>
          <a
            href={more.length > 0 ? href("alerts") : href("watch", first.stream)}
            title={first.stream}
            onClick={putAway}
          >
            {more.length > 0 ? `and ${more.length} more` : "Watch"}
            {more.length === 0 && <span class="unseen"> {first.stream}</span>}
          </a>
          <button
            type="button"
            class="plain"
            aria-label="Put this alert away"
            title="Put this alert away"
            onClick={putAway}
          >
            ✕
          </button>
        </>
      )}
    </aside>
  );
}

function putAway(): void {
  told.value = [];
}
