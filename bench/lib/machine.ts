import { createRequire } from "node:module";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { endedChildrenSeconds } from "./processor-time.ts";

/** What figures were measured on and how. No names of hosts, no paths. */
export interface MachineFacts {
  readonly cpu: string;
  /** Cores that this process may use. */
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly thinkalong: string;
}

/** Facts about the machine that this process runs on. */
export function describeMachine(): MachineFacts {
  const require = createRequire(import.meta.url);
  const versionOf = (path: string) => (require(path) as { version: string }).version;
  return {
    cpu: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    node: process.version,
    onnxruntime: versionOf("onnxruntime-node/package.json"),
    thinkalong: versionOf("../../package.json"),
  };
}

/** How busy others kept the machine meanwhile. Processes that this one has started, and that have ended, are no others. */
export class OtherWork {
  private readonly from = busyMs();

  /** Cores' worth of work that other processes did since this was made. */
  cores(): number {
    const to = busyMs();
    const others = to.all - this.from.all - (to.own - this.from.own);
    return Math.max(0, others / (to.atMs - this.from.atMs));
  }
}

function busyMs() {
  const { user, system } = process.cpuUsage();
  const all = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { all, own: (user + system) / 1000 + 1000 * endedChildrenSeconds(), atMs: performance.now() };
}
