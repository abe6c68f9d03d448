import { describe, expect, it, onTestFinished } from "vitest";
import { type AlertObject, type HistoryEntry, ThinkalongClient } from "../../client/lib/mod.ts";
import { HistoryStore } from "../../src/history/store.ts";
import { useCameraClip } from "../support/camera-clip.ts";
import { historyPath, kept, newHistory, writeAll } from "../support/history.ts";
import { startScriptedServer } from "../support/server.ts";
import { STREET_LANGUAGE } from "../support/street-language.ts";
import { secretOf, startGuardedServer } from "../support/tokens.ts";

const camera = useCameraClip();

const SCRIPT = {
  model: { language: STREET_LANGUAGE },
  thought: () => "a red person enters from the left",
};

/** Every field that the library's types name. */
const ENTRY: (keyof HistoryEntry)[] = [
  ...(["event", "event_id", "id", "kind", "media_time_ms", "object"] as const),
  ...(["snapshot", "stream", "text", "time", "type"] as const),
];
const ALERT: (keyof AlertObject)[] = [
  ...([
    "cooldown",
    "how",
    "last_raised",
    "name",
    "object",
    "origin",
    "raised",
    "understood",
    "when",
  ] as const),
];

const HOUR = 3_600_000;
const now = Date.now();

/** A history with thoughts of two cameras, and a time in which nothing was recorded. */
async function filled() {
  const path = await historyPath();
  const store = await HistoryStore.open(path, null, now - 8 * HOUR);
  writeAll(
    store,
    [
      ...Array.from({ length: 7 }, (_, i) =>
        kept("street", i, `a red car ${i}`, { wallMs: now - 7 * HOUR + i }),
      ),
      kept("yard", 0, "a dog barks", { wallMs: now - 6 * HOUR }),
    ],
    now - 5 * HOUR,
  );
  store.close(now - 4 * HOUR);
  const history = newHistory(path);
  await history.open();
  onTestFinished(() => history.close());
  return history;
}

describe("the history of a server over HTTP", () => {
  it("is searched page by page, summed up and deleted", async () => {
    await using server = await startScriptedServer({}, { history: await filled() });
    const { history } = new ThinkalongClient(server.url);
    const first = await history.search({ words: "red car", streams: ["street", "yard"], limit: 3 });
    expect(first.entries.map(({ text }) => text)).toEqual(["a red car 6", "a red car 5", "a red car 4"]);
    expect(Object.keys(first.entries[0]!).sort()).toEqual(ENTRY);
    const second = await history.search({ words: "red car", limit: 3, after: first.next! });
    expect(second.entries.map(({ text }) => text)).toEqual(["a red car 3", "a red car 2", "a red car 1"]);

    const all: HistoryEntry[] = [];
    for await (const entry of history.entries({ types: ["thought", "gap"], limit: 2 })) all.push(entry);
    expect(all).toHaveLength(9);
    expect(all[0]).toMatchObject({ stream: null, event_id: null, event: { type: "history.gap" } });
    const between = { from: new Date(now - 7 * HOUR + 2), to: now - 7 * HOUR + 5 };
    const { entries } = await history.search(between);
    expect(entries.map(({ text }) => text)).toEqual(["a red car 4", "a red car 3", "a red car 2"]);
    await expect(history.search({ limit: 0 })).rejects.toMatchObject({
      code: "invalid_value",
      param: "limit",
    });
    const stop = AbortSignal.abort(new Error("enough"));
    await expect(history.search({ signal: stop })).rejects.toThrowError("enough");

    const sum = await history.summary({ by: "day", zone: "UTC", streams: ["street"], from: "7d" });
    expect(sum).toMatchObject({ by: "day", zone: "UTC", streams: [{ stream: "street", thoughts: 7 }] });
    expect(await history.delete("street")).toBe(7);
    expect((await history.search({ streams: ["street"] })).entries).toEqual([]);
    await expect(history.delete("street")).rejects.toMatchObject({ code: "stream_not_found", status: 404 });
  });

  it("is told to be missing, where nothing is kept", async () => {
    await using server = await startScriptedServer();
    const { history } = new ThinkalongClient(server.url);
    await expect(history.summary()).rejects.toMatchObject({ code: "no_history", status: 404 });
  });
});

describe("the alerts of a server over HTTP", () => {
  it("are made, listed and deleted, and their pictures are fetched with the token", async () => {
    const history = newHistory(await historyPath());
    onTestFinished(() => history.close());
    await using server = await startGuardedServer(
      [{ name: "boss", scopes: ["admin"] }],
      {
        history,
        cameras: { street: { url: camera.clip, loop: true } },
        alerts: { given: { when: "a car stops" } },
      },
      SCRIPT,
    );
    const client = new ThinkalongClient(server.url, { token: secretOf("boss") });
    const { alerts } = client;
    const made = await alerts.put("comes", { when: "somebody comes in from the left", cooldown: "1h" });
    expect(Object.keys(made).sort()).toEqual(ALERT);
    expect(made).toMatchObject({ origin: "api", understood: "a person enters from the left" });
    expect((await alerts.list()).map(({ name }) => name)).toEqual(["given", "comes"]);
    await expect(alerts.put("drone", { when: "a drone enters" })).rejects.toMatchObject({
      ...{ code: "alert_refused", param: "when", status: 400 },
    });

    let raised: HistoryEntry | undefined;
    while (raised === undefined) {
      const { entries } = await client.history.search({ types: ["alert"] });
      raised = entries.find(({ snapshot }) => snapshot !== null);
    }
    expect(raised).toMatchObject({ stream: "street", event: { type: "alert.raised", alert: "comes" } });
    expect((await alerts.get("comes")).raised).toBe(1);
    const picture = await client.picture(raised.snapshot!);
    expect([...new Uint8Array(await picture.arrayBuffer()).subarray(0, 2)]).toEqual([0xff, 0xd8]);
    await expect(new ThinkalongClient(server.url).picture(raised.snapshot!)).rejects.toMatchObject({
      code: "unauthorized",
    });
    const none = "/v1/streams/street/events/event_999999/snapshot.jpg";
    await expect(client.picture(none)).rejects.toMatchObject({ code: "picture_not_found" });
    await expect(client.picture("/v1/streams")).rejects.toMatchObject({ code: "bad_answer" });

    await alerts.delete("comes");
    await expect(alerts.get("comes")).rejects.toMatchObject({ code: "alert_not_found", status: 404 });
  });
});

it("fetches pictures of the server's own API alone, also where the server has a path of its own", async () => {
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request) => {
    asked.push(String(url));
    return new Response("", { headers: { "content-type": "image/jpeg" } });
  };
  const client = new ThinkalongClient("https://home.example/cameras", { token: "secret", fetch });
  for (const path of [
    ...["https://elsewhere.example/v1/x", "//elsewhere.example/v1/x", "\\\\elsewhere.example/v1/x"],
    ...[
      "/v1/../admin",
      "/v1/%2e%2e/admin",
      "/v1/..\\admin",
      "/sample/street.mp4",
      "v1/x",
      "data:image/png,x",
      "",
    ],
  ])
    await expect(client.picture(path), path).rejects.toMatchObject({ code: "foreign_path" });
  expect(asked).toEqual([]);
  const path = "/v1/streams/door%201/events/event_62/snapshot.jpg";
  await client.picture(path);
  expect(asked).toEqual([`https://home.example/cameras${path}`]);
});
