import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ModelError } from "../../../src/models/errors.ts";
import { type FetchOptions, openCheckpoint, type Transfer } from "../../../src/models/hub/mod.ts";
import {
  at,
  breaksAfter,
  type HubFault,
  HubServer,
  refuse,
  sendsInstead,
  stallsAfter,
  times,
} from "../../support/hub-server.ts";
import { makeTempDir } from "../../support/media.ts";

const WEIGHTS = "model.safetensors";
const weights = randomBytes(600_000);
const DESCRIPTION = {
  "config.json": '{"model_type":"tiny"}',
  "tokenizer.json": JSON.stringify({ words: "x".repeat(20_000) }),
  "chat_template.jinja": "{{ messages }}",
  "README.md": "# Tiny",
};
const UNWANTED = { "pytorch_model.bin": "no", "model.onnx": "no", "q4.gguf": "no", ".gitattributes": "no" };
const WAITS = { mostTries: 3, firstMs: 5, longestMs: 2_000 };

let hub: HubServer;
let dir: Awaited<ReturnType<typeof makeTempDir>>;
let open: (more?: Partial<FetchOptions>, revision?: string) => ReturnType<typeof openCheckpoint>;

beforeEach(async () => {
  dir = await makeTempDir();
  hub = await HubServer.start({ ...DESCRIPTION, ...UNWANTED, [WEIGHTS]: weights });
  open = ({ settings, ...more } = {}, revision = "main") =>
    openCheckpoint(hub.id, revision, {
      settings: { endpoint: hub.url, token: null, cacheDir: dir.path, offline: false, ...settings },
      signal: new AbortController().signal,
      waits: WAITS,
      ...more,
    });
});
afterEach(async () => {
  await hub.die();
  await dir.remove();
});

const settings = (more: Partial<FetchOptions["settings"]>): Partial<FetchOptions> => ({
  settings: more as FetchOptions["settings"],
});
const model = () => join(dir.path, "models--acme--tiny-vlm");
const blobs = async () => (await readdir(join(model(), "blobs"))).sort();
const pull = async (more?: Partial<FetchOptions>) => {
  const checkpoint = await open(more);
  await checkpoint.fetchWeights();
  return checkpoint;
};
const failure = async (pulled: Promise<unknown>): Promise<ModelError> => {
  const error = await pulled.then(
    () => new Error("It did not fail."),
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ModelError);
  expect(error.message).toMatch(/^\S.*\.$/s);
  return error;
};
const expectWhole = async (snapshot: string) =>
  expect((await readFile(join(snapshot, WEIGHTS))).equals(weights)).toBe(true);

/** What no fault may leave behind: a whole file that is not right. */
const expectNothingWrong = async () => {
  for (const name of await blobs())
    if (!name.endsWith(".incomplete") && name.length === 64)
      expect(await readFile(join(model(), "blobs", name))).toSatisfy(
        (bytes: Buffer) => bytes.equals(weights) || bytes.equals(Buffer.from(DESCRIPTION["tokenizer.json"])),
      );
};

describe("a checkpoint on the hub", () => {
  it("is fetched into the layout of Python's client, only what is wanted of it", async () => {
    const { dir: snapshot, commit, weights: files, missingBytes } = await open();
    expect([commit, missingBytes]).toEqual([hub.commit, weights.length]);
    expect(files).toMatchObject([{ path: WEIGHTS, size: weights.length }]);
    expect((await readdir(snapshot)).sort()).toEqual(Object.keys(DESCRIPTION).sort());
    expect(hub.downloads(WEIGHTS)).toEqual([]);
    await pull();
    await expectWhole(snapshot);
    expect(await readFile(join(model(), "refs/main"), "utf8")).toBe(hub.commit);
    expect((await lstat(join(snapshot, WEIGHTS))).isSymbolicLink()).toBe(true);
    expect(await readlink(join(snapshot, WEIGHTS))).toMatch(/^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/);
    for (const name of Object.keys(UNWANTED)) expect(hub.downloads(name)).toEqual([]);
  });

  it("is listed in pages", async () => {
    hub.pageSize = 3;
    expect((await open()).weights).toHaveLength(1);
  });

  it("is not fetched twice, and offline not at all", async () => {
    await pull();
    const before = hub.requests.length;
    const again = await open();
    expect(again.missingBytes).toBe(0);
    await again.fetchWeights();
    expect(hub.requests.slice(before).map(({ path }) => path)).toEqual([
      expect.stringContaining("/revision/main"),
      expect.stringContaining("/tree/"),
    ]);
    const all = hub.requests.length;
    const offline = await open(settings({ offline: true }));
    expect(offline).toMatchObject({ dir: again.dir, commit: hub.commit, missingBytes: 0 });
    expect(hub.requests.length).toBe(all);
  });

  it("needs no right to write into a cache that has all of it", async () => {
    await pull();
    await rm(join(dir.path, ".locks"), { recursive: true });
    await writeFile(join(dir.path, ".locks"), "");
    const checkpoint = await pull();
    await checkpoint.sketched(async (found) => expect(found).toBe(checkpoint.dir));
  });

  it("is taken from the cache when the hub is gone, which is told", async () => {
    await pull();
    await hub.die();
    const told: ModelError[] = [];
    const { commit } = await open({ onUnreachable: (why) => told.push(why) });
    expect(commit).toBe(hub.commit);
    expect(told.map(({ code }) => code)).toEqual(["hub_unreachable"]);
  });

  it("with sharded weights has those files that its index names", async () => {
    hub = await HubServer.start({
      ...DESCRIPTION,
      "model-1.safetensors": randomBytes(30_000),
      "model-2.safetensors": randomBytes(40_000),
      "consolidated.safetensors": randomBytes(50_000),
      "model.safetensors.index.json": JSON.stringify({
        weight_map: { a: "model-1.safetensors", b: "model-2.safetensors", c: "model-1.safetensors" },
      }),
    });
    const { weights: files } = await pull();
    expect(files.map(({ path }) => path)).toEqual(["model-1.safetensors", "model-2.safetensors"]);
    expect(hub.downloads("consolidated.safetensors")).toEqual([]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["without safetensors", { ...DESCRIPTION, "pytorch_model.bin": "x" }, /safetensors.*pytorch_model\.bin/],
    ["without config.json", { "tokenizer.json": "{}", [WEIGHTS]: "x" }, /no config\.json/],
    ["without tokenizer.json", { "config.json": "{}", [WEIGHTS]: "x" }, /no tokenizer\.json/],
    [
      "with a shard missing",
      { ...DESCRIPTION, "model.safetensors.index.json": '{"weight_map":{"a":"b.safetensors"}}' },
      /b\.safetensors, which is not there/,
    ],
  ])("is refused %s", async (_, files, words) => {
    hub = await HubServer.start(files);
    const { code, message } = await failure(open());
    expect([code, message]).toEqual(["checkpoint_invalid", expect.stringMatching(words)]);
  });

  it("tells its progress in bytes, up to the end", async () => {
    hub.pauseMs = 30;
    const told: Transfer[] = [];
    await pull({ onProgress: (transfer) => told.push(transfer) });
    expect(told[0]).toMatchObject({ file: WEIGHTS, total: weights.length, done: 0, bytesPerS: null });
    expect(told.at(-1)).toMatchObject({ done: weights.length, secondsLeft: 0 });
    expect(told.every(({ done }, i) => i === 0 || done >= told[i - 1]!.done)).toBe(true);
    const [late] = told.filter(({ secondsLeft }) => secondsLeft !== null);
    expect(late!.secondsLeft! * late!.bytesPerS!).toBeCloseTo(weights.length - late!.done, 0);
  });
});

describe("a download", () => {
  it("goes on after a break in the middle, from where it was", async () => {
    hub.faults = [times(1, at(WEIGHTS, breaksAfter(250_000)))];
    const told: string[] = [];
    await pull({ onRetry: ({ code }) => told.push(code) });
    expect(hub.downloads(WEIGHTS).map(({ range }) => range)).toEqual([null, "bytes=250000-"]);
    expect(told).toEqual(["hub_unreachable"]);
    await expectNothingWrong();
  });

  it("survives more breaks than it has tries, as long as each try brings something", async () => {
    hub.faults = [times(8, at(WEIGHTS, breaksAfter(50_000)))];
    const { dir: snapshot } = await pull();
    await expectWhole(snapshot);
    expect(hub.downloads(WEIGHTS)).toHaveLength(9);
  });

  it("that was ended goes on in the next process, and counts what it had", async () => {
    hub.pauseMs = 20;
    const stop = new AbortController();
    const reason = new Error("enough");
    const pulled = pull({
      signal: stop.signal,
      onProgress: ({ done }) => done > 200_000 && stop.abort(reason),
    });
    await expect(pulled).rejects.toBe(reason);
    const [part] = (await blobs()).filter((name) => name.endsWith(".incomplete"));
    const { size } = await stat(join(model(), "blobs", part!));
    expect(size).toBeGreaterThan(200_000);
    hub.pauseMs = 0;
    const again = await open();
    expect(again.missingBytes).toBe(weights.length - size);
    await again.fetchWeights();
    expect(hub.downloads(WEIGHTS).at(-1)!.range).toBe(`bytes=${size}-`);
    expect((await blobs()).filter((name) => name.endsWith(".incomplete"))).toEqual([]);
    await expectWhole(again.dir);
  });

  it("with the wrong hash is refused, and nothing of it stays", async () => {
    hub.faults = [at(WEIGHTS, sendsInstead(randomBytes(weights.length)))];
    const { code, message } = await failure(pull());
    expect([code, message]).toEqual(["download_corrupted", expect.stringContaining(WEIGHTS)]);
    expect((await blobs()).filter((name) => name.endsWith(".incomplete"))).toEqual([]);
    hub.faults = [];
    await pull();
    await expectNothingWrong();
  });

  it("of a small file is checked by git's hash", async () => {
    hub.faults = [at("config.json", sendsInstead(Buffer.from('{"model_type":"tinx"}')))];
    expect((await failure(open())).code).toBe("download_corrupted");
  });

  it("starts over by itself when its old beginning is wrong", async () => {
    await open();
    const { createHash } = await import("node:crypto");
    const etag = createHash("sha256").update(weights).digest("hex");
    await writeFile(join(model(), "blobs", `${etag}.incomplete`), randomBytes(1_000));
    const { dir: snapshot } = await pull();
    expect(hub.downloads(WEIGHTS).map(({ range }) => range)).toEqual(["bytes=1000-", null]);
    await expectWhole(snapshot);
  });

  it("starts over when the hub refuses its range (416), once", async () => {
    hub.faults = [times(1, at(WEIGHTS, breaksAfter(100_000))), times(1, at(WEIGHTS, refuse(416)))];
    await pull();
    expect(hub.downloads(WEIGHTS).map(({ range }) => range)).toEqual([null, "bytes=100000-", null]);
    await expectNothingWrong();
  });

  it("ends when the hub refuses every range", async () => {
    hub.faults = [at(WEIGHTS, refuse(416))];
    const { code, message } = await failure(pull());
    expect([code, message]).toEqual(["hub_unexpected", expect.stringContaining("416")]);
  });

  it("that is longer than listed is thrown away", async () => {
    hub.faults = [at(WEIGHTS, sendsInstead(Buffer.concat([weights, weights])))];
    expect((await failure(pull())).message).toContain("sends more");
    await expectNothingWrong();
  });

  it("that stands still is tried again", async () => {
    hub.faults = [times(1, at(WEIGHTS, stallsAfter(100_000)))];
    await pull({ stallMs: 300 });
    expect(hub.downloads(WEIGHTS).map(({ range }) => range)).toEqual([null, "bytes=100000-"]);
  });

  it("waits as long as a busy hub asks (429)", async () => {
    hub.faults = [times(1, at(WEIGHTS, refuse(429, "", "", { "retry-after": "1" })))];
    const waited: number[] = [];
    await pull({ onRetry: (_, ms) => waited.push(ms) });
    expect(waited).toEqual([1_000]);
  });

  it("gives up when a busy hub asks for too long, in its own header", async () => {
    hub.faults = [refuse(429, "", "", { ratelimit: '"api";r=0;t=55' })];
    const { code, message } = await failure(pull());
    expect([code, message]).toEqual(["hub_busy", expect.stringMatching(/none for 55 s.*HF_TOKEN/)]);
    expect(hub.requests).toHaveLength(1);
  });

  it("gives up after so many faults of the hub, and keeps what it has", async () => {
    hub.faults = [at(WEIGHTS, refuse(503))];
    expect((await failure(pull())).message).toMatch(/503.*Try again later/);
    expect(hub.downloads(WEIGHTS)).toHaveLength(WAITS.mostTries);
  });

  it("follows a redirect to another host and does not take the token there", async () => {
    await using other = await HubServer.start({
      [WEIGHTS]: weights,
      "tokenizer.json": DESCRIPTION["tokenizer.json"],
    });
    hub.elsewhere = other.url.replace("127.0.0.1", "localhost");
    hub.faults = [times(1, at(WEIGHTS, breaksAfter(0)))];
    other.faults = [times(1, at(WEIGHTS, breaksAfter(100_000)))];
    const { dir: snapshot } = await pull(settings({ token: "hf_secret" }));
    await expectWhole(snapshot);
    expect(hub.requests.every(({ token }) => token === "hf_secret")).toBe(true);
    expect(other.downloads(WEIGHTS).map(({ range, token }) => [range, token])).toEqual([
      [null, null],
      ["bytes=100000-", null],
    ]);
  });

  it("keeps the token from another port of the same host", async () => {
    await using other = await HubServer.start({
      [WEIGHTS]: weights,
      "tokenizer.json": DESCRIPTION["tokenizer.json"],
    });
    hub.elsewhere = other.url;
    await pull(settings({ token: "hf_secret" }));
    expect(other.requests.map(({ token }) => token)).toEqual([null, null]);
  });

  it("ends where redirects do not", async () => {
    hub.faults = [
      at(WEIGHTS, refuse(302, "", "", { location: "/acme/tiny-vlm/resolve/x/model.safetensors" })),
    ];
    expect((await failure(pull())).message).toContain("to no file");
  });

  it("is refused before it begins when the disk is too small", async () => {
    const checkpoint = await open({ free: async () => 64 * 2 ** 20 + 300_000 });
    const { code, message } = await failure(checkpoint.fetchWeights());
    expect(code).toBe("disk_full");
    expect(message).toMatch(/needs 600 kB .* and 67\.4 MB are free .*HF_HOME/);
    expect(hub.downloads(WEIGHTS)).toEqual([]);
  });

  it("is refused where nobody may write", async () => {
    await writeFile(join(dir.path, "file"), "");
    const { code, message } = await failure(open(settings({ cacheDir: join(dir.path, "file/below") })));
    expect([code, message]).toEqual(["folder_not_writable", expect.stringContaining("HF_HOME")]);
  });

  it("happens once when two ask at once", async () => {
    hub.pauseMs = 5;
    const waits: number[] = [];
    await Promise.all([0, 1].map((i) => pull({ onWait: () => waits.push(i) })));
    expect(waits.length).toBeGreaterThan(0);
    expect(hub.downloads(WEIGHTS)).toHaveLength(1);
  });
});

describe("a checkpoint that the hub does not give", () => {
  it.each<[string, HubFault, string | null, string, RegExp]>([
    [
      "a gated one",
      at(WEIGHTS, refuse(403, "GatedRepo", "Access to model acme/tiny-vlm is restricted")),
      "hf_x",
      "hub_denied",
      /accept it at http:\S+\/acme\/tiny-vlm\. .*HF_TOKEN.*settings\/tokens/,
    ],
    ["a gated one without a token", refuse(401, "GatedRepo"), null, "hub_denied", /accepted its licence/],
    ["a wrong token", refuse(401), "hf_x", "hub_denied", /does not know the access token.*HF_TOKEN/],
    [
      "one that is not there, or private",
      refuse(401, "RepoNotFound"),
      null,
      "checkpoint_not_found",
      /misspelt.*private.*HF_TOKEN/,
    ],
    ["one that is not there", refuse(404, "RepoNotFound"), "hf_x", "checkpoint_not_found", /misspelt/],
    [
      "an unknown revision",
      refuse(404, "RevisionNotFound"),
      null,
      "checkpoint_not_found",
      /no revision main/,
    ],
    [
      "a file that is gone",
      at(WEIGHTS, refuse(404, "EntryNotFound")),
      null,
      "checkpoint_not_found",
      /no file model/,
    ],
    ["a forbidden one", refuse(403, "", "Your plan does not allow it"), "hf_x", "hub_denied", /Your plan/],
    ["one of a server that is no hub", refuse(200), null, "hub_unexpected", /HF_ENDPOINT/],
    ["one with an odd status", refuse(418), null, "hub_unexpected", /418/],
  ])("is explained: %s", async (_, fault, token, code, words) => {
    hub.faults = [fault];
    const error = await failure(pull(settings({ token })));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain("hf_x");
  });

  it("is explained where no hub is", async () => {
    await hub.die();
    const { code, message } = await failure(open());
    expect([code, message]).toEqual([
      "hub_unreachable",
      expect.stringMatching(/Nothing listens .*HF_ENDPOINT/),
    ]);
  });

  it.each(["../../x", "-x", "a b"])("is explained: its revision %s", async (revision) => {
    expect((await failure(open({}, revision))).message).toContain(`${revision} cannot be a branch`);
    expect(hub.requests).toEqual([]);
  });

  it("is explained offline", async () => {
    await open();
    const { code, message } = await failure(open(settings({ offline: true })));
    expect([code, message]).toEqual(["checkpoint_not_found", expect.stringContaining("HF_HUB_OFFLINE")]);
    expect(hub.downloads(WEIGHTS)).toEqual([]);
  });
});

const python = process.env.THINKALONG_HUB_PYTHON;

describe.skipIf(python === undefined)("Python's client (THINKALONG_HUB_PYTHON: a Python that has it)", () => {
  const run = async (expression: string) => {
    const source = `from huggingface_hub import snapshot_download, hf_hub_download\nprint(${expression})`;
    const env = { HF_ENDPOINT: hub.url, HF_HUB_CACHE: dir.path, HF_HUB_DISABLE_XET: "1" };
    return (await promisify(execFile)(python!, ["-c", source], { env })).stdout.trim();
  };

  it("finds what was fetched, without fetching", async () => {
    const { dir: snapshot } = await pull();
    const before = hub.downloads(WEIGHTS).length;
    expect(await run(`hf_hub_download("acme/tiny-vlm", "${WEIGHTS}", local_files_only=True)`)).toBe(
      join(snapshot, WEIGHTS),
    );
    expect(hub.downloads(WEIGHTS).length).toBe(before);
  });

  it("fetches what is found", async () => {
    await mkdir(dir.path, { recursive: true });
    const path = await run(`snapshot_download("acme/tiny-vlm")`);
    const before = hub.downloads(WEIGHTS).length;
    const { missingBytes, dir: snapshot, fetchWeights } = await open();
    expect([missingBytes, snapshot]).toEqual([0, path]);
    await fetchWeights();
    expect(hub.downloads(WEIGHTS).length).toBe(before);
  });
});
