import { describe, expect, it } from "vitest";
import type { EngineHealth } from "../../../src/engine/mod.ts";
import { ScriptedEngine } from "../../support/scripted-engine.ts";
import { startServer } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

interface Ready {
  readonly status: string;
  readonly sessions: number;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
}

async function ready(url: string): Promise<{ status: number; body: Ready }> {
  const answer = await fetch(`${url}/readyz`);
  return { status: answer.status, body: (await answer.json()) as Ready };
}

describe("/readyz", () => {
  it.each<[EngineHealth, string]>([
    ["restarting", "engine_restarting"],
    ["unreachable", "model_unreachable"],
    ["failed", "engine_failed"],
    ["closed", "engine_closed"],
  ])(
    "says that nobody can be served while the engine is %s, and /healthz that the process lives",
    async (health, code) => {
      await using server = await startServer(new ScriptedEngine());
      expect(await ready(server.url)).toEqual({
        status: 200,
        body: { status: "ready", sessions: 0, reasons: [] },
      });
      server.engine.health = health;
      const { status, body } = await ready(server.url);
      expect(status).toBe(503);
      expect(body).toEqual({
        status: code,
        sessions: 0,
        reasons: [{ code, message: expect.stringMatching(/\.$/) }],
      });
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      const text = await (await fetch(`${server.url}/metrics`)).text();
      expect(text).toContain("\nthinkalong_ready 0\n");
      expect(text).toContain(`\nthinkalong_engine_state{state="${health}"} 1\n`);
      server.engine.health = "ready";
      expect((await ready(server.url)).status).toBe(200);
    },
  );

  it("gives all reasons at once", async () => {
    await using server = await startServer(new ScriptedEngine(), { limits: { maxSessions: 1 } });
    await WsClient.connect(server.url);
    server.engine.health = "unreachable";
    const { body } = await ready(server.url);
    expect(body.reasons.map(({ code }) => code)).toEqual(["model_unreachable", "full"]);
    expect(body.status).toBe("model_unreachable");
  });
});
