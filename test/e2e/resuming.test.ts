import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { startTinyEngine } from "../support/engine.ts";
import { logged, PersistentClient } from "../support/persistent-client.ts";
import { random } from "../support/random.ts";
import { picture, startServer } from "../support/server.ts";
import { WsClient } from "../support/ws-client.ts";

it("a client of a real engine that is cut off in the middle of thoughts misses nothing", async () => {
  const below = random(7);
  await using server = await startServer(await startTinyEngine(), {
    limits: { maxConnectionsPerSecond: 1000 },
  });
  const { fps } = server.engine.model;
  const pictures = await Promise.all(["#336699", "#993366"].map((colour) => picture("jpeg", { colour })));
  const owner = await PersistentClient.connect(server.url);
  const witness = await WsClient.connect(server.url, { query: { stream: "session_0" } });
  await witness.next("session.created");
  for (let seq = 0; seq < 24; seq++) {
    owner.client.frame(pictures[seq % 2]!, seq, (1000 * seq) / fps);
    await sleep(1000 / fps / 4);
    if (seq === 9) owner.client.ask("how many cars are there now?");
    if (seq % 3 === 2) {
      await sleep(below(60));
      await owner.resume(await owner.lose());
    }
  }
  owner.client.send({ type: "session.close" });
  expect((await owner.client.closed()).code).toBe(1000);
  await witness.closed();
  expect(logged(owner.events)).toEqual(logged(witness.events));
  expect(logged(owner.events).map(({ event_id }) => event_id)).toEqual(
    logged(owner.events).map((_, i) => `event_${i}`),
  );
  const thoughts = owner.events.filter(({ type }) => type === "response.reasoning_text.done");
  expect(thoughts.length).toBeGreaterThan(3);
  expect(owner.events.filter(({ type }) => type === "session.resumed")).toHaveLength(8);
});
