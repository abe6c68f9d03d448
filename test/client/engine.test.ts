import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { connect, type ServerEvent } from "../../client/lib/mod.ts";
import { startTinyEngine } from "../support/engine.ts";
import { picture, startServer, until } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

it("a program watches a real engine through connections that break, and misses nothing", async () => {
  await using server = await startServer(await startTinyEngine(), {
    limits: { maxConnectionsPerSecond: 1000 },
  });
  await using proxy = await TcpProxy.start(server.url);
  const { fps } = server.engine.model;
  const owner = await connect(server.url);
  const watcher = await connect(proxy.url, { stream: owner.info!.id, retry: { firstMs: 30 } });
  const [told, heard] = [[], []] as [ServerEvent[], ServerEvent[]];
  owner.on("event", (event) => told.push(event));
  watcher.on("event", (event) => heard.push(event));
  const pictures = await Promise.all(["#336699", "#993366"].map((colour) => picture("jpeg", { colour })));
  const answers = [];
  for (let i = 0; i < 24; i++) {
    owner.sendFrame(pictures[i % 2]!, { mediaTimeMs: (1000 * i) / fps });
    await sleep(1000 / fps / 4);
    if (i % 6 === 3) {
      await until("the watcher is there", () => watcher.state.phase === "open");
      proxy.cut();
    }
    if (i === 12) answers.push(watcher.ask("how many cars are there now?").whole);
  }
  // Whoever is away when a session ends cannot come back to it.
  await until("the watcher is there", () => watcher.state.phase === "open");
  for (const { text, status } of await Promise.all(answers))
    expect([status, /\w/.test(text)]).toEqual(["completed", true]);
  expect(await owner.close()).toMatchObject({ reason: "completed" });
  await watcher.closed;
  const logged = (events: readonly ServerEvent[]) => events.filter(({ event_id }) => !event_id.includes("."));
  expect(logged(heard)).toEqual(logged(told));
  expect(proxy.connections).toBeGreaterThan(3);
  expect(told.filter(({ type }) => type === "response.reasoning_text.done").length).toBeGreaterThan(3);
});
