import { raised } from "./hear-alerts.ts";
import { RaisedItem } from "./raised-item.tsx";

const MOST_SHOWN = 10;

/** The alerts that were raised since the page was opened. */
export function RaisedLately() {
  const shown = raised.value.slice(0, MOST_SHOWN);
  if (shown.length === 0) return null;
  return (
    <section class="card raised-lately" aria-labelledby="raised-heading">
      <h2 id="raised-heading">Raised since you opened this page</h2>
      <ol>
        {shown.map((each) => (
          <li key={`${each.stream} ${each.event.event_id}`}>
            <RaisedItem raised={each} />
          </li>
        ))}
      </ol>
    </section>
  );
}
