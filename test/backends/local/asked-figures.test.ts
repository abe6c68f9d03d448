import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AskedFigures } from "../../../src/backends/local/asked-figures.ts";

describe("figures that must be asked for", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are asked for once a second at most, however many want to know them", async () => {
    let asked = 0;
    const figures = new AskedFigures<number>(() => queueMicrotask(() => figures.take(++asked)));
    expect(await Promise.all([figures.get(), figures.get(), figures.get()])).toEqual([1, 1, 1]);
    vi.advanceTimersByTime(999);
    expect(await figures.get()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await figures.get()).toBe(2);
    expect(asked).toBe(2);
  });

  it("are the last ones that are known where no new ones come", async () => {
    let isSilent = true;
    let asked = 0;
    const figures = new AskedFigures<number>(() => {
      asked++;
      if (!isSilent) figures.take(asked);
    });
    const get = async () => {
      const got = figures.get();
      await vi.advanceTimersByTimeAsync(500);
      return await got;
    };
    expect(await get()).toBeNull();
    isSilent = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(await get()).toBe(2);
    isSilent = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect(await get()).toBe(2);
    // An answer that comes late is known from then on.
    figures.take(9);
    expect(await figures.get()).toBe(9);
  });
});
