import { readdirSync } from "node:fs";
import type { Labels, MetricSet } from "./metric-set.ts";

/** Where Linux lists the open files of a process. */
const OPEN_FILES = "/proc/self/fd";

/** Reads what this process takes. */
export function takeProcessReadings(metrics: MetricSet): void {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const set = (key: Parameters<MetricSet["replace"]>[0], value: number | null) =>
    metrics.replace(key, value === null ? [] : [[{} as Labels, value]]);
  set("cpu", (user + system) / 1e6);
  set("memory", rss);
  set("startTime", (performance.timeOrigin + performance.now()) / 1000 - process.uptime());
  set("openFiles", openFiles());
  set("heapUsed", heapUsed);
  set("heapTotal", heapTotal);
  set("external", external);
}

/** Null where the system does not tell. */
function openFiles(): number | null {
  try {
    // One of them is the folder itself.
    return readdirSync(OPEN_FILES).length - 1;
  } catch {
    return null;
  }
}
