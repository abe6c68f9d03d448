import type { Counter, Gauge, Histogram, Metric } from "prom-client";

/**
 * A metric as a registry of OpenMetrics wants it. There a counter's name has no `_total`, only its values have. prom-client
 * renames the metric itself when it writes it so, and the plain text format would then lack the `_total` for ever. This is a
 * view of the metric, which stays as it is.
 */
export function asOpenMetrics(metric: Counter | Gauge | Histogram): Metric {
  const { name, type } = metric as unknown as { readonly name: string; readonly type: string };
  const family = type === "counter" ? name.replace(/_total$/, "") : name;
  const view = { name: family, type, get: async () => ({ ...(await metric.get()), name: family }) };
  return view as unknown as Metric;
}
