import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { WorkerHost } from "../../src/worker/mod.ts";

/** A worker that answers pings until it is asked to hang. What it hangs in can be ended by a message in memory. */
const CODE = `
  const { parentPort, workerData } = require("node:worker_threads");
  parentPort.on("message", ({ type }) => {
    if (type === "ping") parentPort.postMessage({ type: "pong" });
    if (type === "hang") Atomics.wait(workerData, 0, 0);
    if (type === "stop") parentPort.close();
  });
  parentPort.postMessage({ type: "ready" });`;

it("a worker that hangs is noticed, and one that has nothing to do is not taken for it", async () => {
  const hangs = new Int32Array(new SharedArrayBuffer(4));
  const reports: { type: string }[] = [];
  const deaths: Error[] = [];
  let noticed: (silentMs: number) => void = () => {};
  const noticing = new Promise<number>((resolve) => {
    noticed = resolve;
  });
  let isNoticed = false;
  void noticing.then(() => {
    isNoticed = true;
  });
  const host = await WorkerHost.start<{ type: string }, { type: string }>(
    new Worker(CODE, { eval: true, workerData: hangs }),
    {
      onReport: (report) => reports.push(report),
      onDeath: (error) => deaths.push(error),
      watch: { hangMs: 300, stepMs: () => 0, onHang: noticed },
    },
  );
  await new Promise((resolve) => setTimeout(resolve, 900));
  expect(isNoticed).toBe(false);
  host.send({ type: "hang" });
  expect(await noticing).toBeGreaterThanOrEqual(300);
  Atomics.store(hangs, 0, 1);
  Atomics.notify(hangs, 0);
  await host.stop({ type: "stop" });
  expect([host.ready, reports, deaths]).toEqual([{ type: "ready" }, [], []]);
});
