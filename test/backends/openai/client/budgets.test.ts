import { describe, expect, it } from "vitest";
import { type BudgetLimits, Budgets } from "../../../../src/backends/openai/client/budgets.ts";
import { RemoteError } from "../../../../src/backends/openai/client/mod.ts";

const { signal } = new AbortController();
const messages = [{ role: "user", parts: [{ type: "text", text: "x".repeat(400) }] }] as const;

function take(budgets: Budgets, urgent: boolean, stop: AbortSignal = signal) {
  return budgets.take({ messages, maxTokens: 100, urgent, signal: stop });
}

/** How many of such requests are let through one after the other. */
async function letThrough(limits: BudgetLimits): Promise<number> {
  const budgets = new Budgets(limits);
  for (let count = 0; ; count++) {
    const failed = await take(budgets, false).catch((error: unknown) => error);
    if (failed instanceof RemoteError) {
      expect(failed.code).toBe("over_budget");
      expect(failed.retryAfterMs).toBeGreaterThan(0);
      return count;
    }
  }
}

describe("Budgets", () => {
  it("let everything through when there are none", async () => {
    const budgets = new Budgets({});
    for (let i = 0; i < 1000; i++) await take(budgets, false);
    expect(budgets.waitMs(false)).toBe(0);
  });

  it("refuse what is not urgent before the reserve is touched", async () => {
    // Ten seconds are held, which are 20 calls; half of them are the reserve.
    expect(await letThrough({ callsPerMinute: 120 })).toBe(11);
    // 200 tokens each.
    expect(await letThrough({ maxTokensPerMinute: 12_000 })).toBe(6);
    expect(await letThrough({ callsPerMinute: 120, maxTokensPerMinute: 12_000 })).toBe(6);
    expect(await letThrough({ callsPerMinute: 1 })).toBe(1);
  });

  it("let what is urgent use the reserve, and then wait", async () => {
    const budgets = new Budgets({ callsPerMinute: 600 });
    while (budgets.waitMs(false) === 0) await take(budgets, false);
    expect(budgets.waitMs(true)).toBe(0);
    while (budgets.waitMs(true) === 0) await take(budgets, true);
    const startedAt = performance.now();
    const waitMs = budgets.waitMs(true);
    await take(budgets, true);
    expect(performance.now() - startedAt).toBeGreaterThan(waitMs - 2);
  });

  it("let nothing pass before what is urgent, and an urgent one give up", async () => {
    const budgets = new Budgets({ callsPerMinute: 6 });
    while (budgets.waitMs(true) === 0) await take(budgets, true);
    const stop = new AbortController();
    const waiting = take(budgets, true, stop.signal);
    await expect(take(budgets, false)).rejects.toMatchObject({ code: "over_budget" });
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });

  it("are corrected by what a request has cost", async () => {
    const budgets = new Budgets({ maxTokensPerMinute: 12_000 });
    const all = budgets.waitMs(false);
    const failed = await take(budgets, false);
    failed.settle(null);
    expect(budgets.waitMs(false)).toBe(all);
    const cheap = await take(budgets, false);
    cheap.settle({ prompt: 1, cached: null, generated: 1 });
    expect(budgets.waitMs(false)).toBe(all);
    const dear = await take(budgets, false);
    dear.settle({ prompt: 3000, cached: 2900, generated: 1 });
    // 3000 of the 2000 that it held: about 2000 must come back, 200 a second.
    expect(budgets.waitMs(false)).toBeGreaterThan(1_000);
    expect(budgets.waitMs(false)).toBeLessThan(10_100);
  });
});
