import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type CameraSourceOptions, cameraSource } from "../../../src/streams/mod.ts";
import { type TakenIn, takeIn } from "../../support/intake.ts";
import { eventually, ffmpeg, makeTempDir, makeVideo } from "../../support/media.ts";
import { picture } from "../../support/server.ts";
import { SnapshotServer } from "../../support/snapshot-server.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeAll(async () => {
  dir = await makeTempDir();
});
afterAll(() => dir.remove());

function start(options: CameraSourceOptions, fps = 20): TakenIn {
  const { taken, stop } = takeIn(cameraSource(options), { width: 32, height: 32, fps });
  onTestFinished(() => stop("now"));
  return taken;
}

describe("a camera as a source", () => {
  it("that gives snapshots is waited for, does not stall while it answers, and goes on after it was gone", async () => {
    await using server = new SnapshotServer();
    await server.listen();
    server.picture = await picture("jpeg", { colour: "red" });
    server.access = { user: "me", password: "secret", scheme: "Digest" };
    const url = `${server.url.replace("//", "//me:secret@")}/snap.jpg`;
    await server.die();
    const waits = { firstMs: 50, mostMs: 100 };
    const taken = start({
      url,
      interval: 50,
      reconnect: waits,
      stalledAfterMs: 300,
    });
    await eventually(() => taken.states.at(-1) === "reconnecting", "it is waited for");
    await server.listen();
    await eventually(() => taken.states.at(-1) === "live", "it is there");
    const asked = server.requests;
    await eventually(() => server.requests > asked + 12, "it answers, always with the same picture");
    expect(taken.frames).toHaveLength(1);
    await server.die();
    await eventually(() => taken.states.at(-1) === "reconnecting", "it is lost");
    server.picture = await picture("jpeg", { colour: "blue" });
    await server.listen();
    await eventually(() => taken.frames.length === 2, "it is back");
    const { frames, changes, gaps, problems, states } = taken;
    expect(states).toEqual(["connecting", "reconnecting", "live", "reconnecting", "live"]);
    expect(gaps).toMatchObject([{ fromMs: 0, toMs: frames[1]!.mediaTimeMs }]);
    expect(problems).toEqual([]);
    expect(JSON.stringify([changes, gaps])).not.toContain("secret");
  });

  it("that is a file ends, or goes on with loop, and has a larger picture for people", async () => {
    const url = await makeVideo(join(dir.path, "clip.mkv"), { seconds: 1, size: "1280x720" });
    const once = start({ url });
    await eventually(() => once.isEnded, "it has ended");
    expect(once.states).toEqual(["connecting", "live", "ended"]);
    expect(once.frames[0]!.size).toEqual({ width: 640, height: 360 });
    const again = start({ url, loop: true });
    await eventually(() => again.frames.length > 25, "it is played again");
    expect(again.states).toEqual(["connecting", "live"]);
  });

  it("that cannot be mended by waiting is an error", async () => {
    for (const [url, code] of [
      [join(dir.path, "none.mp4"), "file_not_found"],
      ["gopher://127.0.0.1/cam", "unsupported_protocol"],
      ["http://", "url_invalid"],
      ["/dev/video987", process.platform === "linux" ? "device_unavailable" : "file_not_found"],
    ] as const) {
      const taken = start({ url });
      await eventually(() => taken.isEnded, "it has failed");
      expect([url, taken.problems, taken.states]).toEqual([url, [code], ["connecting", "ended"]]);
    }
  });

  it("gives out nothing that lies under a mask, not even scaled by ffmpeg", async () => {
    const mask = [
      [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.5, 0.75],
      ],
    ] as const;
    const render = async (name: string, under: string) => {
      const path = join(dir.path, name);
      // Two pictures that differ only inside the polygon (a little inside of it, because the codec is lossless).
      const inside = "gt(Y,0.27*H)*lt(Y,0.25*H+(0.48-2*abs(X/W-0.5))*H)";
      const graph = `testsrc2=size=320x180:rate=4:duration=1,format=rgb24,geq=r='if(${inside},${under},r(X,Y))':g='g(X,Y)':b='if(${inside},255-${under},b(X,Y))'`;
      await ffmpeg("-f", "lavfi", "-i", graph, "-c:v", "ffv1", "-pix_fmt", "gbrp", path);
      return path;
    };
    const seen = async (path: string, masked: boolean) => {
      const taken = start({ url: path, pictureSide: 150, ...(masked && { mask }) }, 4);
      await eventually(() => taken.isEnded, "it has ended");
      return await Promise.all(
        taken.frames.map(async (frame) => [
          await frame.rgb(32, 32),
          await frame.rgb(57, 41),
          await frame.jpeg(640),
        ]),
      );
    };
    const [red, blue] = [await render("red.mkv", "255"), await render("blue.mkv", "0")];
    expect(await seen(red, false)).not.toEqual(await seen(blue, false));
    const masked = await seen(red, true);
    expect(masked.length).toBeGreaterThan(2);
    expect(masked).toEqual(await seen(blue, true));
  });
});
