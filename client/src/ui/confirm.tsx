import "./confirm.css";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "./dialog.tsx";

/** Asks before something that cannot be taken back. */
export function Confirm({
  question,
  action,
  problem,
  onYes,
  onNo,
  children,
}: {
  readonly question: string;
  /** What the button says that does it. */
  readonly action: string;
  /** Why it could not be done; null: nothing is wrong. */
  readonly problem: string | null;
  readonly onYes: () => Promise<void>;
  readonly onNo: () => void;
  readonly children?: ComponentChildren;
}) {
  const [isBusy, setBusy] = useState(false);
  return (
    <Dialog label={question} onClose={onNo} class="confirm">
      <h2>{question}</h2>
      {children}
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="buttons">
        <button type="button" onClick={onNo}>
          Keep it
        </button>
        <button
          type="button"
          class="danger"
          disabled={isBusy}
          onClick={() => {
            setBusy(true);
            void onYes().finally(() => setBusy(false));
          }}
        >
          {action}
        </button>
      </div>
    </Dialog>
  );
}
