import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AlertRule, Alerts, type Clocks, type Recorded, RuleTrial } from "../../src/alerts/mod.ts";
import type { ModelInfo } from "../../src/engine/mod.ts";
import { entryOf } from "../../src/history/entry.ts";
import { LOG_LIMITS, type StreamKind, type StreamPast, StreamRegistry } from "../../src/streams/mod.ts";
import { ScriptedEngine } from "../support/scripted-engine.ts";
import { STREET_MODEL } from "../support/street-language.ts";

const STREAM_LIMITS = {
  ...{ maxFps: 30, maxFrameBytes: 1e6, maxFramePixels: 1e6, maxPixelsPerSecond: 1e6, maxCatchUpMs: 1000 },
  ...{ maxInflight: 4, idleTimeoutMs: 60_000 },
  ...LOG_LIMITS,
};
const LIMITS = { maxAlerts: 8, maxAlertPictures: 0, maxAlertPictureBytes: 0, alertQuestionMs: 1000 };
/** Times between the ends of units (ms). */
const UNIT_MS = 1000;
const MODEL: ModelInfo = { ...STREET_MODEL, fps: 1, framesPerUnit: 1 };
const START = Date.parse("2026-01-10T21:40Z");

/** What happens on a camera: something is said about a unit, nothing is about some, nothing is seen, or it is opened anew. */
type Step =
  | { readonly say: string; readonly unfamiliar?: boolean }
  | { readonly silent: number }
  | { readonly gapMs: number }
  | { readonly reopen: true };

/** Plays steps on a live camera with an alert. Gives what was raised, and what a history would have kept of it all. */
async function live(rule: AlertRule, steps: readonly Step[], kind: StreamKind = "camera") {
  let nowMs = START;
  const clocks: Clocks = { wallMs: () => nowMs, steadyMs: () => nowMs };
  const onFault = (error: unknown) => {
    throw error;
  };
  const alerts = new Alerts({
    model: MODEL,
    limits: LIMITS,
    state: null,
    clocks,
    onFault,
    onTrouble: onFault,
  });
  const engine = new ScriptedEngine({ model: MODEL });
  const recorded: Recorded[] = [];
  const raised: object[] = [];
  let past: StreamPast | null = null;
  const streams = new StreamRegistry({
    ...{ engine, limits: STREAM_LIMITS, maxStreams: 4, maxCameras: 4, past: () => past },
    listeners: [
      ({ id, log }) =>
        log.from(null).subscribe((entry) => {
          if (!("event" in entry)) return;
          const { event } = entry;
          if (entryOf(event) !== null)
            recorded.push({ stream: id, kind, wallMs: nowMs, event, snapshot: null });
          if (event.type === "alert.raised")
            raised.push({ mediaMs: event.media_time_ms, wallMs: nowMs, message: event.message });
        }),
      alerts.listener,
    ],
  });
  await alerts.load(new Map([["rule", rule]]));
  let mediaMs = 0;
  const open = () => {
    const stream = streams.open({ id: "door", kind });
    stream.open();
    return { stream, engineStream: engine.opened.at(-1)!, units: 0, sinceMs: mediaMs + UNIT_MS };
  };
  let camera = open();
  const unit = (text: string, unfamiliar = false) => {
    mediaMs += UNIT_MS;
    nowMs += UNIT_MS;
    const { units, sinceMs } = camera;
    camera.engineStream.emit({
      ...{ type: "unit.seen", unit: units, mediaTimeMs: mediaMs, sinceMediaTimeMs: sinceMs },
      ...{ arrivedAtMs: 0, still: false, unfamiliar },
      encoded: { startedAtMs: 0, finishedAtMs: 1 },
    });
    camera.engineStream.emit({
      ...{
        type: "thought.done",
        thought: `t${mediaMs}`,
        unit: units,
        mediaTimeMs: mediaMs,
        sinceMediaTimeMs: sinceMs,
      },
      ...{
        text,
        skipped: text === "",
        skipReason: text === "" ? "nothing_new" : null,
        prompt: null,
        unfamiliar,
      },
      ...{ stop: "end", tokens: 1, ttftMs: 1, stalenessMs: 0, reasoned: { startedAtMs: 0, finishedAtMs: 1 } },
    });
    camera.units++;
    camera.sinceMs = mediaMs;
  };
  for (const step of steps)
    if ("say" in step) unit(step.say, step.unfamiliar);
    else if ("silent" in step) for (let i = 0; i < step.silent; i++) unit("");
    else if ("gapMs" in step) {
      // The first picture behind a gap is in the unit that ends then.
      const fromMs = mediaMs;
      mediaMs += step.gapMs;
      nowMs += step.gapMs;
      camera.stream.gap({ fromMs, toMs: mediaMs + UNIT_MS, reason: "lost", message: "lost" });
    } else {
      camera.stream.close("failed");
      past = { ...camera.stream.standing, lastMs: mediaMs, lastAtMs: nowMs, why: "It was opened again." };
      camera = open();
      // Where nothing was said about a whole stream, nothing is known of it.
      unit(PERSON);
    }
  camera.stream.close("completed");
  await alerts.close();
  await engine.close();
  return { raised, recorded };
}

function tried(rule: AlertRule, recorded: readonly Recorded[], model: ModelInfo = MODEL) {
  const trial = new RuleTrial(rule, model, START);
  for (const each of recorded) trial.take(each);
  return trial.alerts.map(({ mediaMs, wallMs, message }) => ({ mediaMs, wallMs, message }));
}

const PERSON = "a red person enters from the left";
const SAYINGS = [
  ...[PERSON, "a red person stops", "a red person moves right", "a red person leaves at the right"],
  ...["a blue car enters from the right", "a blue car stops", "a blue car leaves at the left"],
  ...["the lights go off", "the lights go on", "a red person stops, a blue car starts moving left"],
];
const RULES: readonly AlertRule[] = [
  { when: "a person enters" },
  { when: "a person enters", cooldown: "45s" },
  { when: "a car is parked" },
  { when: "a person or a car is standing", for: "20s" },
  { when: "somebody is there", for: "30s", cooldown: "2m" },
  { when: "nobody is there", for: "30s" },
  { when: "nobody is there" },
  { when: "nothing happens", for: "40s" },
  { when: "no car enters", for: "1m30s", cooldown: "5m" },
  { when: "something is moving", for: "15s" },
  { when: "the lights are off", for: "10s" },
  { when: "somebody is there", between: "21:45-21:50", time_zone: "UTC" },
  { when: "nobody is there", for: "1m", between: "21:47-23:00", time_zone: "UTC", cooldown: "3m" },
];

/** Raises every one of these rules. */
const EVENING: Step[] = [
  ...[{ say: PERSON }, { silent: 20 }, { say: "a red person stops" }, { silent: 300 }],
  ...[{ say: "a blue car stops" }, { silent: 25 }],
  ...[{ say: "a blue car leaves at the left, a red person leaves at the right" }, { silent: 200 }],
  ...[{ say: "the lights go off" }, { silent: 15 }, { say: PERSON }],
];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ say: fc.constantFrom(...SAYINGS), unfamiliar: fc.constant(false) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        silent: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 9, max: 200 })),
      }),
    },
    { weight: 1, arbitrary: fc.record({ gapMs: fc.integer({ min: 5, max: 100 }).map((s) => s * 1000) }) },
    { weight: 1, arbitrary: fc.constant({ reopen: true } as const) },
  ),
  { minLength: 1, maxLength: 25 },
);

describe("a rule that is tried on what was recorded", () => {
  it.each(RULES)("is raised when it was raised live: $when", async (rule) => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        // What was said last tells how many units there were, and a first thought from when on.
        const whole = [{ say: PERSON }, ...script];
        const { raised, recorded } = await live(rule, whole);
        count += raised.length;
        expect(tried(rule, recorded)).toEqual(raised);
      }),
      { numRuns: 40, examples: [[EVENING]] },
    );
    expect(count, "alerts").toBeGreaterThan(0);
  });

  it("begins anew where the history itself has a gap", async () => {
    const rule = { when: "somebody is there", for: "20s", cooldown: "1h" };
    const steps = [{ say: PERSON }, { silent: 30 }, { say: "a blue car stops" }];
    const { recorded } = await live(rule, steps);
    const trial = new RuleTrial(rule, MODEL, START);
    for (const each of recorded) trial.take(each);
    expect(trial.alerts, "once, because of its cooldown").toHaveLength(1);
    const again = new RuleTrial(rule, MODEL, START);
    again.take(recorded[0]!);
    again.gap(START + 10_000);
    for (const each of recorded.slice(1)) again.take(each);
    expect(again.alerts, "whoever came before the gap is not known any more").toEqual([]);
  });

  it("says it when the scene was not one that the model knew", async () => {
    const rule = { when: "nobody is there", for: "20s" };
    const steps = [{ say: "a blue car stops", unfamiliar: true }, { silent: 30 }, { say: PERSON }];
    const { raised, recorded } = await live(rule, steps);
    expect(raised).toHaveLength(1);
    const [alert] = tried(rule, recorded);
    // Units about which nothing was said are not kept, and neither is whether they were familiar, if that did not change.
    expect(alert!.message).toMatch(/The scene is not one that the model knows/);
  });
});
