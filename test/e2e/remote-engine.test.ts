import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createRemoteEngine, type RemoteEngineOptions } from "../../src/backends/mod.ts";
import { askOnPage, browserPath, launchBrowser, openPage } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import { jpegsOf, SAMPLE_CLIP, SAMPLE_DIR } from "../support/clips.ts";
import {
  contentType,
  cut,
  endEarly,
  endless,
  type Fault,
  garble,
  hangUp,
  html,
  slow,
  split,
  stall,
  status,
  withoutUsage,
} from "../support/faults.ts";
import { hasLlama, type LlamaServer, startLlamaServer } from "../support/llama-server.ts";
import { eventually, makeTempDir, makeVideo } from "../support/media.ts";
import { thinkalong } from "../support/program.ts";
import { startServer } from "../support/server.ts";
import { UnreliableProxy } from "../support/unreliable-proxy.ts";
import { WsClient } from "../support/ws-client.ts";

const wishes = { fps: 2, side: 128 };

describe.skipIf(!hasLlama || !existsSync(SAMPLE_CLIP))("a remote engine on real llama.cpp servers", () => {
  let llama: LlamaServer;
  let pictures: Buffer[];
  beforeAll(async () => {
    llama = await startLlamaServer();
    pictures = await jpegsOf(SAMPLE_CLIP, 2, 12);
  });
  afterAll(() => llama[Symbol.asyncDispose]());

  const serve = async (options: Partial<RemoteEngineOptions> = {}) =>
    startServer(await createRemoteEngine({ baseUrls: [llama.url], wishes, ...options }));

  /** Sends pictures one at a time, each when the one before has been thought about. */
  const send = async (client: WsClient, from: number, to: number) => {
    for (let seq = from; seq < to; seq++) {
      client.frame(pictures[seq % pictures.length]!, seq, 500 * seq);
      const { skip_reason } = await client.next("response.reasoning_text.done", ({ unit }) => unit === seq);
      // What is skipped takes no time, and frames that come faster than in time are dropped.
      if (skip_reason === "unavailable") await sleep(500);
    }
  };

  it("serves a plain client: settings, thoughts, an answer, what it cost; most of each prompt is in the prefix cache", async () => {
    await using server = await serve();
    const client = await WsClient.connect(server.url);
    const { session } = await client.next("session.created");
    expect(session.model_info).toMatchObject({ takes_instructions: true, keeps_proportions: true, fps: 2 });
    expect(session.model_info.chosen_because).toMatch(/looks at 2 frames a second/);
    expect(session.model_info.tokens_per_frame).toBeGreaterThan(0);
    client.send({
      type: "session.update",
      session: { instructions: "Tell me of cars.", windows: { visual_units: 10 } },
    });
    await send(client, 0, 24);
    client.ask("What do you see?");
    await client.next("response.output_text.done");
    client.send({ type: "session.close" });
    await client.closed();
    const { totals } = client.all("session.closed")[0]!;
    expect(totals).toMatchObject({ units: 24, answers: 1 });
    expect(client.all("error")).toEqual([]);
    const { usage } = client.all("session.stats").at(-1)!.stats;
    const { prefilled_per_minute, cached_per_minute, generated_per_minute } = usage.narrator;
    expect(generated_per_minute).toBeGreaterThan(0);
    expect(cached_per_minute! / (cached_per_minute! + prefilled_per_minute!)).toBeGreaterThanOrEqual(0.6);
    expect(usage.answers.generated_per_minute).toBeGreaterThan(0);
  });

  it("survives the death of its server in mid-answer, and goes on when it is back", async () => {
    await using own = await startLlamaServer();
    await using proxy = await UnreliableProxy.start(own.url);
    await using server = await serve({ baseUrls: [proxy.url] });
    const client = await WsClient.connect(server.url);
    await send(client, 0, 2);
    proxy.inject(stall(3), { times: 1, path: "/v1/chat" });
    client.ask("What do you see?");
    await eventually(() => proxy.open > 0, "the answer is under way");
    await own.kill();
    const { response } = await client.next("response.done", (event) => event.response.kind === "answer");
    expect(response).toMatchObject({
      status: "failed",
      status_details: { code: expect.stringMatching(/^remote_/) },
    });
    await send(client, 2, 4);
    expect((await client.next("session.model")).status).toBe("unavailable");
    await own.restart();
    let seq = 4;
    await eventually(
      async () => {
        await send(client, seq, seq + 1);
        seq++;
        return client.all("session.model").at(-1)!.status === "available";
      },
      "the model is back",
      30_000,
    );
    client.ask("What do you see?");
    await client.next(
      "response.done",
      (event) => event.response.kind === "answer" && event.response.status !== "failed",
    );
    client.socket.terminate();
  });

  it("goes on, and says what is wrong, whatever its server does", async () => {
    const passing: Fault[] = [
      slow(300),
      split(1),
      withoutUsage(),
      contentType("text/plain"),
      status(429, { retryAfter: "0" }),
    ];
    const failing: Fault[] = [
      status(500),
      html(),
      garble(2),
      cut(2),
      endEarly(2),
      hangUp(),
      endless(2),
      stall(2),
      status(404),
    ];
    await using proxy = await UnreliableProxy.start(llama.url);
    const limits = { firstTokenTimeoutMs: 3000, tokenTimeoutMs: 1000, requestTimeoutMs: 5000 };
    await using server = await serve({ baseUrls: [proxy.url], ...limits });
    const client = await WsClient.connect(server.url);
    await send(client, 0, 1);
    /** Asks a question that meets a fault, once or each time. */
    const answerWith = async (fault: Fault, times: number) => {
      const before = client.all("response.output_text.done").length;
      proxy.inject(fault, { times, path: "/v1/chat" });
      client.ask("What do you see?");
      const isAnswer = () => client.all("response.done").filter(({ response }) => response.kind === "answer");
      await eventually(() => isAnswer().length > before, "the answer has ended", 60_000);
      proxy.heal();
      return isAnswer().at(-1)!.response;
    };
    for (const fault of passing) expect((await answerWith(fault, 1)).status).not.toBe("failed");
    for (const fault of failing) {
      const { status: outcome, status_details } = await answerWith(fault, Number.POSITIVE_INFINITY);
      if (outcome === "failed")
        expect(status_details).toMatchObject({
          code: expect.stringMatching(/^remote_/),
          message: expect.stringMatching(/[.”]$/),
        });
    }
    // It thinks on, and nothing has ended the session.
    let seq = 1;
    await eventually(
      async () => {
        await send(client, seq, seq + 1);
        seq++;
        return client.all("response.reasoning_text.done").at(-1)!.skip_reason !== "unavailable";
      },
      "it thinks again",
      60_000,
    );
    expect(client.all("error")).toEqual([]);
    await eventually(() => proxy.open === 0, "nothing is left at the server");
    client.socket.terminate();
  });

  it("goes on with the other server when one of two dies, without a word", async () => {
    await using other = await startLlamaServer();
    await using server = await serve({ baseUrls: [other.url, llama.url] });
    const client = await WsClient.connect(server.url);
    await send(client, 0, 3);
    await other.kill();
    await send(client, 3, 6);
    client.ask("What do you see?");
    const { response } = await client.next("response.done", (event) => event.response.kind === "answer");
    expect(response.status).not.toBe("failed");
    expect(client.all("session.model")).toEqual([]);
    expect(client.all("response.reasoning_text.done").map(({ skip_reason }) => skip_reason)).not.toContain(
      "unavailable",
    );
    client.socket.terminate();
  });

  it("replays a file on the command line, in free words", async () => {
    const args = [
      "--engine",
      "openai",
      "--base-url",
      llama.url,
      "--frame-rate",
      "1",
      "--picture-size",
      "128",
    ];
    const told = ["--instructions", "Tell me of cars.", "--ask", "What do you see? @9s", "--pace", "max"];
    const dir = await makeTempDir();
    const clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 10, fps: 5, size: "160x120" });
    const { code, stdout, stderr } = await thinkalong(["replay", clip, ...args, ...told]).ended;
    await dir.remove();
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/What do you see\? \w+/);
    expect(stdout).toMatch(/10 units seen/);
  });

  it.skipIf(browserPath === null)("is shown by the page", async () => {
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const engine = await createRemoteEngine({ baseUrls: [llama.url], wishes });
    await using server = await startServer(engine, { clientDir: BUILT_PAGE, sampleDir: SAMPLE_DIR });
    const page = await openPage(browser, server.url);
    await page.locator(".sees i").nth(3).waitFor({ state: "attached" });
    const answered = await askOnPage(page, "What do you see, and why?");
    expect(await answered.locator(".answer").textContent()).toMatch(/\w/);
    expect(await page.getByRole("alert").count()).toBe(0);
  });
});
