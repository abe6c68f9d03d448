import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { WebSocket } from "ws";
import { startHeartbeat } from "../../../src/server/ws/heartbeat.ts";
import type { ServedSocket } from "../../../src/server/ws/serve-socket.ts";

const EVERY_MS = 5000;

/** FAKE socket that counts its pings and answers none by itself. */
class SilentSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  pings = 0;
  ping() {
    this.pings++;
  }
}

describe("the heartbeat", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  function start() {
    const socket = new SilentSocket();
    const slow = vi.fn();
    const served = { gate: { hasHeldSince: () => false }, slow } as unknown as ServedSocket;
    const key = socket as unknown as WebSocket;
    const timer = startHeartbeat(new Set([key]), new Map([[key, served]]), EVERY_MS, () => {});
    return { socket, slow, timer };
  }

  it("gives up a client that has not answered the ping before, and no other one", () => {
    const { socket, slow, timer } = start();
    vi.advanceTimersByTime(EVERY_MS);
    socket.emit("pong");
    vi.advanceTimersByTime(EVERY_MS);
    expect([socket.pings, slow.mock.calls.length]).toEqual([2, 0]);
    vi.advanceTimersByTime(EVERY_MS);
    expect(slow).toHaveBeenCalledOnce();
    clearInterval(timer);
  });

  it("gives a client its time again when the server itself has stood still", () => {
    const { socket, slow, timer } = start();
    vi.advanceTimersByTime(EVERY_MS);
    const now = performance.now.bind(performance);
    // A minute has gone by when the timers of this process go on.
    vi.spyOn(performance, "now").mockImplementation(() => now() + 60_000);
    vi.advanceTimersByTime(EVERY_MS);
    expect(slow).not.toHaveBeenCalled();
    socket.emit("pong");
    vi.advanceTimersByTime(2 * EVERY_MS);
    expect([socket.pings, slow.mock.calls.length]).toEqual([2, 1]);
    clearInterval(timer);
  });
});
