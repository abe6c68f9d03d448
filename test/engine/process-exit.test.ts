import { describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { EditedBundle } from "../support/edited-bundle.ts";
import { runScript } from "../support/program.ts";

const open = (model = TINY_BUNDLE) => `
  import { createEngine } from "src/backends/mod.ts";
  import { RgbFrame } from "src/ingest/mod.ts";
  const engine = await createEngine({ model: ${JSON.stringify(model)} });
  const { width, height, fps } = engine.model;
  const push = (stream, seq) => stream.push(new RgbFrame(
    { seq, mediaTimeMs: seq * 1000 / fps, arrivedAtMs: performance.now() },
    { width, height, data: new Uint8Array(width * height * 3).fill(seq * 9) },
  ));`;

/** Nothing holds the process: it ends by itself, without a call of `process.exit`. */
async function expectToExit(source: string): Promise<void> {
  expect(await runScript(source)).toMatchObject({ code: 0, signal: null, stderr: "" });
}

describe("a process with an engine exits by itself", () => {
  it("when the engine is closed unused", async () => {
    await expectToExit(`${open()} await engine.close();`);
  });

  it("when it is closed in the middle of work on several streams", async () => {
    await expectToExit(`${open()}
      const streams = Array.from({ length: 4 }, () => engine.openStream({ maxInflightFrames: 100 }));
      for (const stream of streams) {
        for (let seq = 0; seq < 60; seq++) push(stream, seq);
        stream.ask("what is moving");
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      await engine.close();`);
  });

  it("when it is closed right after a stream was opened and fed", async () => {
    await expectToExit(`${open()}
      const stream = engine.openStream();
      push(stream, 0);
      push(stream, 1);
      await engine.close();`);
  });

  it("when its model could not be loaded", async () => {
    await using broken = await EditedBundle.copy();
    await broken.replace("text.1.onnx", Buffer.from("not a graph"));
    const source = open(broken.path).replace(
      "});",
      "}).catch(({ code }) => { console.log(code); return null; });",
    );
    const { stdout, code } = await runScript(source.slice(0, source.indexOf("const { width")));
    expect([stdout.trim(), code]).toEqual(["graph_mismatch", 0]);
  });
});
