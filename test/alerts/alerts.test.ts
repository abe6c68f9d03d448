import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  AlertProblems,
  type AlertRule,
  Alerts,
  type AlertsOptions,
  alertState,
  type Clocks,
} from "../../src/alerts/mod.ts";
import type { ModelInfo } from "../../src/engine/mod.ts";
import type { ServerEventOf } from "../../src/protocol/mod.ts";
import { LOG_LIMITS, type StreamHandle, StreamRegistry } from "../../src/streams/mod.ts";
import { frame } from "../support/frames.ts";
import { type Script, ScriptedEngine } from "../support/scripted-engine.ts";
import { until } from "../support/server.ts";
import { STREET_MODEL } from "../support/street-language.ts";

const STREAM_LIMITS = {
  ...{ maxFps: 30, maxFrameBytes: 1e6, maxFramePixels: 1e6, maxPixelsPerSecond: 1e6, maxCatchUpMs: 1000 },
  ...{ maxInflight: 4, idleTimeoutMs: 60_000 },
  ...LOG_LIMITS,
};
const LIMITS = { maxAlerts: 8, maxAlertPictures: 8, maxAlertPictureBytes: 1e6, alertQuestionMs: 1000 };

/** One frame is a unit, and a unit is a second. */
const MODEL: ModelInfo = { ...STREET_MODEL, fps: 1, framesPerUnit: 1 };
const { language: _, ...WITHOUT_WORDS } = MODEL;
const INSTRUCTED: ModelInfo = {
  ...WITHOUT_WORDS,
  can: { ...MODEL.can, instructions: true },
  limits: { ...MODEL.limits, questionTokens: 100 },
};

class HandClocks implements Clocks {
  wall = Date.parse("2026-01-10T12:00Z");
  steady = 0;
  wallMs = () => this.wall;
  steadyMs = () => this.steady;

  pass(ms: number): void {
    this.wall += ms;
    this.steady += ms;
  }
}

/** Alerts on the streams of a script. The thoughts of each stream are those that the test gives it. */
function start(
  options: Partial<AlertsOptions> & { readonly script?: Script; readonly model?: ModelInfo } = {},
) {
  const { script, model = MODEL, ...own } = options;
  const clocks = new HandClocks();
  const troubles: (readonly [string | null, string])[] = [];
  const alerts = new Alerts({
    ...{ model, limits: LIMITS, state: null, clocks },
    onTrouble: (alert, message) => troubles.push([alert, message]),
    onFault: (error) => {
      throw error;
    },
    ...own,
  });
  const said: (string | null)[] = [];
  const engine = new ScriptedEngine({ model, thought: (unit) => said[unit] ?? null, ...script });
  const streams = new StreamRegistry({
    ...{ engine, limits: STREAM_LIMITS, maxStreams: 4, maxCameras: 4, listeners: [alerts.listener] },
  });
  onTestFinished(async () => {
    await engine.close();
    await alerts.close();
  });
  return { alerts, engine, streams, clocks, troubles, said };
}

/** Feeds a stream with frames, and gives what was raised on it. */
class Fed {
  seq = 0;
  readonly raised: ServerEventOf<"alert.raised">[] = [];
  private thoughts = 0;

  constructor(
    readonly stream: StreamHandle,
    private readonly said: (string | null)[],
  ) {
    stream.log.from(null).subscribe((entry) => {
      if (!("event" in entry)) return;
      if (entry.event.type === "alert.raised") this.raised.push(entry.event);
      if (entry.event.type === "response.reasoning_text.done") this.thoughts++;
    });
  }

  /** One unit a thought; "": nothing is said. */
  async think(...thoughts: string[]): Promise<void> {
    for (const thought of thoughts) {
      this.said[this.seq] = thought || null;
      this.stream.see(frame(MODEL, this.seq++));
      await until("a thought", () => this.thoughts === this.seq);
    }
  }

  get names(): string[] {
    return this.raised.map(({ alert }) => alert);
  }
}

const ENTERS = "a red person enters from the left";
const rules = (given: Readonly<Record<string, AlertRule | string>>) =>
  new Map(
    Object.entries(given).map(([name, rule]) => [name, typeof rule === "string" ? { when: rule } : rule]),
  );

describe("alerts on a stream", () => {
  it("are written into its log with what was thought, when, and a picture of it", async () => {
    const { alerts, streams, said } = start();
    await alerts.load(rules({ comes: "a person enters from the left", stops: "a car stops" }));
    const fed = new Fed(streams.open({ id: "door", kind: "camera" }), said);
    await fed.think("", `${ENTERS} #3, a car leaves at the right`, "");
    expect(fed.raised).toEqual([
      {
        type: "alert.raised",
        event_id: expect.stringMatching(/^event_\d+$/),
        alert: "comes",
        when: "a person enters from the left",
        message: "A red person enters from the left.",
        media_time_ms: 1000,
        response_id: "thought_1",
        zone: null,
        snapshot: `/v1/streams/door/events/${fed.raised[0]!.event_id}/snapshot.jpg`,
      },
    ]);
    const jpeg = await alerts.pictures.find("door", fed.raised[0]!.event_id);
    const { data } = await sharp(jpeg!).raw().toBuffer({ resolveWithObject: true });
    const pixels = await frame(MODEL, 1).rgb(MODEL.width, MODEL.height);
    const mean = data.reduce((sum, value, i) => sum + Math.abs(value - pixels[i]!), 0) / data.length;
    expect(mean, "it is the picture of that moment").toBeLessThan(40);
    expect(await alerts.pictures.find("yard", fed.raised[0]!.event_id)).toBeNull();
    expect(alerts.figures).toMatchObject({ alerts: 2, raised: 1, pictures: 1 });
    expect(alerts.get("comes")).toMatchObject({ raised: 1, how: "words", origin: "config" });
  });

  it("hold, and are told with their time", async () => {
    const { alerts, streams, said } = start();
    await alerts.load(rules({ parked: { when: "a car is parked", for: "3s" } }));
    const fed = new Fed(streams.open(), said);
    await fed.think("a red car stops", "", "", "", "", "");
    expect(fed.raised).toMatchObject([
      { media_time_ms: 3000, response_id: null, message: "A car is standing, for 3 s now." },
    ]);
  });

  it("are for the streams that a rule names, and for every other one otherwise", async () => {
    const { alerts, streams, said } = start();
    await alerts.load(
      rules({ all: "somebody enters", door: { when: "somebody enters", streams: ["door"] } }),
    );
    const [door, other] = [streams.open({ id: "door", kind: "camera" }), streams.open()];
    const [atDoor, atOther] = [new Fed(door, said), new Fed(other, said)];
    await atDoor.think(ENTERS);
    await atOther.think(ENTERS);
    expect([atDoor.names, atOther.names]).toEqual([["all", "door"], ["all"]]);
  });

  it("wait for their cooldown, by rule and stream, also when a camera is opened again", async () => {
    const { alerts, streams, said, clocks } = start();
    await alerts.load(rules({ slow: { when: "somebody enters", cooldown: "1m" }, fast: "somebody enters" }));
    const first = streams.open({ id: "door", kind: "camera" });
    const fed = new Fed(first, said);
    await fed.think(ENTERS, ENTERS);
    expect(fed.names).toEqual(["slow", "fast", "fast"]);
    const yard = new Fed(streams.open({ id: "yard", kind: "camera" }), said);
    await yard.think(ENTERS);
    expect(yard.names, "another stream").toEqual(["slow", "fast"]);
    first.close("failed");
    clocks.pass(59_999);
    const again = new Fed(streams.open({ id: "door", kind: "camera" }), said);
    await again.think(ENTERS);
    clocks.pass(1);
    await again.think(ENTERS);
    expect(again.names).toEqual(["fast", "slow", "fast"]);
  });

  it("count at their times of the day only; what holds then is told", async () => {
    const { alerts, streams, said, clocks } = start();
    const night = { between: "22:00-06:00", time_zone: "Europe/Berlin" };
    await alerts.load(
      rules({ comes: { when: "somebody enters", ...night }, there: { when: "somebody is there", ...night } }),
    );
    const fed = new Fed(streams.open(), said);
    await fed.think(ENTERS, "");
    expect(fed.names).toEqual([]);
    clocks.wall = Date.parse("2026-01-10T21:00Z");
    await fed.think("");
    expect(fed.names).toEqual(["there"]);
    await fed.think("a blue person enters from the right", "");
    expect(fed.names).toEqual(["there", "comes", "there"]);
  });

  it("change while it runs: nothing is raised for what was before, which is remembered", async () => {
    const { alerts, streams, said } = start();
    const fed = new Fed(streams.open(), said);
    await fed.think(ENTERS, "a red person stops");
    await alerts.load(rules({ comes: "somebody enters", stands: { when: "somebody stands", for: "2s" } }));
    expect(fed.names).toEqual([]);
    await fed.think("", "", "");
    expect(fed.raised.map(({ alert, media_time_ms }) => [alert, media_time_ms])).toEqual([["stands", 3000]]);
    await alerts.load(rules({ stands: { when: "somebody stands", for: "2s" } }));
    await fed.think(ENTERS, "");
    expect(fed.names, "what stays goes on, and what is gone is over").toEqual(["stands"]);
    await alerts.load(new Map());
    await fed.think(
      "a red person leaves at the left",
      "a red person enters from the top, a red person stops",
    );
    await alerts.load(rules({ comes: "somebody enters" }));
    await fed.think(ENTERS);
    expect(fed.names).toEqual(["stands", "comes"]);
  });

  it("say it when the scene is not one that the model knows", async () => {
    const { alerts, streams, engine, said } = start();
    await alerts.load(rules({ comes: "somebody enters" }));
    const fed = new Fed(streams.open(), said);
    await fed.think("");
    engine.opened[0]!.emit({
      ...{ type: "thought.done", thought: "t", unit: 9, mediaTimeMs: 9000, sinceMediaTimeMs: 8000 },
      ...{ text: ENTERS, skipped: false, skipReason: null, prompt: null, unfamiliar: true, stop: "end" },
      ...{ tokens: 1, ttftMs: 1, stalenessMs: 0, reasoned: { startedAtMs: 0, finishedAtMs: 1 } },
    });
    expect(fed.raised[0]?.message).toMatch(/^A red person enters from the left\. The scene is not one/);
  });

  it("may be disabled", async () => {
    const { alerts, streams, said } = start();
    await alerts.load(rules({ comes: { when: "somebody enters", enabled: false } }));
    const fed = new Fed(streams.open(), said);
    await fed.think(ENTERS);
    expect(fed.names).toEqual([]);
  });
});

describe("pictures of alerts", () => {
  it("are bounded by count and by bytes, the oldest first; none: none are made", async () => {
    for (const [limits, kept] of [
      [{ maxAlertPictures: 2 }, [false, false, true, true]],
      [{ maxAlertPictureBytes: 1 }, [false, false, false, false]],
      [{ maxAlertPictures: 0 }, [false, false, false, false]],
    ] as const) {
      const { alerts, streams, said } = start({ limits: { ...LIMITS, ...limits } });
      await alerts.load(rules({ comes: "somebody enters" }));
      const fed = new Fed(streams.open(), said);
      await fed.think(ENTERS, ENTERS, ENTERS, ENTERS);
      if ("maxAlertPictureBytes" in limits)
        await until("all are encoded and forgotten", () => alerts.figures.pictures === 0);
      const found = fed.raised.map(({ event_id }) => alerts.pictures.find("session_0", event_id));
      expect((await Promise.all(found)).map((jpeg) => jpeg !== null)).toEqual(kept);
      expect(fed.raised[0]!.snapshot === null).toBe(
        "maxAlertPictures" in limits && limits.maxAlertPictures === 0,
      );
    }
  });
});

describe("the rules of a server", () => {
  it("are refused all at once, with what is wrong with each", async () => {
    const { alerts } = start();
    await alerts.load(rules({ good: "somebody enters" }));
    const bad = rules({
      drone: "a drone enters",
      held: { when: "a car turns", for: "1s" },
      fine: "a car stops",
    });
    const problems = await alerts.load(bad).then(
      () => [],
      (error: AlertProblems) => error.problems,
    );
    expect(problems.map(({ alert, key, code }) => [alert, key, code])).toEqual([
      ["drone", "when", "alert_refused"],
      ["held", "for", "alert_refused"],
    ]);
    expect(
      alerts.list().map(({ name }) => name),
      "nothing has changed",
    ).toEqual(["good"]);
    const many = rules(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`a${i}`, "a car stops"])));
    await expect(alerts.load(many)).rejects.toThrowError(AlertProblems);
  });

  it("say what of them has changed", async () => {
    const { alerts } = start();
    await alerts.load(rules({ a: "a car stops", b: "a car stops", c: "a car stops" }));
    expect(await alerts.load(rules({ b: "a car stops", c: "a car turns", d: "a car stops" }))).toEqual({
      ...{ added: ["d"], removed: ["a"], changed: ["c"], unchanged: ["b"] },
    });
  });

  it("made over the API are kept, stand behind the given ones, and come again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "thinkalong-alerts-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const first = start({ state: alertState(folder) });
    await first.alerts.load(rules({ given: "a car stops" }));
    expect(await first.alerts.put("made", { when: "somebody enters", cooldown: "1m" })).toBe(true);
    expect(await first.alerts.put("made", { when: "somebody leaves" })).toBe(false);
    await expect(first.alerts.put("given", { when: "a car turns" })).rejects.toMatchObject({
      code: "alert_fixed",
    });
    await expect(first.alerts.put("drone", { when: "a drone enters" })).rejects.toMatchObject({
      ...{ code: "alert_refused", key: "when" },
    });
    await expect(first.alerts.remove("none")).rejects.toMatchObject({ code: "alert_not_found" });
    await first.alerts.put("gone", { when: "a car stops" });
    await first.alerts.remove("gone");
    await first.alerts.close();
    expect(JSON.parse(await readFile(join(folder, "alerts.json"), "utf8"))).toEqual({
      version: 1,
      alerts: { made: { when: "somebody leaves" } },
    });

    const second = start({ state: alertState(folder) });
    await second.alerts.restore();
    expect(second.alerts.list()).toMatchObject([{ name: "made", origin: "api", how: "words" }]);

    const { words } = MODEL.language!;
    const language = {
      words: words.filter((word) => word !== "leaves" && word !== "vanishes"),
      synonyms: {},
    };
    const other = start({ state: alertState(folder), model: { ...MODEL, language } });
    await other.alerts.restore();
    expect(other.troubles).toEqual([["made", expect.stringMatching(/never/)]]);
    expect(other.alerts.list()).toMatchObject([
      { how: null, understood: expect.stringMatching(/This model can never say that/) },
    ]);
  });

  it("are not taken when they cannot be kept", async () => {
    const { alerts } = start({ state: alertState("/dev/null/server") });
    await expect(alerts.put("a", { when: "a car stops" })).rejects.toMatchObject({
      code: "state_unwritable",
    });
    expect(alerts.list()).toEqual([]);
  });
});

describe("a model that takes instructions", () => {
  /** Alerts with answers of the test, each asked for as soon as it may be. */
  async function asking(given: Parameters<typeof rules>[0], answer: (question: string) => string) {
    const questions: string[] = [];
    const script: Script = {
      answer: (question) => {
        questions.push(question);
        return answer(question);
      },
    };
    const started = start({ model: INSTRUCTED, script, limits: { ...LIMITS, alertQuestionMs: 1000 } });
    await started.alerts.load(rules(given));
    const fed = new Fed(
      started.streams.open({
        zones: {
          gate: [
            [0.7, 0],
            [1, 0],
            [1, 0.2],
          ],
        },
      }),
      started.said,
    );
    /** Units of a second each, and what is asked at each is answered before the next. */
    const pass = async (units: number) => {
      for (let i = 0; i < units; i++) {
        started.clocks.pass(1000);
        await fed.think("something is seen");
        await until("the answer", () => answered(fed.stream) >= questions.length);
      }
    };
    return { ...started, fed, questions, pass };
  }
  const answered = (stream: StreamHandle) => stream.figures.answers;

  it("is asked, and an alert is raised when the answer becomes yes", async () => {
    let isTrue = false;
    const { fed, questions, pass } = await asking({ dog: "a dog barks" }, () => (isTrue ? "Yes." : "no"));
    await pass(2);
    expect(fed.names).toEqual([]);
    isTrue = true;
    await pass(3);
    expect(fed.names, "once for as long as it is so").toEqual(["dog"]);
    expect(fed.raised[0]).toMatchObject({ response_id: expect.stringMatching(/^answer_/) });
    isTrue = false;
    await pass(1);
    isTrue = true;
    await pass(1);
    expect(fed.names).toEqual(["dog", "dog"]);
    expect(questions.length).toBe(7);
    expect(questions[0]).toMatch(/"a dog barks"\? Answer with one word, yes or no\.$/);
  });

  it("must say yes for as long as the rule asks", async () => {
    const answers = ["yes", "yes", "I cannot tell", "yes", "yes", "yes", "yes"];
    const { fed, pass } = await asking(
      { dog: { when: "a dog sleeps", for: "3s" } },
      () => answers.shift() ?? "no",
    );
    await pass(7);
    expect(fed.raised.map(({ media_time_ms }) => media_time_ms)).toEqual([6000]);
  });

  it("is asked about one alert after the other, no more often than allowed, and about its zone", async () => {
    const { questions, pass, clocks, fed } = await asking(
      {
        a: "a dog barks",
        b: { when: "a cat sleeps", zone: "gate" },
        c: { when: "it rains", zone: "no-such-zone" },
        d: { when: "it snows", between: "00:00-01:00", time_zone: "UTC" },
      },
      () => "no",
    );
    await pass(4);
    expect(questions.map((question) => /"(.*)"/.exec(question)![1])).toEqual([
      ...["a dog barks", "a cat sleeps", "a dog barks", "a cat sleeps"],
    ]);
    expect(questions[1]).toContain("Look only at the part of it at the top right.");
    clocks.pass(999);
    await fed.think("", "", "");
    expect(questions.length, "it is too soon").toBe(4);
  });

  it("is not asked when the stream may be asked no more, and goes on later", async () => {
    let left = 1;
    const started = start({
      model: INSTRUCTED,
      script: { answer: () => "yes" },
      spend: () => {
        if (left-- <= 0) throw Object.assign(new Error("Ask more slowly."), { code: "too_many_questions" });
      },
    });
    await started.alerts.load(rules({ a: "a dog barks", b: "a cat sleeps" }));
    const fed = new Fed(started.streams.open(), started.said);
    const unit = async () => {
      started.clocks.pass(1000);
      await fed.think("");
    };
    await unit();
    await until("the first", () => fed.names.length === 1);
    await unit();
    await unit();
    expect([fed.names, started.troubles]).toEqual([["a"], []]);
    left = 1;
    await unit();
    await until("the second", () => fed.names.length === 2);
    expect(fed.names).toEqual(["a", "b"]);
  });

  it("that does not take a question is told of once", async () => {
    const model = { ...INSTRUCTED, limits: { ...INSTRUCTED.limits, questionTokens: 3 } };
    const { alerts, streams, said, clocks, troubles } = start({ model });
    await alerts.load(rules({ long: "a dog barks" }));
    const fed = new Fed(streams.open(), said);
    for (let i = 0; i < 3; i++) {
      clocks.pass(5000);
      await fed.think("");
    }
    expect(troubles).toEqual([["long", expect.stringMatching(/cannot be asked about it.*too long/)]]);
  });
});
