import { describe, expect, it } from "vitest";
import { videoAmong } from "../../../client/src/sources/file-choice.ts";

const film = { name: "film.mp4", type: "video/mp4" };
const nameless = { name: "yard.MKV", type: "" };

describe("the video among dropped files", () => {
  it("is the first one, also where the system has no name for its kind", () => {
    expect(videoAmong([{ name: "notes.txt", type: "text/plain" }, film])).toEqual({ file: film });
    expect(videoAmong([nameless])).toEqual({ file: nameless });
  });

  it("is missed in words", () => {
    expect(videoAmong([{ name: "cat.png", type: "image/png" }])).toEqual({
      problem: "cat.png is a picture. Drop a video file, such as an MP4 or WebM.",
    });
    expect(videoAmong([{ name: "bill.pdf", type: "application/pdf" }])).toHaveProperty(
      "problem",
      expect.stringContaining("bill.pdf is no video."),
    );
    expect(videoAmong([])).toHaveProperty("problem");
  });
});
