import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** Seconds until a moment (`performance.now()`, ms). Screen readers leave it out: they would read it again each second. */
export function Countdown({ untilMs }: { readonly untilMs: number }) {
  const nowMs = useSignal(performance.now());
  useEffect(() => {
    nowMs.value = performance.now();
    const timer = setInterval(() => {
      nowMs.value = performance.now();
    }, 250);
    return () => clearInterval(timer);
  }, [untilMs]);
  return (
    <span class="number" aria-hidden="true">
      {Math.max(1, Math.ceil((untilMs - nowMs.value) / 1000))} s
    </span>
  );
}
