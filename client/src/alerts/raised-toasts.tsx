import "./raised-toasts.css";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { href } from "../app/route.ts";
import { counted } from "../ui/format.ts";
import { tellOnDevice } from "./device.ts";
import { hearAlerts } from "./hear-alerts.ts";
import { RaisedItem } from "./raised-item.tsx";
import type { Raised } from "./read-alerts.ts";

const MOST_SHOWN = 2;
const STAYS_MS = 30_000;

/** The alerts that are told now, the newest first. */
const told = signal<readonly Raised[]>([]);

/** Tells of alerts as they are raised, in a corner of the page, and on the device as far as that is switched on. */
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
  const more = told.value.length - MOST_SHOWN;
  return (
    <aside class="toasts" aria-label="Raised alerts">
      <div role="status">
        {told.value.slice(0, MOST_SHOWN).map((each) => (
          <div key={`${each.stream} ${each.event.event_id}`} class="toast">
            <RaisedItem raised={each} />
          </div>
        ))}
        {more > 0 && (
          <p class="toast">
            <a href={href("alerts")} onClick={putAway}>
              and {counted(more, "more alert")}
            </a>
          </p>
        )}
      </div>
      {newest !== undefined && (
        <button type="button" onClick={putAway}>
          {told.value.length === 1 ? "Put it away" : "Put them away"}
        </button>
      )}
    </aside>
  );
}

function putAway(): void {
  told.value = [];
}
