import { describe, expect, it, onTestFinished } from "vitest";
import { StopSignals } from "../../src/cli/stop-signals.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function listen(canReload: boolean) {
  const before = SIGNALS.map((signal) => process.listenerCount(signal));
  const signals = new StopSignals(canReload);
  onTestFinished(() => signals.close());
  const state = { reloads: 0, isStopped: false };
  const start = () =>
    signals
      .untilStopped(() => state.reloads++)
      .then(() => {
        state.isStopped = true;
      });
  const isLetGo = () => SIGNALS.every((signal, i) => process.listenerCount(signal) === before[i]);
  return Object.assign(state, { start, isLetGo });
}

describe("signals to a server", () => {
  it("read its configuration again, also when the signal came before the server was there", async () => {
    const listening = listen(true);
    process.emit("SIGHUP");
    process.emit("SIGHUP");
    expect(listening.reloads).toBe(0);
    const stopped = listening.start();
    expect(listening.reloads).toBe(1);
    process.emit("SIGHUP");
    expect([listening.reloads, listening.isStopped]).toEqual([2, false]);
    process.emit("SIGTERM");
    await stopped;
    expect([listening.reloads, listening.isLetGo()]).toEqual([2, true]);
  });

  it.each(SIGNALS)("end it when there is nothing to read again (%s)", async (signal) => {
    const listening = listen(false);
    const stopped = listening.start();
    process.emit(signal);
    await stopped;
    expect([listening.reloads, listening.isLetGo()]).toEqual([0, true]);
  });
});
