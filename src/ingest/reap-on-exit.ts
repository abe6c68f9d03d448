import type { ChildProcess } from "node:child_process";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
const running = new Set<ChildProcess>();

/**
 * Makes sure that a child process does not outlive this one. The child is killed when Node exits, by itself or by
 * SIGTERM, SIGINT or SIGHUP. After a SIGKILL of Node, ffmpeg dies at its next write, because its pipe is closed.
 * Hooks are in place only while a child runs. Main thread only: workers get no signals.
 */
export function reapOnExit(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (running.size === 0) {
    process.on("exit", killAll);
    // Prepended, so that other `once` listeners are still counted when this one runs.
    for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  }
  running.add(child);
  child.once("exit", () => {
    running.delete(child);
    if (running.size === 0) removeHooks();
  });
}

/** A listener disables the signal's default action, which ends the process. Without another listener it is restored. */
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
