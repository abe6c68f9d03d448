import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { type Program, thinkalong } from "../support/program.ts";
import { picture } from "../support/server.ts";
import { WsClient } from "../support/ws-client.ts";

const serve = (...args: string[]) => thinkalong(["serve", "--model", TINY_BUNDLE, ...args]);

const urlOf = async (program: Program) => (await program.says(/Open (http:\S+) for/))[1]!;

describe("thinkalong serve", () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "says where it is, serves, and ends with 0 at %s",
    async (signal) => {
      await using server = serve("--port", "0");
      const url = await urlOf(server);
      expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
      expect(await (await fetch(`${url}/v1/models`)).text()).toContain("tiny-random");
      server.process.kill(signal);
      expect(await server.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
      await expect(fetch(`${url}/healthz`)).rejects.toThrowError();
    },
  );

  it.each(["SIGTERM", "SIGHUP"] as const)(
    "lets a session under way finish before it ends at %s",
    async (signal) => {
      await using server = serve("--port", "0");
      const client = await WsClient.connect(await urlOf(server));
      await client.next("session.created");
      const jpeg = await picture();
      for (let seq = 0; seq < 4; seq++) client.frame(jpeg, seq, seq * 250);
      await client.next("response.reasoning_text.done");
      server.process.kill(signal);
      await client.next("session.going_away");
      client.send({ type: "session.close" });
      expect((await client.closed()).code).toBe(1000);
      expect(client.events.at(-1)).toMatchObject({ type: "session.closed", reason: "completed" });
      expect((await server.ended).code).toBe(0);
    },
  );

  it("says in a line that its port is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    const { code, stdout, stderr } = await serve("--port", String(port)).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: .* is already in use.*\n$/);
    taken.close();
  });

  it("says in a line what is wrong with its model", async () => {
    const { code, stderr } = await thinkalong(["serve", "--port", "0", "--model", "/no/such/model"]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*\/no\/such\/model.*\n$/);
  });
});
