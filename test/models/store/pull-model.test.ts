import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BUNDLED_MODEL, ModelError } from "../../../src/models/mod.ts";
import {
  ModelStore,
  type PullOptions,
  type PullStep,
  pullModel,
  resolveModel,
} from "../../../src/models/store/mod.ts";
import { TINY_BUNDLE } from "../../support/bundles.ts";
import { at, breaksAfter, HubServer, refuse, times } from "../../support/hub-server.ts";
import { makeTempDir } from "../../support/media.ts";
import { PlainConverter, safetensors } from "../../support/plain-converter.ts";

const WEIGHTS = "model.safetensors";
const weights = safetensors(randomBytes(300_000));
const FILES = {
  "config.json": '{"model_type":"tiny"}',
  "tokenizer.json": "{}",
  "README.md": "---\nlicense: apache-2.0\n---\n",
  [WEIGHTS]: weights,
};
const ID = "acme/tiny-vlm";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let hub: HubServer;
let converter: PlainConverter;
let store: ModelStore;
let steps: PullStep[];
const home = () => join(dir.path, "home/models");

beforeEach(async () => {
  dir = await makeTempDir();
  hub = await HubServer.start(FILES);
  converter = new PlainConverter();
  store = new ModelStore(home());
  steps = [];
});
afterEach(async () => {
  await hub.die();
  await dir.remove();
});

const pull = (what = ID, more: Partial<PullOptions> = {}) =>
  pullModel(what, {
    ...{ store, converter, weights: "q8", signal: new AbortController().signal },
    settings: { endpoint: hub.url, token: null, cacheDir: join(dir.path, "cache"), offline: false },
    waits: { mostTries: 2, firstMs: 5, longestMs: 1_000 },
    tell: (step) => steps.push(step),
    ...more,
  });
const failure = async (pulled: Promise<unknown>): Promise<ModelError> => {
  const error = await pulled.then(
    () => new Error("It did not fail."),
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ModelError);
  expect(error.message).toMatch(/^\S.*\.$/s);
  return error;
};
/** All files and folders of the store but its locks. */
const kept = async () =>
  (await readdir(home(), { recursive: true }).catch(() => []))
    .filter((path) => !path.startsWith(".locks") && path !== ".unfinished")
    .sort();
const WHOLE = ["bundle.json", "pulled.json", "text.0.onnx"];
const TREE = ["acme--tiny-vlm", "acme--tiny-vlm/q8", ...WHOLE.map((name) => `acme--tiny-vlm/q8/${name}`)];
const folder = async (path = join(dir.path, "my-model")) => {
  await mkdir(path, { recursive: true });
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(path, name), content);
  return path;
};

describe("pulling a model", () => {
  it("fetches, converts and keeps it", async () => {
    const { model, wasThere } = await pull();
    expect([wasThere, model.dir]).toEqual([false, join(home(), "acme--tiny-vlm/q8")]);
    expect(model).toMatchObject({
      manifest: { id: ID, revision: hub.commit, license: "apache-2.0", weights: "q8" },
      origin: { source: hub.url, revision: "main" },
      bytes: weights.length,
    });
    expect((await readFile(join(model.dir, "text.0.onnx"))).equals(weights)).toBe(true);
    expect(await kept()).toEqual(TREE);
  });

  it("says what it will take before the weights are fetched, from their true headers", async () => {
    converter.forecast = { bytes: 5_000, graphBytes: 4_000, license: "mit" };
    const atPlan: number[] = [];
    const tell = (step: PullStep) => step.type === "planned" && atPlan.push(converter.done.length);
    await pull(ID, { tell, memory: 10_000, free: async () => 2 ** 30 });
    expect(atPlan).toEqual([0]);
    expect(converter.measured).toHaveLength(1);
    await pull(ID, { weights: "q4", memory: 10_000, free: async () => 2 ** 30 });
    expect(steps.find(({ type }) => type === "planned")).toEqual({
      type: "planned",
      plan: {
        ...{ id: ID, revision: hub.commit, license: "mit", weightBytes: weights.length },
        ...{ missingBytes: 0, bundleBytes: 5_000, leastMemoryBytes: 4_000, memoryBytes: 10_000 },
        freeBytes: 2 ** 30,
      },
    });
    expect(steps.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["looking", "planned", "converting"]),
    );
  });

  it.each<[string, Partial<PullOptions>, string, RegExp]>([
    ["memory", { memory: 899 }, "memory_too_small", /900 bytes of memory, and there are 899 bytes.*--force/],
    ["disk", { free: async () => 64 * 2 ** 20 + 300_000 }, "disk_full", /301 kB on the disk .*free/],
  ])(
    "is refused before the weights are fetched where there is too little %s",
    async (_, few, code, words) => {
      const error = await failure(pull(ID, few));
      expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
      expect(hub.downloads(WEIGHTS).length).toBeLessThanOrEqual(1);
      expect(await kept()).toEqual([]);
      expect(steps.map(({ type }) => type)).toEqual(["looking", "planned"]);
    },
  );

  it("goes on with too little memory when that is forced", async () => {
    expect((await pull(ID, { memory: 1, force: true })).wasThere).toBe(false);
  });

  it("refuses an unsupported one by its config.json alone", async () => {
    hub.put("config.json", Buffer.from('{"model_type":"qwen3_5"}'));
    expect((await failure(pull())).code).toBe("checkpoint_unsupported");
    expect(hub.requests.filter(({ path }) => path.includes("/resolve/")).map(({ path }) => path)).toEqual([
      expect.stringMatching(/config\.json$/),
    ]);
  });

  it("neither fetches nor converts what is there, also after the cache is gone", async () => {
    await pull();
    const before = hub.downloads(WEIGHTS).length;
    await rm(join(dir.path, "cache"), { recursive: true });
    expect((await pull()).wasThere).toBe(true);
    expect((await pull(`${ID}@${hub.commit}`)).wasThere).toBe(true);
    expect([converter.done.length, hub.downloads(WEIGHTS).length]).toEqual([1, before]);
  });

  it("replaces an older commit, and keeps other widths", async () => {
    await pull();
    await pull(ID, { weights: "q4" });
    const first = hub.commit;
    Object.assign(hub, { commit: "f".repeat(40) });
    const { model } = await pull();
    expect(model.manifest.revision).not.toBe(first);
    expect((await store.list()).installed.map(({ manifest }) => manifest.weights)).toEqual(["q4", "q8"]);
    expect(await store.find({ id: ID, revision: "fffffff" })).toMatchObject({ dir: model.dir });
  });

  it.each([
    [
      "a broken download",
      async () => void hub.faults.push(times(2, at(WEIGHTS, breaksAfter(100_000))), at(WEIGHTS, refuse(503))),
    ],
    [
      "a failed conversion",
      async () => {
        converter.midway = async () => {
          throw new ModelError("checkpoint_invalid", "A tensor is missing.");
        };
      },
    ],
  ])("leaves nothing half-made after %s, and the older model in its place", async (_, goWrong) => {
    await pull();
    Object.assign(hub, { commit: "f".repeat(40) });
    hub.put(WEIGHTS, safetensors(randomBytes(350_000)));
    await goWrong();
    await failure(pull());
    expect(await kept()).toEqual(TREE);
    expect((await store.find({ id: ID, revision: null }))?.manifest.revision).not.toBe(hub.commit);
  });

  it("ends at once when it is aborted while it converts, and leaves nothing", async () => {
    const stop = new AbortController();
    converter.midway = async () => stop.abort(new Error("enough"));
    await expect(pull(ID, { signal: stop.signal })).rejects.toThrow("enough");
    expect(await kept()).toEqual([]);
  });

  it("cleans up what a killed one has left", async () => {
    await mkdir(join(home(), ".unfinished/acme--tiny-vlm/new"), { recursive: true });
    await writeFile(join(home(), ".unfinished/acme--tiny-vlm/new/text.0.onnx"), "half");
    await pull();
    expect(await kept()).toEqual(TREE);
  });

  it("happens once when two ask at once", async () => {
    converter.midway = () => new Promise((resolve) => setTimeout(resolve, 300));
    const [one, two] = await Promise.all([pull(), pull()]);
    expect(one.model).toEqual(two.model);
    expect(converter.done).toHaveLength(1);
    expect(steps.some(({ type }) => type === "waiting")).toBe(true);
  });

  it("takes a folder, and again when a file of it has changed", async () => {
    const path = await folder();
    expect((await pull(path)).model).toMatchObject({
      manifest: { id: "my-model", revision: null, license: "apache-2.0" },
      origin: { source: path, revision: null },
    });
    expect((await pull(path)).wasThere).toBe(true);
    await utimes(join(path, WEIGHTS), 1, 1);
    expect((await pull(path)).wasThere).toBe(false);
    expect((await pull(await folder(join(dir.path, "other/my-model")))).wasThere).toBe(false);
    expect(hub.requests).toEqual([]);
  });

  it.each<[string, Partial<PullOptions>, RegExp]>([
    ["no-such-folder", {}, /no folder .*no-such-folder.*HuggingFaceTB/],
    ["test", { revision: "v1" }, /has no revisions/],
    ["test", {}, /has no config\.json/],
  ])("explains what %s is not", async (what, more, words) => {
    expect((await failure(pull(what, more))).message).toMatch(words);
  });
});

describe("the store", () => {
  it("lists what is whole, and names what is not", async () => {
    await pull();
    await mkdir(join(home(), "acme--broken/q8"), { recursive: true });
    await writeFile(join(home(), "acme--broken/q8/bundle.json"), '{"format":');
    const { installed, broken } = await store.list();
    expect(installed.map(({ manifest }) => manifest.id)).toEqual([ID]);
    expect(broken).toEqual([join(home(), "acme--broken/q8")]);
    expect(await store.find({ id: "acme/broken", revision: null })).toBeNull();
  });

  it("removes a model, by width or whole", async () => {
    const options = { signal: new AbortController().signal };
    await pull();
    await pull(ID, { weights: "fp32" });
    expect(await store.remove(ID, options, "fp32")).toMatchObject({ bytes: weights.length });
    expect(await kept()).toEqual(TREE);
    expect(await store.remove(ID, options)).toEqual({
      dirs: [join(home(), "acme--tiny-vlm/q8")],
      bytes: weights.length,
    });
    expect(await kept()).toEqual([]);
    expect((await store.remove(ID, options)).dirs).toEqual([]);
  });
});

describe("the model that is meant", () => {
  const resolve = (what: string | undefined) =>
    resolveModel(what, { store, pull: async (name) => (await pull(name)).model });

  it("is the bundled one, by default and by name", async () => {
    expect(await resolve(undefined)).toBe(BUNDLED_MODEL);
    expect(await resolve("street-narrator")).toBe(BUNDLED_MODEL);
  });

  it("is a bundle in a folder", async () => {
    expect(await resolve(TINY_BUNDLE)).toBe(TINY_BUNDLE);
    expect(await resolve("test/fixtures/tiny-bundle")).toBe(TINY_BUNDLE);
  });

  it("is pulled by name once, and needs no hub then", async () => {
    const installed = await resolve(ID);
    expect(installed).toBe(join(home(), "acme--tiny-vlm/q8"));
    await hub.die();
    expect(await resolve(ID)).toBe(installed);
    expect(await resolve(`${ID}@main`)).toBe(installed);
    expect(await resolve(`${ID}@${hub.commit.slice(0, 8)}`)).toBe(installed);
    expect((await failure(resolve(`${ID}@v2`))).code).toBe("hub_unreachable");
  });

  it("is the newest of several widths", async () => {
    await pull(ID, { weights: "q4" });
    expect(await resolve(ID)).toBe(join(home(), "acme--tiny-vlm/q4"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await pull();
    expect(await resolve(ID)).toBe(join(home(), "acme--tiny-vlm/q8"));
  });

  it("is converted from a folder once", async () => {
    const path = await folder();
    const installed = await resolve(path);
    expect(await resolve(path)).toBe(installed);
    expect(converter.done).toHaveLength(1);
  });

  it.each<[string, RegExp]>([
    ["/no/such/folder", /no folder \/no\/such\/folder.*--model/],
    ["street-narator", /no folder .*--model/],
    ["test/fixtures", /neither a bundle\.json.*nor a config\.json/],
  ])("is none: %s", async (what, words) => {
    expect((await failure(resolve(what))).message).toMatch(words);
  });
});
