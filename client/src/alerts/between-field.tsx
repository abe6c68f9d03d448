import type { RuleFields } from "./rule-form.ts";

/** Between which times of the day it counts. */
export function BetweenField({
  fields: { between, timeZone },
  onChange,
}: {
  readonly fields: RuleFields;
  readonly onChange: (some: Partial<RuleFields>) => void;
}) {
  return (
    <fieldset class="between">
      <legend class="unseen">When it counts</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={between !== null}
          onChange={({ currentTarget }) =>
            onChange({ between: currentTarget.checked ? { from: "22:00", to: "06:00" } : null })
          }
        />
        Only at some times of the day
      </label>
      {between !== null && (
        <div class="times">
          <input
            type="time"
            required
            aria-label="From"
            value={between.from}
            onInput={({ currentTarget }) => onChange({ between: { ...between, from: currentTarget.value } })}
          />
          <span aria-hidden="true">to</span>
          <input
            type="time"
            required
            aria-label="To"
            value={between.to}
            onInput={({ currentTarget }) => onChange({ between: { ...between, to: currentTarget.value } })}
          />
          <span class="muted">
            {timeZone === "" ? "by the server’s clock" : `by the clock of ${timeZone}`}
            {between.from > between.to && ", over midnight"}
          </span>
        </div>
      )}
    </fieldset>
  );
}
