import { describe, expect, it, onTestFinished } from "vitest";
import { ThinkalongClient } from "../../client/lib/mod.ts";
import type { HistoryOptions } from "../../src/history/mod.ts";
import { HistoryStore } from "../../src/history/store.ts";
import { useCameraClip } from "../support/camera-clip.ts";
import { historyPath, kept, newHistory, writeAll } from "../support/history.ts";
import { startScriptedServer, until } from "../support/server.ts";
import { STREET_LANGUAGE } from "../support/street-language.ts";
import { secretOf, startGuardedServer } from "../support/tokens.ts";

const camera = useCameraClip();

const HOUR = 3_600_000;
const now = Date.now();
const ENTERS = "a red person enters from the left";
const SCRIPT = { model: { language: STREET_LANGUAGE } };
const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3]);

/** A history of two cameras: somebody comes ten times at the door, once a minute, and once in the yard. */
async function filled(options: Partial<HistoryOptions> = {}) {
  const path = await historyPath();
  const store = await HistoryStore.open(path, null, now - 8 * HOUR);
  writeAll(
    store,
    [
      ...Array.from({ length: 10 }, (_, i) =>
        kept("door", 60 * (i + 1), ENTERS, { wallMs: now - 2 * HOUR + 60_000 * i }),
      ),
      kept("yard", 7, ENTERS, { wallMs: now - HOUR }),
      { what: "picture", stream: "door", number: 600, jpeg },
    ],
    now,
  );
  store.close(now);
  const history = newHistory(path, options);
  await history.open();
  onTestFinished(() => history.close());
  return history;
}

describe("POST /v1/alerts/try", () => {
  it("says when a rule would have been raised, the newest first", async () => {
    await using server = await startScriptedServer(SCRIPT, { history: await filled() });
    const { alerts } = new ThinkalongClient(server.url);
    const all = await alerts.try({ when: "somebody comes in" }, { limit: 2 });
    expect(all).toMatchObject({
      ...{ object: "alert.trial", how: "words", raised: 11 },
      tried: { thoughts: 11, streams: ["door", "yard"], capped: false },
    });
    expect(all.understood).toMatch(/^a person enters/);
    expect(all.data).toEqual([
      {
        ...{ stream: "yard", time: new Date(now - HOUR).toISOString(), media_time_ms: 7000 },
        ...{ message: "A red person enters from the left.", event_id: "event_7", snapshot: null },
      },
      expect.objectContaining({
        ...{ stream: "door", event_id: "event_600" },
        snapshot: "/v1/streams/door/events/event_600/snapshot.jpg",
      }),
    ]);
    const slow = await alerts.try({ when: "somebody comes in", cooldown: "3m", streams: ["door"] });
    expect([slow.raised, slow.tried.thoughts]).toEqual([4, 10]);
    const late = { from: new Date(now - 2 * HOUR + 4.5 * 60_000), to: new Date(now - HOUR) };
    expect((await alerts.try({ when: "somebody comes in" }, late)).raised).toBe(5);
    const held = await alerts.try({ when: "somebody is there", for: "30s", streams: ["door"] });
    const first = held.data.at(-1)!;
    expect(first).toMatchObject({
      ...{ event_id: null, snapshot: null, message: "A person is in the picture, for 30 s now." },
    });
    const behindMs = Date.parse(first.time) - (now - 2 * HOUR + 30_000);
    expect([behindMs >= 0, behindMs < 1010], "with the first unit after 30 s").toEqual([true, true]);
    expect(await alerts.list(), "nothing was made").toEqual([]);
  });

  it("finds what was raised live", async () => {
    const history = newHistory(await historyPath());
    onTestFinished(() => history.close());
    const rule = { when: "a person enters from the left", streams: ["street"] };
    await using server = await startScriptedServer(
      { ...SCRIPT, thought: (unit) => (unit % 3 === 0 ? ENTERS : unit % 3 === 1 ? null : "a red car stops") },
      { history, cameras: { street: { url: camera.clip, loop: true } }, alerts: { comes: rule } },
    );
    const client = new ThinkalongClient(server.url);
    await until("some alerts", () => server.alerts.figures.raised >= 3);
    await client.streams.get("street");
    const { raised, data } = await client.alerts.try(rule);
    const { entries } = await client.history.search({ types: ["alert"], to: data[0]!.time, limit: 500 });
    expect(raised).toBeGreaterThan(0);
    const live = entries.map(({ media_time_ms }) => media_time_ms);
    for (const { media_time_ms } of data.slice(1)) expect(live).toContain(media_time_ms);
    expect(raised - live.length).toBeLessThanOrEqual(1);
  });

  it("refuses what cannot be tried, and says why", async () => {
    await using server = await startScriptedServer(SCRIPT, {
      history: await filled(),
      limits: { maxTrialEntries: 4 },
    });
    const { alerts } = new ThinkalongClient(server.url);
    await expect(alerts.try({ when: "a dog barks" })).rejects.toMatchObject({
      ...{ code: "alert_refused", status: 400, param: "rule.when" },
    });
    await expect(alerts.try({ when: "a car turns", for: "5" })).rejects.toMatchObject({
      ...{ code: "invalid_value", param: "rule.for" },
    });
    const backwards = { from: "1h", to: "2h" };
    await expect(alerts.try({ when: "a car stops" }, backwards)).rejects.toMatchObject({ param: "from" });
    await expect(alerts.try({ when: "a car stops" }, { limit: 501 })).rejects.toMatchObject({
      param: "limit",
    });
    const some = await alerts.try({ when: "somebody comes in", streams: ["door", "yard"] });
    expect(some).toMatchObject({ raised: 4, tried: { thoughts: 4, capped: true } });
    expect(Date.parse(some.from), "the newest").toBe(now - 2 * HOUR + 7 * 60_000);

    await using without = await startScriptedServer(SCRIPT);
    await expect(new ThinkalongClient(without.url).alerts.try({ when: "a car stops" })).rejects.toMatchObject(
      { code: "no_history", status: 404 },
    );
    const can = {
      skip: true,
      instructions: true,
      fork: true,
      parallel: true,
      skipLate: false,
      watchScene: true,
    };
    await using instructed = await startScriptedServer({ model: { can } }, { history: await filled() });
    await expect(
      new ThinkalongClient(instructed.url).alerts.try({ when: "a dog barks" }),
    ).rejects.toMatchObject({ code: "alert_untriable", status: 409 });
    await using busy = await startScriptedServer(SCRIPT, {
      history: await filled(),
      limits: { maxAlertTrials: 0 },
    });
    await expect(new ThinkalongClient(busy.url).alerts.try({ when: "a car stops" })).rejects.toMatchObject({
      code: "too_many_trials",
      status: 429,
    });
  });

  it("tells no more than the history tells a token", async () => {
    await using server = await startGuardedServer(
      [
        { name: "guest", scopes: ["watch"], streams: ["yard"] },
        { name: "asker", scopes: ["ask"] },
      ],
      { history: await filled() },
      SCRIPT,
    );
    const as = (name: string) => new ThinkalongClient(server.url, { token: secretOf(name) }).alerts;
    const rule = { when: "somebody comes in" };
    expect(await as("guest").try(rule)).toMatchObject({ raised: 1, tried: { streams: ["yard"] } });
    for (const refused of [as("guest").try({ ...rule, streams: ["door"] }), as("asker").try(rule)])
      await expect(refused).rejects.toMatchObject({ code: "forbidden", status: 403 });
  });
});
