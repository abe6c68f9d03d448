import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/backends/mod.ts";
import type { Engine } from "../../src/engine/mod.ts";
import { encodeFrameHeader } from "../../src/protocol/mod.ts";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { jpegsOf, SAMPLE_CLIP } from "../support/clips.ts";
import { eventually, pngHeader } from "../support/media.ts";
import { picture, startServer } from "../support/server.ts";
import { WsClient } from "../support/ws-client.ts";

describe("one server, while somebody else behaves badly", () => {
  let server: Awaited<ReturnType<typeof startServer<Engine>>>;
  let good: WsClient;
  let jpegs: Buffer[];
  let sent = 0;
  let camera: NodeJS.Timeout;

  // A well-behaved camera is on all the while.
  beforeAll(async () => {
    jpegs = await jpegsOf(SAMPLE_CLIP, 4, 10);
    // Sessions of clients that were cut off do not wait for them long.
    const limits = { resumeWindowMs: 500 };
    server = await startServer(await createEngine({ model: BUNDLED_MODEL }), { limits });
    good = await WsClient.connect(server.url);
    await good.next("session.created");
    camera = setInterval(() => {
      good.frame(jpegs[sent % jpegs.length]!, sent, sent * 250);
      sent++;
    }, 250);
  });
  afterAll(async () => {
    clearInterval(camera);
    await server[Symbol.asyncDispose]();
  });

  /** That the camera is still being thought about, without a word of complaint. */
  async function expectUnharmed(): Promise<void> {
    const until = (sent - 1) * 250;
    const { unit } = await good.next(
      "response.reasoning_text.done",
      ({ media_time_ms }) => media_time_ms >= until,
    );
    expect(good.all("response.reasoning_text.done").map((event) => event.unit)).toEqual(
      Array.from({ length: unit + 1 }, (_, i) => i),
    );
    expect(good.all("error")).toEqual([]);
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: "ok" });
  }

  const connect = async () => {
    const bad = await WsClient.connect(server.url);
    await bad.next("session.created");
    return bad;
  };

  it("a client that is cut off in the middle", async () => {
    for (let i = 0; i < 3; i++) {
      const bad = await connect();
      for (let seq = 0; seq < 4; seq++) bad.frame(jpegs[seq]!, seq, seq * 250);
      bad.ask("what happened last?");
      await bad.next("response.created");
      bad.socket.terminate();
    }
    await eventually(async () => {
      const ready = (await (await fetch(`${server.url}/readyz`)).json()) as { sessions: number };
      return ready.sessions === 1;
    }, "only the camera's session is left");
    await expectUnharmed();
  });

  it.each<[string, string | (() => Promise<Uint8Array>), string]>([
    ["text that is no JSON", "{ what", "invalid_json"],
    ["text that is no message", "[1, 2]", "invalid_message"],
    ["a message of no known type", '{"type":"session.hijack"}', "unknown_type"],
    ["bytes that are no picture", async () => randomBytes(5000), "image_unsupported_type"],
    ["no bytes", async () => new Uint8Array(0), "image_undecodable"],
    [
      "a broken header",
      async () => encodeFrameHeader({ seq: 1, captureTimeMs: 1 }).subarray(0, 9),
      "invalid_frame_header",
    ],
    ["a picture that is cut off", async () => jpegs[0]!.subarray(0, 3000), "image_undecodable"],
    ["a PNG of 20000 × 20000 px", async () => pngHeader(20_000, 20_000), "image_too_many_pixels"],
  ])("%s gets one clear error, and the session goes on", async (_, message, code) => {
    const bad = await connect();
    bad.socket.send(typeof message === "string" ? message : await message());
    const { error } = await bad.next("error");
    expect(error).toMatchObject({ code, fatal: false });
    expect(error.message).toMatch(/\w{3}/);
    // It can still be put right: the next pictures are looked at.
    for (let seq = 10; bad.all("response.reasoning_text.done").length === 0; seq++) {
      bad.frame(jpegs[seq % jpegs.length]!, seq, 10_000 + seq * 250);
      await sleep(100);
    }
    expect(bad.all("error")).toHaveLength(1);
    bad.socket.close();
    await expectUnharmed();
  });

  it("a picture of one pixel is a picture", async () => {
    const bad = await connect();
    const dot = await picture("png", { width: 1, height: 1 });
    for (let seq = 0; bad.all("response.reasoning_text.done").length === 0; seq++) {
      bad.frame(dot, seq, seq * 250);
      await sleep(100);
    }
    expect(bad.all("error")).toEqual([]);
    bad.socket.close();
    await expectUnharmed();
  });

  it("a message that is too large ends its own socket, with the code for that", async () => {
    const bad = await connect();
    bad.socket.send(Buffer.alloc(9 * 2 ** 20));
    expect((await bad.closed()).code).toBe(1009);
    await expectUnharmed();
  });

  it("a flood of pictures loses its own pictures only", async () => {
    const bad = await connect();
    for (let seq = 0; seq < 300; seq++) bad.frame(jpegs[seq % jpegs.length]!, seq, seq * 250);
    bad.send({ type: "session.close" });
    const { totals } = await bad.next("session.closed");
    expect(totals.frames_in).toBe(300);
    expect(bad.all("input_video_frame.dropped").length).toBe(totals.frames_dropped);
    await expectUnharmed();
  });
});
