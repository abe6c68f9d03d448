import "./inside.css";
import { type Signal, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import type { Watching } from "../watch/watching.ts";

const KEY = "thinkalong-inside";

const isOpen = signal(localStorage.getItem(KEY) === "open");

/** What it shows, fetched when it is opened for the first time. `failed`: it could not be fetched. */
const panel: Signal<ComponentType<{ readonly watched: Watching }> | "failed" | null> = signal(null);

/** For the curious: what both caches hold, how long things take, and the three orders side by side. */
export function Inside({ watched }: { readonly watched: Watching }) {
  const Panel = panel.value;
  useEffect(() => {
    if (isOpen.value) void load();
  }, [isOpen.value]);
  return (
    <details
      class="inside card"
      open={isOpen.value}
      onToggle={({ currentTarget }) => keep(currentTarget.open)}
    >
      <summary>
        <h2>Inside</h2>
        <span class="muted">both caches, delays, the three orders</span>
      </summary>
      {isOpen.value && Panel === null && <p class="muted">Loading …</p>}
      {isOpen.value && Panel === "failed" && (
        <p>
          This part of the page could not be fetched.{" "}
          <button type="button" onClick={() => void load()}>
            Try again
          </button>
        </p>
      )}
      {isOpen.value && typeof Panel === "function" && <Panel watched={watched} />}
    </details>
  );
}

function keep(open: boolean): void {
  isOpen.value = open;
  localStorage.setItem(KEY, open ? "open" : "closed");
}

async function load(): Promise<void> {
  if (typeof panel.peek() === "function") return;
  panel.value = null;
  try {
    const { Panel } = await import("./panel.tsx");
    panel.value = Panel;
  } catch (error) {
    // What a browser throws when a module cannot be fetched.
    if (!(error instanceof TypeError)) throw error;
    panel.value = "failed";
  }
}
