import "./day-picker.css";
import { dateInWords } from "../ui/clock.ts";
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
          <Arrow to="left" />
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
            <Arrow to="right" />
          </a>
        ) : (
          <button type="button" disabled aria-label="The day after">
            <Arrow to="right" />
          </button>
        )}
        <a class="button" href={to(today)} aria-current={shown === today ? "date" : undefined}>
          Today
        </a>
      </div>
    </div>
  );
}

function Arrow({ to }: { readonly to: "left" | "right" }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={to === "left" ? "M10 3 5 8l5 5" : "M6 3l5 5-5 5"}
        fill="none"
        stroke="currentColor"
        stroke-width="1.75"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
