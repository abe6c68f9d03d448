/**
 * Cameras whose URLs come from somebody who is not trusted. 127.0.0.1 plays a public address, 127.0.0.2 a private one.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { firstValueFrom } from "rxjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  cameraDuration,
  type NetworkPolicy,
  type OpenCameraOptions,
  openCamera,
} from "../../src/ingest/mod.ts";
import { contentOf } from "../../src/ingest/sends-pictures.ts";
import { fetchWithin } from "../../src/ingest/video-route.ts";
import { Listener } from "../support/listener.ts";
import { eventually } from "../support/media.ts";
import { names } from "../support/names.ts";
import { picture } from "../support/server.ts";

const lookup = names({ "cam.test": ["127.0.0.1"], "inside.test": ["127.0.0.2"] });
const network: NetworkPolicy = { lookup, allowCameraHosts: ["127.0.0.1"] };
const options: OpenCameraOptions = { width: 8, height: 6, fps: 50, pace: "max", network };
const here = fileURLToPath(import.meta.url);
const red = await picture("jpeg", { colour: "red" });

let forbidden: Listener;
beforeEach(async () => {
  forbidden = await Listener.forbidden();
});
afterEach(async () => {
  expect(forbidden.connections, "nobody connected to what is forbidden").toBe(0);
  await forbidden[Symbol.asyncDispose]();
});

const failure = (input: string, more: Partial<OpenCameraOptions> = {}) =>
  firstValueFrom(openCamera(input, { ...options, ...more })).then(
    () => expect.unreachable("it gave a frame"),
    (error: { code: string }) => error.code,
  );

describe("a camera with a network policy", () => {
  it.each([
    ...[here, dirname(here), `file://${here}`, "nothing-here.mp4", "-", "/dev/video0"],
    ...[
      "rtmp://cam.test/live",
      "srt://cam.test:1",
      "udp://cam.test:1",
      "rtp://cam.test:1",
      "ftp://cam.test/a",
    ],
  ])("is no %s", async (input) => {
    expect(await failure(input)).toBe("unsupported_protocol");
    for (const kind of ["video", "snapshot", "images"] as const)
      expect(await failure(input, { kind })).toBe("unsupported_protocol");
    expect(await failure(input, { watch: true })).toBe("unsupported_protocol");
    await expect(cameraDuration(input, { network })).rejects.toMatchObject({ code: "unsupported_protocol" });
  });

  it("cannot be read over UDP, which no relay checks", async () => {
    expect(await failure("rtsp://cam.test/1", { transport: "udp" })).toBe("option_out_of_range");
  });

  it("gives snapshots from an allowed address", async () => {
    await using camera = await Listener.http((_, response) => {
      response.writeHead(200, { "content-type": "image/jpeg" }).end(red);
    });
    const frame = await firstValueFrom(openCamera(`http://cam.test:${camera.port}/snap`, options));
    expect(Buffer.from(await frame.jpeg(1000))).toEqual(red);
  });

  it.each(["redirected", "named"])("gives no snapshot from a private address, %s", async (way) => {
    const secret = `http://inside.test:${forbidden.port}/snap`;
    await using camera = await Listener.http((_, response) => {
      response.writeHead(302, { location: secret }).end();
    });
    const url = way === "named" ? secret : `http://${camera.host}/snap`;
    expect(await failure(url, { kind: "snapshot" })).toBe("address_forbidden");
    expect(await failure(url, { intervalMs: 20 })).toBe("address_forbidden");
  });

  it("is asked what it sends, and let go then", async () => {
    await using camera = await Listener.http((_, response) => {
      response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=next" });
      response.write("--next\r\n");
    });
    const { signal } = new AbortController();
    const url = `http://user:password@cam.test:${camera.port}/`;
    expect(await contentOf(url, fetchWithin(network), signal)).toBe("pictures");
    await eventually(() => camera.open === 0, "the connection is closed");
  });

  it("is not asked what it sends at a private address", async () => {
    const { signal } = new AbortController();
    const url = `http://inside.test:${forbidden.port}/`;
    expect(await contentOf(url, fetchWithin(network), signal)).toBe("unknown");
  });
});
