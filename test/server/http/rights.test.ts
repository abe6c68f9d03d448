import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import { CameraRoster } from "../../../src/cameras/mod.ts";
import { ANYBODY } from "../../../src/server/auth/client.ts";
import type { Grant, Scope } from "../../../src/server/auth/grant.ts";
import type { AppEnv } from "../../../src/server/http/app-env.ts";
import { problemAnswer } from "../../../src/server/http/http-problem.ts";
import { askResource } from "../../../src/server/http/streams/ask.ts";
import { EventReaders } from "../../../src/server/http/streams/event-readers.ts";
import { eventsResource } from "../../../src/server/http/streams/events.ts";
import { snapshotResource } from "../../../src/server/http/streams/snapshot.ts";
import { streamsResource } from "../../../src/server/http/streams/streams.ts";
import { readLimits } from "../../../src/server/mod.ts";
import { SharedQuestions } from "../../../src/server/question-budget.ts";
import { StreamRegistry } from "../../../src/streams/mod.ts";
import { ScriptedEngine } from "../../support/scripted-engine.ts";

/** The resources of streams for whoever has these scopes on these streams. They have two cameras that stay closed. */
async function resourcesFor(scopes: readonly Scope[], only: readonly string[] | null) {
  const limits = readLimits();
  const streams = new StreamRegistry({ engine: new ScriptedEngine(), limits, maxStreams: 4, maxCameras: 4 });
  const fault = (error: unknown) => {
    throw error;
  };
  const cameras = new CameraRoster({
    ...{ streams, state: null, network: { allowPrivate: true } },
    onTrouble: () => {},
    onFault: fault,
  });
  onTestFinished(() => cameras.close(0));
  const entry = { url: "rtsp://127.0.0.1:9/", enabled: false };
  await cameras.add("door", entry);
  await cameras.add("yard", entry);
  const grant: Grant = { name: "test", scopes: new Set(scopes), streams: only && new Set(only) };
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set("grant", grant);
    c.set("client", { ...ANYBODY, grant });
    await next();
  });
  const readers = new EventReaders(limits);
  const questions = new SharedQuestions(limits.maxQuestionsPerSecond);
  const resources = {
    ...{ streams, cameras, readers, questions, limits, watchersOf: () => 0 },
    history: null,
  };
  for (const resource of [streamsResource, eventsResource, snapshotResource, askResource])
    app.route("/", resource(resources));
  app.onError(problemAnswer(fault));
  return async (method: string, path: string) => {
    const body = method === "POST" || method === "PATCH" ? "{}" : null;
    return await app.request(path, { method, body, headers: { "content-type": "application/json" } });
  };
}

const REQUESTS: readonly [string, string, Scope][] = [
  ["GET", "/v1/streams/door", "watch"],
  ["GET", "/v1/streams/door/events", "watch"],
  ["GET", "/v1/streams/door/snapshot.jpg", "watch"],
  ["POST", "/v1/streams/door/ask", "ask"],
  ["POST", "/v1/streams", "admin"],
  ["PATCH", "/v1/streams/door", "admin"],
  ["DELETE", "/v1/streams/door", "admin"],
];

describe("the resources of streams", () => {
  it.each<[string, readonly Scope[], readonly string[] | null, (scope: Scope) => boolean]>([
    ["who may watch", ["watch"], null, (scope) => scope === "watch"],
    ["who may ask", ["ask", "push"], null, (scope) => scope === "ask"],
    ["who may do all", ["admin"], null, () => true],
    ["who may watch and ask another stream", ["watch", "ask"], ["yard"], () => false],
    ["who may do nothing", [], null, () => false],
  ])("are for %s, and for nobody else", async (_, scopes, only, may) => {
    const request = await resourcesFor(scopes, only);
    for (const [method, path, scope] of REQUESTS) {
      const { status } = await request(method, path);
      // What is allowed then fails for other reasons, such as a camera that is not open.
      expect(status === 403, `${method} ${path}: ${status}`).toBe(!may(scope));
    }
  });

  it("list only what one may watch", async () => {
    const listed = async (scopes: readonly Scope[], only: readonly string[] | null) => {
      const response = await (await resourcesFor(scopes, only))("GET", "/v1/streams");
      return ((await response.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
    };
    expect(await listed(["watch"], null)).toEqual(["door", "yard"]);
    expect(await listed(["watch"], ["yard"])).toEqual(["yard"]);
    expect(await listed(["ask"], null)).toEqual([]);
  });

  it("say that a camera is not open", async () => {
    const request = await resourcesFor(["admin"], null);
    const response = await request("GET", "/v1/streams/door/snapshot.jpg");
    expect([response.status, await response.json()]).toMatchObject([
      409,
      { error: { code: "camera_not_open", message: expect.stringContaining("disabled") } },
    ]);
  });
});
