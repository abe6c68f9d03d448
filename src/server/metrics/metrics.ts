import type { StreamListener } from "../../streams/mod.ts";
import { VERSION } from "../version.ts";
import { watchLoopDelay } from "./loop-delay.ts";
import { MetricSet, type MetricsText } from "./metric-set.ts";
import { takeProcessReadings } from "./process-readings.ts";
import { type Readings, takeReadings } from "./readings.ts";
import { StreamMetrics } from "./stream-metrics.ts";

/** The metrics of a server. They count from the start of the server on. */
export interface Metrics {
  /** Hears of each stream. */
  readonly listener: StreamListener;
  /** From where to read what nothing tells of. */
  read(from: Readings): void;
  /** Writes all of them down as they are now. */
  render(isOpenMetrics: boolean): Promise<MetricsText>;
  /** Watches nothing more. */
  close(): void;
}

/**
 * Starts to count.
 *
 * @param model id of the model
 * @example
 * const metrics = startMetrics(engine.model.id);
 * const streams = new StreamRegistry({ engine, limits, maxStreams, listeners: [metrics.listener] });
 * metrics.read({ engine, streams, ...rest });
 * (await metrics.render(false)).text;
 */
export function startMetrics(model: string): Metrics {
  const metrics = new MetricSet();
  const streams = new StreamMetrics(metrics);
  let watching: (() => void) | null = null;
  let readings: Readings | null = null;
  metrics.replace("build", [[{ version: VERSION, node: process.version, model }, 1]]);
  return {
    listener: streams.listener,
    read: (from) => {
      readings = from;
    },
    render: async (isOpenMetrics) => {
      // Not before somebody wants to know, because it wakes this thread again and again.
      watching ??= watchLoopDelay((seconds) => metrics.observe("loopDelay", {}, seconds));
      takeProcessReadings(metrics);
      if (readings !== null) await takeReadings(metrics, readings);
      await streams.settle();
      return await metrics.render(isOpenMetrics);
    },
    close: () => watching?.(),
  };
}
