import "./day-picker.css";
import { dateInWords } from "../ui/clock.ts";
import { Icon } from "../ui/icon.tsx";
import { dayOf, readDay, shifted, startOf } from "./day.ts";
import { at, day } from "./look-back.ts";

/** Which day is shown. */
export function DayPicker() {
  const shown = day.value;
  const today = dayOf(Date.now());
  const to = (other: string) => at({ day: other === today ? null : other, hourMs: null, entry: null });
  return (
    <div class="day-picker">
      <h2 id="day-heading">{dateInWords(startOf(shown))}</h2>
      <div class="choose">
        <a class="button" href={to(shifted(shown, -1))} aria-label="The day before">
          <Icon name="before" />
        </a>
        <input
          type="date"
          aria-label="Day"
          value={shown}
          max={today}
          onChange={({ currentTarget }) => {
            const chosen = readDay(currentTarget.value);
            if (chosen === null) currentTarget.value = shown;
            else location.hash = to(chosen);
          }}
        />
        {shown < today ? (
          <a class="button" href={to(shifted(shown, 1))} aria-label="The day after">
            <Icon name="after" />
          </a>
        ) : (
          <button type="button" disabled aria-label="The day after">
            <Icon name="after" />
          </button>
        )}
        <a class="button" href={to(today)} aria-current={shown === today ? "date" : undefined}>
          Today
        </a>
      </div>
    </div>
  );
}
