import { describe, expect, it } from "vitest";
import { Turns } from "../../../src/server/ws/turns.ts";
import { startScriptedServer } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

describe("Turns", () => {
  it("are taken in order, and no faster than allowed", async () => {
    const turns = new Turns(50);
    const taken: number[] = [];
    const startedAt = performance.now();
    await new Promise<void>((resolve) => {
      for (let i = 0; i < 150; i++) turns.take(() => taken.push(i) === 150 && resolve());
    });
    expect(taken).toEqual(Array.from({ length: 150 }, (_, i) => i));
    // 101 at once.
    expect(performance.now() - startedAt).toBeGreaterThan(900);
  });
});

it("connections that come and go wait for their turn, and somebody who connects beside them is let in", async () => {
  const limits = { maxConnectionsPerSecond: 20 };
  await using server = await startScriptedServer({}, { limits });
  const startedAt = performance.now();
  let stop = false;
  let count = 0;
  const attacker = (async () => {
    while (!stop) {
      (await WsClient.connect(server.url)).socket.terminate();
      count++;
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const good = await WsClient.connect(server.url);
  await good.next("session.created");
  stop = true;
  await attacker;
  expect(count).toBeLessThanOrEqual(42 + (20 * (performance.now() - startedAt)) / 1000);
});
