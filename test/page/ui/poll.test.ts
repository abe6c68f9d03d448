import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Page, Poll } from "../../../client/src/ui/poll.ts";

class Tab extends EventTarget implements Page {
  hidden = false;

  turn(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a poll", () => {
  it("does its task once a time, and stops", async () => {
    let times = 0;
    const poll = new Poll(
      async () => {
        times++;
      },
      () => 1000,
      new Tab(),
    );
    poll.start();
    poll.start();
    expect(times).toBe(1);
    await vi.advanceTimersByTimeAsync(3000);
    expect(times).toBe(4);
    poll.stop();
    await vi.advanceTimersByTimeAsync(3000);
    expect(times).toBe(4);
  });

  it("never does it twice at once, and pauses behind a slow one", async () => {
    let open = 0;
    let most = 0;
    let times = 0;
    const slow = async () => {
      times++;
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      open--;
    };
    const poll = new Poll(slow, () => 1000, new Tab());
    poll.start();
    await vi.advanceTimersByTimeAsync(100);
    poll.now();
    await vi.advanceTimersByTimeAsync(2000);
    expect([times, most], "what was wanted meanwhile follows at once").toEqual([2, 1]);
    await vi.advanceTimersByTimeAsync(2300);
    expect(times, "then a pause").toBe(2);
    await vi.advanceTimersByTimeAsync(300);
    expect([times, most]).toEqual([3, 1]);
    poll.stop();
  });

  it("does nothing while the page is hidden, and goes on at once when it is shown", async () => {
    const tab = new Tab();
    let times = 0;
    const poll = new Poll(
      async () => {
        times++;
      },
      () => 1000,
      tab,
    );
    poll.start();
    await vi.advanceTimersByTimeAsync(500);
    tab.turn(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times).toBe(1);
    tab.turn(false);
    expect(times).toBe(2);
    poll.stop();
  });
});
