import { useId } from "preact/hooks";
import { DURATION_UNITS, type DurationFields, type DurationUnit } from "./rule-form.ts";

const UNIT_WORDS: Readonly<Record<DurationUnit, string>> = {
  d: "days",
  h: "hours",
  m: "minutes",
  s: "seconds",
};

/** A duration: an amount and its unit. */
export function DurationField({
  label,
  none,
  value,
  onChange,
}: {
  readonly label: string;
  /** What it means when there is no amount. */
  readonly none: string;
  readonly value: DurationFields;
  readonly onChange: (value: DurationFields) => void;
}) {
  const id = useId();
  return (
    <div class="duration-field">
      <label for={id}>
        <span>{label}</span>
      </label>
      <input
        id={id}
        type="number"
        min="0"
        step="any"
        inputMode="decimal"
        placeholder={none}
        value={value.amount}
        onInput={({ currentTarget }) => onChange({ ...value, amount: currentTarget.value })}
      />
      <select
        aria-label={`Unit of: ${label}`}
        value={value.unit}
        onChange={({ currentTarget }) => onChange({ ...value, unit: currentTarget.value as DurationUnit })}
      >
        {(Object.keys(DURATION_UNITS) as DurationUnit[]).toReversed().map((unit) => (
          <option key={unit} value={unit}>
            {UNIT_WORDS[unit]}
          </option>
        ))}
      </select>
    </div>
  );
}
