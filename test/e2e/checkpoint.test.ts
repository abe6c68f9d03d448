import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createEngine } from "../../src/backends/mod.ts";
import { askOnPage, browserPath, launchBrowser, openPage } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import { EditedModel } from "../support/edited-model.ts";
import { makeTempDir, makeVideo } from "../support/media.ts";
import { thinkalong } from "../support/program.ts";
import { picture, startServer } from "../support/server.ts";
import { TinyModel } from "../support/tiny-model.ts";
import { WsClient } from "../support/ws-client.ts";

const FPS = 8;
const COLOURS = ["#c03020", "#2050c0", "#20a040", "#e0d020"];

/** Sends pictures at their rate, from a time on (ms). Colours change, or stay. */
async function film(client: WsClient, from: number, count: number, { startMs = 0, changes = true } = {}) {
  for (let i = 0; i < count; i++) {
    const seq = from + i;
    const colour = COLOURS[changes ? seq % COLOURS.length : 0]!;
    client.frame(await picture("jpeg", { colour }), seq, startMs + (1000 * i) / FPS);
    await new Promise((resolve) => setTimeout(resolve, 1000 / FPS));
  }
}

describe("a published checkpoint on this machine (tiny, with random weights)", () => {
  let dir: Awaited<ReturnType<typeof makeTempDir>>;
  let model: TinyModel;
  beforeAll(async () => {
    dir = await makeTempDir();
    model = await TinyModel.make("idefics3");
  });
  afterAll(async () => {
    await model[Symbol.asyncDispose]();
    await dir.remove();
  });

  const serve = async (path = model.path, files: { clientDir?: string } = {}) =>
    startServer(await createEngine({ model: path, wishes: { fps: FPS } }), files);

  it("serves a plain client: how it looks and why, instructions, thoughts, and two questions at once", async () => {
    await using server = await serve();
    const client = await WsClient.connect(server.url);
    const { session } = await client.next("session.created");
    expect(session).toMatchObject({ model: "tiny/idefics3", fps: FPS });
    expect(session.model_info).toMatchObject({
      takes_instructions: true,
      watches_scene: false,
      frames_per_unit: 1,
    });
    expect(session.model_info.tokens_per_frame).toBeGreaterThan(0);
    expect(session.model_info.chosen_because).toMatch(
      /tower takes .* ms for a unit of \d+ px.* looks at 8 frames/,
    );
    client.send({ type: "session.update", session: { instructions: "Tell me when the colour changes." } });
    expect((await client.next("session.updated")).session.instructions).toMatch(/colour/);
    await film(client, 0, 6);
    client.ask("Which colours have you seen so far, and in what order?", "first");
    client.ask("Is anything blue?", "second");
    await film(client, 6, 6, { startMs: (6 * 1000) / FPS });
    client.send({ type: "session.close" });
    expect((await client.closed()).code).toBe(1000);
    expect(client.all("error")).toEqual([]);
    const answers = client.all("response.done").filter(({ response }) => response.kind === "answer");
    const replies = client.all("response.created").flatMap(({ response }) => response.in_reply_to ?? []);
    expect(replies.toSorted()).toEqual(["first", "second"]);
    expect(answers).toHaveLength(2);
    for (const { response } of answers) expect(response.status).toMatch(/^(completed|incomplete)$/);
    expect(client.all("response.output_text.delta").length).toBeGreaterThan(0);
    const { totals } = client.all("session.closed")[0]!;
    const units = client.all("response.reasoning_text.done").map(({ unit }) => unit);
    expect(units).toEqual(units.map((_, i) => i));
    expect(totals).toMatchObject({ units: units.length, answers: 2 });
    expect(totals.units + totals.frames_dropped).toBe(12);
  });

  it("goes on with a camera that was stopped, and looks anew at what it shows then", async () => {
    await using server = await serve();
    const client = await WsClient.connect(server.url);
    await client.next("session.created");
    await film(client, 0, 8, { changes: false });
    await film(client, 8, 4, { startMs: 600_000, changes: false });
    client.ask("What do you see?");
    const answer = await client.next("response.done", ({ response }) => response.kind === "answer");
    expect(answer.response.status).toMatch(/^(completed|incomplete)$/);
    const thoughts = client.all("response.reasoning_text.done");
    const before = thoughts.filter(({ media_time_ms }) => media_time_ms < 600_000);
    const [after] = thoughts.filter(({ media_time_ms }) => media_time_ms >= 600_000);
    expect(before.map(({ skip_reason }) => skip_reason)).toContain("still");
    expect(after!.skip_reason).not.toBe("still");
    expect(client.all("error")).toEqual([]);
    client.socket.terminate();
  });

  it.each(["qwen2.5-vl", "qwen3-vl"])(
    "looks at pictures whose size changes in mid-stream (%s)",
    async (family) => {
      await using other = await TinyModel.make(family);
      await using server = await serve(other.path);
      const client = await WsClient.connect(server.url);
      const { session } = await client.next("session.created");
      expect(session.model_info).toMatchObject({ keeps_proportions: true, frames_per_unit: 2 });
      const sizes = [
        [64, 48],
        [64, 48],
        [48, 64],
        [640, 120],
        [40, 300],
        [64, 64],
        [1, 1],
        [64, 48],
      ] as const;
      for (const [seq, [width, height]] of sizes.entries()) {
        client.frame(
          await picture("jpeg", { width, height, colour: COLOURS[seq % 4]! }),
          seq,
          (1000 * seq) / FPS,
        );
        await new Promise((resolve) => setTimeout(resolve, 1000 / FPS));
      }
      client.ask("Was the picture ever upright?");
      client.send({ type: "session.close" });
      await client.closed();
      expect(client.all("error")).toEqual([]);
      expect(client.all("session.closed")[0]!.totals).toMatchObject({ units: 4, answers: 1 });
    },
  );

  it("replays a file, as lines for people and as JSON", async () => {
    const clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 6, fps: 5, size: "160x120" });
    const args = [
      "replay",
      clip,
      "--model",
      model.path,
      "--pace",
      "max",
      "--ask",
      "What is moving, and where? @2s",
    ];
    const [shown, json] = await Promise.all(
      [[], ["--json", "--instructions", "Tell me of colours."]].map(
        (more) => thinkalong([...args, ...more]).ended,
      ),
    );
    expect([shown!.code, shown!.stderr, json!.code, json!.stderr]).toEqual([0, "", 0, ""]);
    expect(shown!.stdout).toMatch(/On this machine the vision tower takes/);
    expect(shown!.stdout).toMatch(/6 units seen/);
    const events = json!.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.filter(({ type }) => type === "response.reasoning_text.done")).toHaveLength(6);
    expect(events.at(-1)).toMatchObject({ type: "session.closed", totals: { units: 6, answers: 1 } });
  });

  it("is refused in a line where its bundle is not in order", async () => {
    await using bad = await EditedModel.of(model.path);
    const starts: [folder: string, says: RegExp][] = [
      [
        await bad.copy("changed", (edit) => edit.flip("text.1.onnx")),
        /text\.1\.onnx is not the file that bundle\.json lists/,
      ],
      [
        await bad.copy("short", (edit) => edit.cut("embeddings.bin")),
        /embeddings\.bin has \d+ bytes, and bundle\.json lists/,
      ],
      [await bad.copy("swapped", (edit) => edit.replace("tower.onnx", "text.0.onnx")), /tower\.onnx/],
      [
        await bad.copy("narrow", (edit) =>
          edit.manifest((manifest) => (manifest.transformer.head_width += 2)),
        ),
        /bundle\.json/,
      ],
      [
        await bad.copy("future", (edit) =>
          edit.manifest((manifest) => (manifest.format = "thinkalong-bundle/9")),
        ),
        /format/,
      ],
      [
        await bad.copy("blind", (edit) =>
          edit.manifest((manifest) =>
            Object.assign(manifest, { vision: null, graphs: { ...manifest.graphs, tower: null } }),
          ),
        ),
        /has no eyes/,
      ],
    ];
    const ended = await Promise.all(
      starts.map(([folder]) => thinkalong(["serve", "--port", "0", "--model", folder]).ended),
    );
    for (const [i, { code, stdout, stderr }] of ended.entries()) {
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^error: \S.*\.\n$/);
      expect(stderr).toMatch(starts[i]![1]);
    }
  });

  it.skipIf(browserPath === null)("is shown by the page: a camera, and an answer", async () => {
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    await using server = await serve(model.path, { clientDir: BUILT_PAGE });
    const page = await openPage(browser, server.url);
    await page.getByRole("button", { name: "Webcam" }).click();
    await page.locator(".sees i").nth(5).waitFor({ state: "attached" });
    await askOnPage(page, "What do you see, and why?");
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await page.getByText("connected", { exact: true }).isVisible()).toBe(true);
  });
});
