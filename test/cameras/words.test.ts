import { describe, expect, it } from "vitest";
import { requireAllowed } from "../../src/cameras/api-urls.ts";
import { mergePatch, shownUrl } from "../../src/cameras/mod.ts";

describe("an address as anybody may see it", () => {
  it.each([
    ["rtsp://door.local/live", "rtsp://door.local/live"],
    ["rtsp://me:secret@door.local:554/live", "rtsp://door.local:554/live"],
    ["http://cam/snap.jpg?user=me&pwd=secret", "http://cam/snap.jpg?…"],
    ["rtsp://me:sec/ret@door.local/live", "rtsp://door.local/live"],
    ["rtsp://me:sec ret%@door.local/live?secret=1", "rtsp://door.local/live?…"],
    ["rtsp://me:s#cret@door.local/live", "rtsp://door.local/live"],
    ["yard.mp4", "yard.mp4"],
    ["/dev/video0", "/dev/video0"],
    ["file:///home/me/yard.mp4", "file:///home/me/yard.mp4"],
  ])("%s is %s", (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
    expect(shownUrl(url)).not.toContain("ecret");
  });
});

describe("a change of a camera", () => {
  it("replaces, takes out and merges groups", () => {
    const entry = { url: "a", fps: 2, windows: { visual_units: 8, text_tokens: 64 }, mask: [1] };
    expect(mergePatch(entry, { fps: null, windows: { visual_units: 4 }, mask: [2], loop: true })).toEqual({
      url: "a",
      windows: { visual_units: 4, text_tokens: 64 },
      mask: [2],
      loop: true,
    });
    expect(entry.fps).toBe(2);
  });

  it("reaches no prototype", () => {
    mergePatch({}, JSON.parse('{"__proto__":{"evil":1},"constructor":{"prototype":{"evil":1}}}'));
    expect(({} as { evil?: number }).evil).toBeUndefined();
  });
});

describe("an address that comes over the API", () => {
  it.each(["rtsp://door/live", "RTSPS://door/live", "http://door/", "https://me:secret@door/"])(
    "may be %s",
    async (url) => {
      await expect(requireAllowed(url, {})).resolves.toBeUndefined();
    },
  );

  it("may be private where the policy says so", async () => {
    const refused = { code: "url_refused", message: expect.stringContaining("--allow-private-cameras") };
    for (const url of [
      "rtsp://192.168.1.20/live",
      "http://127.0.0.1/",
      "http://[::1]/",
      "http://2130706433/",
    ]) {
      await expect(requireAllowed(url, {})).rejects.toMatchObject(refused);
      await expect(requireAllowed(url, { allowPrivate: true })).resolves.toBeUndefined();
    }
    const network = { allowCameraHosts: ["192.168.1.0/24"] };
    await expect(requireAllowed("rtsp://192.168.1.20/live", network)).resolves.toBeUndefined();
    await expect(requireAllowed("rtsp://192.168.2.20/live", network)).rejects.toMatchObject(refused);
  });

  it.each([
    ...[
      "file:///etc/passwd",
      "/etc/passwd",
      "passwd",
      "-",
      "/dev/video0",
      "concat:a|b",
      "pipe:0",
      "http:",
      "",
    ],
    ...["udp://239.0.0.1:1234", "rtmp://door/live", "FILE://door/x", " rtsp", "http://"],
  ])("may not be %j", async (url) => {
    await expect(requireAllowed(url, {})).rejects.toMatchObject({ code: "url_refused", key: "url" });
  });
});
