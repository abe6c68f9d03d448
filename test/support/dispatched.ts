import { type DeliveryLimits, Dispatcher, type RetryWaits, type Sink } from "../../src/sinks/mod.ts";
import { KeptLog, notice } from "./notices.ts";
import { until } from "./server.ts";

/** So much that no test reaches it by itself. */
export const AMPLE_DELIVERY: DeliveryLimits = {
  attemptMs: 60_000,
  giveUpAfterMs: 60_000,
  maxWaiting: 1000,
  maxWaitingBytes: 1_000_000,
};

/** What has failed is tried again at once. */
const AT_ONCE = { firstMs: 0, mostMs: 0 };

/** A sink behind a dispatcher, to which alerts can be offered by their numbers. */
export function dispatched(sink: Sink, limits: Partial<DeliveryLimits> = {}, waits: RetryWaits = AT_ONCE) {
  const kept = new KeptLog();
  const dispatcher = new Dispatcher({ sink, limits: { ...AMPLE_DELIVERY, ...limits }, log: kept.log, waits });
  const offer = (...numbers: number[]) => {
    for (const number of numbers) dispatcher.offer(notice(number), 100);
  };
  const settled = () => until("it rests", () => dispatcher.figures.waiting === 0);
  return { dispatcher, offer, kept, settled };
}
