import { describe, expect, it } from "vitest";
import { resolveVideoInput, withoutCredentials } from "../../src/ingest/video-input.ts";

describe("credentials in URLs", () => {
  it.each([
    ["rtsp://user:secret@cam/1", "rtsp://***@cam/1"],
    ["rtsp://user:sec/ret@cam/1", "rtsp://***@cam/1"],
    ["rtsp://user:s@cret@cam/1", "rtsp://***@cam/1"],
    ["rtsp://user:sec#ret@cam/1", "rtsp://***@cam/1"],
    ["rtsp://secret@cam/1", "rtsp://***@cam/1"],
    ["http://cam/snap?user=admin&password=secret&n=1", "http://cam/snap?…"],
    ["rtsp://cam/live?pw=secret", "rtsp://cam/live?…"],
    ["rtsp://cam/user=admin&password=secret&channel=1", "rtsp://cam/user=***&password=***&channel=1"],
    ["http://cam/snap?secret. It is gone.", "http://cam/snap?…. It is gone."],
    ["http://cam:8080/a?token=secret#top", "http://cam:8080/a?…#top"],
    ["failed: rtsp://a:secret@b/c and http://d:secret@e/f.", "failed: rtsp://***@b/c and http://***@e/f."],
  ])("are hidden in %s", (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown);
    expect(withoutCredentials(text)).not.toContain("secret");
  });

  it.each([
    "http://cam/@door/1.m3u8",
    "rtsp://cam:554/live/1",
    "Is it http://cam/1? ",
    "no URL, but user:x@y",
  ])("are not seen in %s", (text) => expect(withoutCredentials(text)).toBe(text));

  it.each(["rtsp://user:sec/ret@cam/1", "rtsp://user:sec#ret@cam/1"])(
    "that make a URL invalid are told how to be written, without being repeated (%s)",
    async (input) => {
      const failure = await resolveVideoInput(input).catch((error) => error);
      expect(failure).toMatchObject({ code: "url_invalid", message: expect.stringContaining("# as %23") });
      expect(failure.message).not.toMatch(/sec|ret@/);
    },
  );

  it("may be written with an @ as it is", async () => {
    const { url, label } = await resolveVideoInput("rtsp://user:s@cret@cam/1");
    expect(url).toBe("rtsp://user:s%40cret@cam/1");
    expect(label).toBe("rtsp://***@cam/1");
  });
});
