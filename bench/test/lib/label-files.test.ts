import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LABELLED_CLIPS } from "../../../test/support/clips.ts";
import { makeTempDir } from "../../../test/support/media.ts";
import { labelledClips } from "../../lib/labelled-clips.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeEach(async () => {
  dir = await makeTempDir();
});
afterEach(() => dir.remove());

const label = {
  video: "a.mp4",
  seed: 1,
  seconds: 60,
  split: "combinations",
  theme: "parking lot",
  events: [
    { t: 9, verb: "lights off", place: null, colour: null, kind: null },
    {
      t: 3,
      verb: "meets",
      place: null,
      colour: "red",
      kind: "car",
      other: { colour: "blue", kind: "person" },
    },
  ],
  questions: [
    {
      t: 20,
      kind: "how long",
      family: "time",
      ask: "how long",
      answer: "6 seconds",
      oldestS: 17,
      seconds: 6.2,
    },
    { t: 10, kind: "stopped", ask: "did it stop", answer: "no" },
  ],
};
const write = (content: unknown) =>
  writeFile(join(dir.path, "a.json"), typeof content === "string" ? content : JSON.stringify(content));

describe("label files", () => {
  it("may have all or none of what is optional; events and questions come in order of time", async () => {
    await copyFile(join(LABELLED_CLIPS, "street-0.mp4"), join(dir.path, "a.mp4"));
    await write(label);
    const [clip] = await labelledClips(dir.path);
    expect(clip!.events.map(({ t }) => t)).toEqual([3, 9]);
    expect(clip!.questions.map(({ t }) => t)).toEqual([10, 20]);
    expect(clip).toMatchObject({
      split: "combinations",
      theme: "parking lot",
      path: join(dir.path, "a.mp4"),
    });
    expect(clip!.questions[1]).toMatchObject({ family: "time", oldestS: 17, seconds: 6.2 });
  });

  it.each<[string, () => Promise<unknown>, string, RegExp]>([
    ["no folder", () => dir.remove(), "clips_missing", /no folder of clips at/],
    ["an empty folder", async () => {}, "clips_empty", /has no labelled clips: put NAME\.json/],
    ["no JSON", () => write("{ no"), "labels_unreadable", /a\.json cannot be read as JSON/],
    ["a list", () => write([]), "labels_invalid", /a\.json is not a valid label file: the file: /],
    [
      "a field that is missing",
      () => write({ ...label, seconds: undefined }),
      "labels_invalid",
      /a\.json is not a valid label file: seconds: /,
    ],
    [
      "an unknown family",
      () => write({ ...label, questions: [{ ...label.questions[0], family: "gossip" }] }),
      "labels_invalid",
      /questions\.0\.family: /,
    ],
    [
      "a verb that is not in the grammar",
      () => write({ ...label, events: [label.events[0], { ...label.events[1], verb: "flies" }] }),
      "labels_invalid",
      /events\.1\.verb: .*"enters"/,
    ],
    ["no video", () => write(label), "video_missing", /a\.json names a video that does not exist: .*a\.mp4/],
  ])("say what is wrong: %s", async (_, prepare, code, message) => {
    await prepare();
    const error = await labelledClips(dir.path).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "MeasureError", code });
    expect(error.message).toMatch(message);
  });
});
