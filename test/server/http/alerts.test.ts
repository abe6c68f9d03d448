import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AlertProblems } from "../../../src/alerts/mod.ts";
import type { ServerOptions } from "../../../src/server/mod.ts";
import { makeTempDir, makeVideo } from "../../support/media.ts";
import { startScriptedServer } from "../../support/server.ts";
import { SseClient } from "../../support/sse-client.ts";
import { STREET_LANGUAGE } from "../../support/street-language.ts";
import { bearer, startGuardedServer } from "../../support/tokens.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 60, fps: 10, size: "320x240" });
});
afterAll(() => dir.remove());

const SCRIPT = {
  model: { language: STREET_LANGUAGE },
  thought: () => "a red person enters from the left",
};

function start(options: Omit<ServerOptions, "engine"> = {}) {
  return startScriptedServer(SCRIPT, { cameras: { street: { url: clip } }, ...options });
}

async function json(url: string, method = "GET", body?: unknown, headers = {}) {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

describe("/v1/alerts", () => {
  it("makes an alert, which is raised with a picture, and changes and deletes it", async () => {
    const stateDir = join(dir.path, "state");
    await using server = await start({ stateDir, alerts: { given: { when: "a car stops" } } });
    const url = `${server.url}/v1/alerts`;
    const events = await SseClient.open(`${server.url}/v1/streams/street/events`);
    const rule = { when: "somebody comes in from the left", cooldown: "1h" };
    expect(await json(`${url}/comes`, "PUT", rule)).toEqual({
      status: 201,
      body: {
        ...rule,
        ...{ object: "alert", name: "comes", origin: "api", how: "words", raised: 0, last_raised: null },
        understood: "a person enters from the left",
      },
    });
    const raised = await events.first("alert.raised");
    expect(raised).toMatchObject({ alert: "comes", message: "A red person enters from the left." });
    const picture = await fetch(`${server.url}${raised.snapshot}`);
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
    expect(await sharp(Buffer.from(await picture.arrayBuffer())).metadata()).toMatchObject({
      format: "jpeg",
    });
    const none = await json(`${server.url}/v1/streams/street/events/event_0/snapshot.jpg`);
    expect(none).toMatchObject({ status: 404, body: { error: { code: "picture_not_found" } } });

    expect((await json(`${url}/comes`)).body).toMatchObject({
      raised: 1,
      last_raised: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect((await json(url)).body).toMatchObject({
      object: "list",
      data: [
        { name: "given", origin: "config" },
        { name: "comes", origin: "api" },
      ],
    });
    expect((await json(`${url}/comes`, "PUT", { when: "a car stops" })).status).toBe(200);
    expect(await json(`${url}/comes`, "DELETE")).toEqual({ status: 204, body: null });
    expect((await json(`${url}/comes`)).status).toBe(404);
    expect(server.alerts.figures).toMatchObject({ alerts: 1, raised: 1, pictures: 1 });
    events.close();
  });

  it("refuses what is wrong, and says where", async () => {
    await using server = await start({
      alerts: { given: { when: "a car stops" } },
      limits: { maxAlerts: 2 },
    });
    const url = `${server.url}/v1/alerts`;
    const refused = async (name: string, rule: object, status: number, error: object) =>
      expect(await json(`${url}/${name}`, "PUT", rule)).toMatchObject({ status, body: { error } });
    await refused("a", { when: "a drone barks" }, 400, {
      ...{
        code: "alert_refused",
        param: "when",
        message: expect.stringMatching(/"drone", "barks".*such as/),
      },
    });
    await refused("a", { when: "a car turns", for: "5s" }, 400, { code: "alert_refused", param: "for" });
    await refused("a", { when: "a car stops", for: "5" }, 400, { code: "invalid_value", param: "for" });
    await refused("a", { wen: "x" }, 400, { code: "invalid_value" });
    await refused("a%20b", { when: "a car stops" }, 400, { code: "invalid_value" });
    await refused("given", { when: "a car turns" }, 409, { code: "alert_fixed" });
    expect((await json(`${url}/given`, "DELETE")).status).toBe(409);
    expect((await json(`${url}/a`, "PUT", { when: "a car stops" })).status).toBe(201);
    await refused("b", { when: "a car stops" }, 409, { code: "too_many_alerts" });
    await expect(start({ alerts: { dog: { when: "a dog barks" } } })).rejects.toThrowError(AlertProblems);
  });

  it("is for whoever may: rules of streams that one may watch, changes with admin, pictures with watch", async () => {
    const tokens = [
      { name: "boss", scopes: ["admin"] },
      { name: "guest", scopes: ["watch"], streams: ["street"] },
      { name: "asker", scopes: ["ask"] },
    ];
    const alerts = {
      everywhere: { when: "somebody enters" },
      street: { when: "somebody enters", streams: ["street", "yard"] },
      yard: { when: "somebody enters", streams: ["yard"] },
    };
    await using server = await startGuardedServer(
      tokens,
      { cameras: { street: { url: clip } }, alerts },
      SCRIPT,
    );
    const as = (name: string, path: string, method = "GET", body?: unknown) =>
      json(`${server.url}${path}`, method, body, bearer(name).headers);
    const names = async (name: string) =>
      (await as(name, "/v1/alerts")).body.data?.map((alert: { name: string }) => alert.name);
    expect(await names("boss")).toEqual(["everywhere", "street", "yard"]);
    expect(await names("guest")).toEqual(["everywhere", "street"]);
    expect((await as("guest", "/v1/alerts/yard")).status).toBe(404);
    expect((await as("asker", "/v1/alerts")).status).toBe(403);
    expect((await as("guest", "/v1/alerts/new", "PUT", { when: "a car stops" })).status).toBe(403);
    expect((await as("guest", "/v1/alerts/yard", "DELETE")).status).toBe(403);
    expect((await as("boss", "/v1/alerts/new", "PUT", { when: "a car stops" })).status).toBe(201);
    const picture = "/v1/streams/street/events/event_1/snapshot.jpg";
    expect((await as("asker", picture)).status).toBe(403);
    expect((await as("guest", picture.replace("street", "yard"))).status).toBe(403);
    expect((await as("guest", picture)).status, "it may, and there is none").toBe(404);
  });
});
