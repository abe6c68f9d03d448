import { describe, expect, it } from "vitest";
import { tryOut } from "../../src/backends/local/trial.ts";
import { createEngine } from "../../src/backends/mod.ts";
import type { Backend, BackendReport, BackendStream, ModelInfo } from "../../src/engine/mod.ts";
import { ModelError } from "../../src/models/mod.ts";
import { EditedBundle } from "../support/edited-bundle.ts";
import { thinkalong } from "../support/program.ts";

// biome-ignore lint/suspicious/noExplicitAny: as in EditedBundle
type Edit = (manifest: any) => void;

describe("the trial of a model", () => {
  const model = { id: "m", width: 4, height: 4, fps: 2, framesPerUnit: 2, positionSchemes: [] };
  const info = { ...model, limits: {} } as unknown as ModelInfo;

  /** A backend that reports this when its stream ends, and what was done with it. */
  function backendThat(report: BackendReport | null, died: Promise<Error> = new Promise(() => {})) {
    const done: string[] = [];
    const stream = (tell: (report: BackendReport) => void): BackendStream => ({
      see: ({ frames }) => void done.push(`see ${frames.length}`),
      ask: () => done.push("ask"),
      cancel: () => {},
      end: () => report !== null && setImmediate(() => tell(report)),
      close: async () => void done.push("close"),
    });
    const backend: Backend = {
      ...{ model: info, died, close: async () => {} },
      open: (_id, _options, tell) => stream(tell),
    };
    return { backend, done };
  }

  it("shows it a unit, asks it a question, and closes the stream", async () => {
    const { backend, done } = backendThat({ type: "ended" });
    await tryOut(backend, "/m/bundle.json");
    expect(done).toEqual(["see 2", "ask", "close"]);
  });

  it("hears the beginning of an answer only, since a large model would take long for all of it", async () => {
    let cancelled = 0;
    const backend: Backend = {
      ...{ model: info, died: new Promise(() => {}), close: async () => {} },
      open: (_id, _options, tell) => {
        const say = () => {
          if (cancelled > 0) tell({ type: "ended" });
          else {
            tell({ type: "task.token", task: "thought_0", delta: "…" });
            tell({ type: "task.token", task: "trial_0", delta: "on and on " });
            setImmediate(say);
          }
        };
        return {
          see: () => {},
          ask: () => null,
          cancel: (task) => {
            if (task === "trial_0") cancelled++;
          },
          end: say,
          close: async () => {},
        };
      },
    };
    await tryOut(backend, "/m/bundle.json");
    expect(cancelled).toBe(1);
  });

  it("refuses a model that fails or dies, and says why", async () => {
    for (const { backend, done } of [
      backendThat({ type: "failed", message: "Reasoning failed: no." }),
      backendThat(null, Promise.resolve(new Error("Reasoning failed: no."))),
    ]) {
      await expect(tryOut(backend, "/m/bundle.json")).rejects.toMatchObject({
        name: "ModelError",
        code: "bundle_unusable",
        message: expect.stringMatching(/\/m\/bundle\.json .*Reasoning failed: no\.$/),
      });
      expect(done.at(-1)).toBe("close");
    }
  });
});

describe("a bundle.json that does not fit its graphs", () => {
  it.each<[string, string, string, Edit]>([
    ["heads × transformer.head_width is 48", "eyes.onnx", "graph_mismatch", (m) => (m.transformer.heads = 3)],
    ["head_width", "eyes.onnx", "graph_mismatch", (m) => (m.transformer.head_width = 24)],
    [
      "transformer.vocabulary is 130",
      "text.2.onnx",
      "graph_mismatch",
      (m) => (m.transformer.vocabulary = 130),
    ],
    ["transformer.vocabulary", "tokenizer.json", "bundle_invalid", (m) => (m.transformer.vocabulary = 100)],
    [
      "clock.tokens",
      "bundle.json",
      "bundle_invalid",
      (m) => (m.clock = { first_token: "<skip>", tokens: 200 }),
    ],
    ["vision.width is 64", "eyes.onnx", "graph_mismatch", (m) => (m.vision.width = 64)],
    ["vision.height is 64", "eyes.onnx", "graph_mismatch", (m) => (m.vision.height = 64)],
    ["vision.frames_per_unit is 3", "eyes.onnx", "graph_mismatch", (m) => (m.vision.frames_per_unit = 3)],
    ["vision.tokens_per_unit is 4", "eyes.onnx", "graph_mismatch", (m) => (m.vision.tokens_per_unit = 4)],
    ["vision.grid is 10", "eyes.onnx", "graph_mismatch", (m) => (m.vision.grid = 10)],
    ["vision.fps", "bundle.json", "bundle_invalid", (m) => (m.vision.fps = 1e9)],
    [
      "cache.visual_window_units",
      "bundle.json",
      "bundle_invalid",
      (m) => (m.cache.visual_window_units = 1e9),
    ],
    ["cache.text_window_tokens", "bundle.json", "bundle_invalid", (m) => (m.cache.text_window_tokens = 1e9)],
    ["thinking.question_tokens", "bundle.json", "bundle_invalid", (m) => (m.thinking.question_tokens = 1e9)],
  ])("is refused at start: %s, in %s", async (field, file, code, edit) => {
    await using bundle = await EditedBundle.copy();
    await bundle.manifest(edit);
    const error = await createEngine({ model: bundle.path }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(field) });
    expect((error as Error).message).toContain(bundle.file(file));
  });

  it("is refused by serve in one line, before anybody can connect", async () => {
    await using bundle = await EditedBundle.copy();
    await bundle.manifest((manifest) => (manifest.transformer.heads = 3));
    const { code, stdout, stderr } = await thinkalong(["serve", "--port", "0", "--model", bundle.path]).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: [^\n]*transformer\.heads[^\n]*\n$/);
  });
});
