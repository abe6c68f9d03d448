import { describe, expect, it } from "vitest";
import { eventually } from "../../support/media.ts";
import { picture, startScriptedServer, until } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

const open = (url: string, name: string) => WsClient.connect(url, { query: { name } });

async function expectTaken(client: WsClient): Promise<void> {
  expect((await client.next("error")).error).toMatchObject({ code: "stream_exists", fatal: true });
  expect((await client.closed()).code).toBe(4443);
}

describe("a session under a name", () => {
  it("has it as its id, is watched by it, and leaves it free when it ends", async () => {
    await using server = await startScriptedServer({}, { limits: { resumeWindowMs: 0 } });
    const first = await open(server.url, "phone");
    expect((await first.next("session.created")).session.id).toBe("phone");
    const watcher = await WsClient.connect(server.url, { query: { stream: "phone" } });
    const jpeg = await picture();
    for (const seq of [0, 1]) first.frame(jpeg, seq, 100 * seq);
    await watcher.next("response.created");
    expect(await (await fetch(`${server.url}/v1/streams`)).json()).toMatchObject({ data: [{ id: "phone" }] });
    await expectTaken(await open(server.url, "phone"));
    first.send({ type: "session.close" });
    await first.closed();
    await watcher.closed();
    expect((await (await open(server.url, "phone")).next("session.created")).session.id).toBe("phone");
  });

  it("gets it back when it comes again without its token, and its old session ends", async () => {
    await using server = await startScriptedServer();
    const first = await open(server.url, "phone");
    await first.next("session.created");
    const watcher = await WsClient.connect(server.url, { query: { stream: "phone" } });
    await watcher.next("session.created");
    const other = await open(server.url, "laptop");
    await other.next("session.created");
    other.socket.terminate();
    first.socket.terminate();
    await first.closed();
    let again: WsClient | null = null;
    await eventually(async () => {
      const client = await open(server.url, "phone");
      await until("an answer", () => client.events.length > 0);
      if (client.events[0]!.type !== "session.created") return false;
      again = client;
      return true;
    }, "the name is free");
    expect(again!.all("session.created")[0]!.session.id).toBe("phone");
    expect((await watcher.closed()).code).toBe(4441);
    const ids = ((await (await fetch(`${server.url}/v1/streams`)).json()) as { data: { id: string }[] }).data;
    expect(ids.map(({ id }) => id).sort()).toEqual(["laptop", "phone"]);
  });

  it("is refused the name of a camera, also of one that is switched off", async () => {
    const cameras = {
      door: { url: "rtsp://127.0.0.1:9/" },
      off: { url: "rtsp://127.0.0.1:9/", enabled: false },
    };
    await using server = await startScriptedServer({}, { cameras });
    for (const name of ["door", "off"]) await expectTaken(await open(server.url, name));
  });
});
