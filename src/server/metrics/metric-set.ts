import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from "prom-client";
import { type KeyOf, METRIC_ENTRIES, type MetricKey, type MetricSpec } from "./metric-table.ts";
import { asOpenMetrics } from "./open-metrics.ts";

/** Labels of one value of a metric. */
export type Labels = Readonly<Record<string, string>>;

/** All metrics as a scraper gets them. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

/**
 * The metrics of one server, in a registry of their own, so that several servers in one process do not mix.
 *
 * Nothing here throws because of a value: a metric must not stop what it counts.
 *
 * @example
 * const metrics = new MetricSet();
 * metrics.add("dropped", { stream: "door", reason: "busy" });
 * metrics.observe("ttft", { stream: "door" }, 0.084);
 * await metrics.render(false);
 */
export class MetricSet {
  private readonly plain = new Registry();
  private readonly open = new Registry<OpenMetricsContentType>();
  private readonly metrics: ReadonlyMap<MetricKey, Counter | Gauge | Histogram>;

  constructor() {
    this.metrics = new Map(METRIC_ENTRIES.map(([key, spec]) => [key, make(spec, this.plain)]));
    this.open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    for (const metric of this.metrics.values()) this.open.registerMetric(asOpenMetrics(metric));
  }

  /** Counts something. With 0 the value is there from now on, so that its first rise is seen. */
  add(key: KeyOf<"counter">, labels: Labels, by = 1): void {
    if (by >= 0 && Number.isFinite(by)) (this.metrics.get(key) as Counter).inc(labels, by);
  }

  /** Counts a time (s). */
  observe(key: KeyOf<"histogram">, labels: Labels, seconds: number): void {
    if (Number.isFinite(seconds)) (this.metrics.get(key) as Histogram).observe(labels, Math.max(0, seconds));
  }

  /** A histogram of nothing is there from now on. */
  begin(key: KeyOf<"histogram">, labels: Labels): void {
    (this.metrics.get(key) as Histogram).zero(labels);
  }

  /** What is read anew each time: the values that there were before are forgotten. */
  replace(key: KeyOf<"counter" | "gauge">, values: Iterable<readonly [Labels, number]>): void {
    const metric = this.metrics.get(key) as Counter | Gauge;
    metric.reset();
    // One without labels would be 0, which is not the same as not known.
    metric.remove({});
    for (const [labels, value] of values) {
      if (!Number.isFinite(value)) continue;
      if (metric instanceof Gauge) metric.set(labels, value);
      else if (value >= 0) metric.inc(labels, value);
    }
  }

  /** Forgets all values of some streams. */
  async forget(streams: ReadonlySet<string>): Promise<void> {
    for (const metric of this.metrics.values()) {
      const { values } = (await metric.get()) as { values: readonly { labels: Record<string, string> }[] };
      for (const { labels } of values) {
        if (labels.stream === undefined || !streams.has(labels.stream)) continue;
        // `le` is no label of the histogram, but of its buckets.
        const { le: _, ...own } = labels;
        metric.remove(own);
      }
    }
  }

  async render(isOpenMetrics: boolean): Promise<MetricsText> {
    const registry = isOpenMetrics ? this.open : this.plain;
    return { contentType: registry.contentType, text: await registry.metrics() };
  }
}

function make(
  { kind, name, help, labels, buckets }: MetricSpec,
  registry: Registry,
): Counter | Gauge | Histogram {
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (kind === "counter") return new Counter(options);
  if (kind === "gauge") return new Gauge(options);
  return new Histogram({ ...options, buckets: [...buckets!] });
}
