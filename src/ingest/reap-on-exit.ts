import type { ChildProcess } from "node:child_process";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
const running = new Set<ChildProcess>();

/**
 * Sees to it that a child process does not outlive this one: it is killed when Node exits, by itself or by
 * SIGTERM, SIGINT or SIGHUP. (Of a SIGKILL nobody is told; then ffmpeg dies at its next write, of a closed pipe.)
 * Hooks are in place only while a child runs. Main thread only: workers get no signals.
 */
export function reapOnExit(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (running.size === 0) {
    process.on("exit", killAll);
    // In front, so that the `once` listeners of others are still counted when ours runs.
    for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  }
  running.add(child);
  child.once("exit", () => {
    running.delete(child);
    if (running.size === 0) removeHooks();
  });
}

/** A listener takes the signal's default action, death, away: without another listener it is given back. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  killAll();
  removeHooks();
  process.kill(process.pid, signal);
}

function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

function removeHooks(): void {
  process.off("exit", killAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}
