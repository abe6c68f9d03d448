import { lastValueFrom, take, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../../src/backends/mod.ts";
import type { Engine } from "../../../src/engine/mod.ts";
import { openVideo } from "../../../src/ingest/mod.ts";
import { BUNDLED_MODEL } from "../../../test/support/bundles.ts";
import { LABELLED_CLIPS } from "../../../test/support/clips.ts";
import { labelledClips } from "../../lib/labelled-clips.ts";
import { narrateClip } from "../../lib/narrate-clip.ts";
import { narrateFresh } from "../../lib/narrate-fresh.ts";
import { accuracy } from "../../speed/accuracy.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ model: BUNDLED_MODEL });
});
afterAll(() => engine.close());

describe("the labelled clips", () => {
  it("are there, with events and questions in order of time", async () => {
    const clips = await labelledClips(LABELLED_CLIPS);
    expect(clips.length).toBeGreaterThan(3);
    expect(clips.flatMap(({ events }) => events).length).toBeGreaterThan(100);
    for (const { events, questions, seconds } of clips) {
      expect(questions.length).toBeGreaterThan(10);
      for (const list of [events, questions])
        expect(list.map(({ t }) => t)).toEqual(list.map(({ t }) => t).sort((a, b) => a - b));
      expect(questions.every(({ t }) => t > 0 && t <= seconds)).toBe(true);
    }
  });

  it("are told better than by chance, and less so without the past; all questions are answered", async () => {
    const [clip] = await labelledClips(LABELLED_CLIPS);
    const { width, height, fps } = engine.model;
    const frames = await lastValueFrom(
      openVideo(clip!.path, { width, height, fps, pace: "max" }).pipe(toArray()),
    );
    const whole = await narrateClip(engine, clip!, frames);
    expect(whole.answers).toHaveLength(clip!.questions.length);
    expect(whole.answers).not.toContain("");
    const told = accuracy([clip!], [whole]);
    expect(told.eventF1).toBeGreaterThan(0.5);
    const shuffled = whole.thoughts.map((thought, i, all) => ({
      ...thought,
      text: all[(i * 37 + 11) % all.length]!.text,
    }));
    expect(accuracy([clip!], [{ ...whole, thoughts: shuffled }]).eventF1).toBeLessThan(told.eventF1 / 2);
  });

  it("go on after a question that is too long for the model, which stays unanswered", async () => {
    const [clip] = await labelledClips(LABELLED_CLIPS);
    const { width, height, fps, limits } = engine.model;
    const frames = await lastValueFrom(
      openVideo(clip!.path, { width, height, fps, pace: "max" }).pipe(take(16), toArray()),
    );
    const short = { t: 1, kind: "theme", ask: "what is this about", answer: "" };
    const long = { ...short, ask: "what ".repeat(limits.questionTokens + 1) };
    const asked = { ...clip!, questions: [long, short, { ...long, t: 60 }, { ...short, t: 60 }] };
    const told = [
      await narrateClip(engine, asked, frames),
      await narrateFresh(engine, asked, frames, 2, new AbortController().signal),
    ];
    for (const { answers } of told)
      expect(answers.map((text) => text === "")).toEqual([true, false, true, false]);
  });
});
