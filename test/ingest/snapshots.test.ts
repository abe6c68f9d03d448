import type { Subscription } from "rxjs";
import { afterEach, describe, expect, it } from "vitest";
import { type Frame, type IngestError, type OpenCameraOptions, openCamera } from "../../src/ingest/mod.ts";
import { eventually } from "../support/media.ts";
import { picture } from "../support/server.ts";
import { SnapshotServer } from "../support/snapshot-server.ts";

const options: OpenCameraOptions = { width: 8, height: 6, fps: 50, pace: "realtime", intervalMs: 20 };
const [red, green, blue] = await Promise.all(
  ["red", "green", "blue"].map((colour) => picture("jpeg", { colour })),
);
const watching: Subscription[] = [];
afterEach(() => {
  for (const each of watching.splice(0)) each.unsubscribe();
});

function watch(url: string, more: Partial<OpenCameraOptions> = {}) {
  const frames: Frame[] = [];
  const errors: IngestError[] = [];
  const problems: IngestError[] = [];
  let alive = 0;
  const camera = openCamera(url, {
    ...options,
    onProblem: (problem) => problems.push(problem),
    onAlive: () => alive++,
    ...more,
  });
  watching.push(
    camera.subscribe({ next: (frame) => frames.push(frame), error: (error) => errors.push(error) }),
  );
  return { frames, errors, problems, alive: () => alive };
}

async function server(shows = red!): Promise<SnapshotServer> {
  const started = new SnapshotServer();
  await started.listen();
  started.picture = shows;
  return started;
}

describe("a camera that gives one picture at a time", () => {
  it.each([true, false])(
    "is asked again and again, and only a new picture is a frame (marked: %s)",
    async (marks) => {
      await using camera = await server();
      camera.marks = marks;
      const { frames, alive } = watch(`${camera.url}/snap.jpg`);
      await eventually(() => alive() > 5, "it is asked again");
      expect(frames).toHaveLength(1);
      camera.picture = green!;
      await eventually(() => frames.length === 2, "the new picture is seen");
      const asked = alive();
      await eventually(() => alive() > asked + 3, "it is asked again");
      expect(frames.map(({ seq }) => seq)).toEqual([0, 1]);
      expect(frames[0]!.mediaTimeMs).toBe(0);
      expect(frames[1]!.mediaTimeMs).toBeGreaterThan(50);
      expect(Buffer.from(await frames[1]!.jpeg(1000))).toEqual(green);
      if (marks) expect(camera.sent).toBe(2);
      else expect(camera.sent).toBeGreaterThan(8);
    },
  );

  it("is known by what its server says", async () => {
    await using camera = await server();
    const { frames } = watch(`${camera.url}/cgi-bin/image`, { intervalMs: undefined });
    await eventually(() => frames.length === 1, "it is seen");
  });

  it.each(["Basic", "Digest"] as const)("may want a password (%s)", async (scheme) => {
    await using camera = await server();
    camera.access = { user: "me", password: "p@ss:w%rd", scheme };
    const address = (password: string) => camera.url.replace("//", `//me:${encodeURIComponent(password)}@`);
    const { frames, alive } = watch(address("p@ss:w%rd"));
    await eventually(() => alive() > 3, "it is asked again");
    expect(frames).toHaveLength(1);
    // A % as it is.
    const raw = watch(camera.url.replace("//", "//me:p%40ss:w%rd@"));
    await eventually(() => raw.frames.length > 0, "it is seen");
    const { errors } = watch(address("wrong"));
    await eventually(() => errors.length > 0, "it is refused");
    expect(errors[0]).toMatchObject({ code: "url_refused", status: 401 });
    expect(errors[0]!.message).toContain("Check the user name and password");
    expect(errors[0]!.message).not.toContain("wrong");
  });

  it("goes on after a broken picture, which is told, and fails when there are only such", async () => {
    await using camera = await server();
    const { frames, problems, errors } = watch(camera.url, { stallTimeoutMs: 400 });
    await eventually(() => frames.length === 1, "it is seen");
    camera.picture = red!.subarray(0, 100);
    await eventually(() => problems.length > 0, "it is told");
    camera.picture = blue!;
    await eventually(() => frames.length === 2, "it is seen again");
    expect(errors).toEqual([]);
    camera.picture = Buffer.from("<html>Please log in</html>");
    await eventually(() => errors.length > 0, "it fails");
    expect(errors[0]!.code).toBe("image_unsupported_type");
  });

  it("that is not there, or says no, is an error", async () => {
    const camera = await server();
    camera.status = 404;
    const refused = watch(camera.url);
    await eventually(() => refused.errors.length > 0, "it is refused");
    expect(refused.errors[0]).toMatchObject({ code: "url_refused", status: 404 });
    const { url } = camera;
    await camera.die();
    const gone = watch(url);
    await eventually(() => gone.errors.length > 0, "it is gone");
    expect(gone.errors[0]).toMatchObject({ code: "url_unreachable", status: null });
    expect(gone.errors[0]!.message).toMatch(/cannot be reached.*\([A-Z_]+\)/);
  });
});
