import "./raised-toasts.css";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { href, route } from "../app/route.ts";
import { counted } from "../ui/format.ts";
import { tellOnDevice } from "./device.ts";
import { hearAlerts } from "./hear-alerts.ts";
import { RaisedItem } from "./raised-item.tsx";
import type { Raised } from "./read-alerts.ts";

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
  // In their own view they stand in a list.
  const isTold = newest !== undefined && route.value.view !== "alerts";
  const more = told.value.length - 1;
  return (
    <aside class="toasts" aria-label="Raised alerts">
      <div role="status">
        {isTold && (
          <div class="toast">
            <RaisedItem raised={newest} />
          </div>
        )}
      </div>
      {isTold && (
        <div class="toast-foot">
          {more > 0 && (
            <a class="button" href={href("alerts")} onClick={putAway}>
              and {counted(more, "more alert")}
            </a>
          )}
          <button type="button" onClick={putAway}>
            Put away
          </button>
        </div>
      )}
    </aside>
  );
}

function putAway(): void {
  told.value = [];
}
