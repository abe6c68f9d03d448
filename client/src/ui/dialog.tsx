import "./dialog.css";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A window over the page while it stands there. Escape, and a click beside it, ask to close it. */
export function Dialog({
  label,
  onClose,
  isForm = false,
  children,
  ...rest
}: {
  /** What it is, for screen readers. */
  readonly label: string;
  readonly onClose: () => void;
  /** A click beside it leaves it open, so that what was written is not lost. */
  readonly isForm?: boolean;
  readonly class?: string;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the browser closes a dialog by Escape, which is told by `cancel`
    <dialog
      {...rest}
      ref={dialog}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={({ target }) => !isForm && target === dialog.current && onClose()}
    >
      <div class="inside">{children}</div>
    </dialog>
  );
}
