import "./menu.css";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

/** A button that opens a few more, above it. Escape, a click elsewhere and going on with the Tab key close them. */
export function Menu({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  const isOpen = useSignal(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!isOpen.value) return;
    const closeElsewhere = ({ target }: Event) => {
      if (!place.current?.contains(target as Node)) isOpen.value = false;
    };
    document.addEventListener("pointerdown", closeElsewhere);
    document.addEventListener("focusin", closeElsewhere);
    return () => {
      document.removeEventListener("pointerdown", closeElsewhere);
      document.removeEventListener("focusin", closeElsewhere);
    };
  }, [isOpen.value]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: It hears the Escape of the buttons in it.
    <div
      class="menu"
      ref={place}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen.value) return;
        isOpen.value = false;
        button.current?.focus();
      }}
    >
      <button
        type="button"
        class="plain"
        ref={button}
        aria-expanded={isOpen.value}
        aria-controls={isOpen.value ? id : undefined}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {label}
        <svg viewBox="0 0 10 6" aria-hidden="true">
          <path d="M1 5l4-4 4 4" />
        </svg>
      </button>
      {isOpen.value && (
        <div class="menu-body" id={id}>
          {children}
        </div>
      )}
    </div>
  );
}
