import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { picture, startScriptedServer } from "../support/server.ts";
import { WsClient } from "../support/ws-client.ts";

/** More than a test takes, and less than the steps of the clock (ms). */
const A_WHILE_MS = 300_000;

afterEach(() => {
  vi.restoreAllMocks();
});

it("a stream goes on, at its own time, when the machine's clock is set forward and back", async () => {
  const time = Date.now;
  let aheadMs = 0;
  vi.spyOn(Date, "now").mockImplementation(() => time() + aheadMs);
  await using server = await startScriptedServer({ pauseMs: 5 }, { limits: { maxLogAgeMs: A_WHILE_MS } });
  const client = await WsClient.connect(server.url);
  await client.next("session.created");
  client.send({ type: "session.update", session: { stats_interval_ms: 100 } });
  const jpeg = await picture();
  for (const stepMs of [0, 3_600_000, -7_200_000, 86_400_000 * 365]) {
    aheadMs += stepMs;
    const before = client.all("response.reasoning_text.done").length;
    client.ask("what is moving?");
    // Without capture times: the server says when they came.
    while (client.all("response.reasoning_text.done").length === before) {
      client.socket.send(jpeg);
      await sleep(110);
    }
  }
  client.send({ type: "session.close" });
  expect((await client.closed()).code).toBe(1000);
  expect(client.all("error")).toEqual([]);
  const times = client.all("response.reasoning_text.done").map((event) => event.media_time_ms);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const durations = [
    ...times,
    ...client.all("session.stats").flatMap(({ stats }) => [stats.uptime_ms, stats.ttft_ms.p50 ?? 0]),
    ...client.all("response.done").flatMap(({ timing }) => [timing.ttft_ms ?? 0, timing.answer_done_ms ?? 0]),
  ];
  for (const ms of durations) expect(ms).toBeGreaterThanOrEqual(0);
  expect(Math.max(...durations)).toBeLessThan(A_WHILE_MS);
  const answers = client.all("response.done").filter(({ response }) => response.kind === "answer");
  expect(answers.map(({ response }) => response.status)).toEqual(Array(4).fill("completed"));
});
