import "./field.css";
import type { InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";

/** A labelled text field, with what is wrong with it beside it. */
export function Field({
  label,
  problem = null,
  hint = null,
  ...input
}: {
  readonly label: string;
  /** For people; null: nothing is wrong. */
  readonly problem?: string | null;
  readonly hint?: string | null;
} & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        aria-invalid={problem !== null}
        aria-describedby={note === null ? undefined : `${id}-note`}
        {...input}
      />
      {note !== null && (
        <small
          id={`${id}-note`}
          class={problem === null ? "muted" : "wrong"}
          role={problem ? "alert" : undefined}
        >
          {note}
        </small>
      )}
    </p>
  );
}
