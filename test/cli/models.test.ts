import { existsSync } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { tinyCheckpoint } from "../support/checkpoints.ts";
import { EditedBundle } from "../support/edited-bundle.ts";
import { at, breaksAfter, HubServer, refuse, times } from "../support/hub-server.ts";
import { eventually, makeTempDir, makeVideo } from "../support/media.ts";
import { thinkalong } from "../support/program.ts";
import { screenOf, thinkalongOnTerminal } from "../support/terminal.ts";

const ID = "acme/tiny-vlm";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let hub: HubServer;
let env: Record<string, string>;
beforeEach(async () => {
  dir = await makeTempDir();
  hub = await HubServer.of(tinyCheckpoint("llama"));
  env = {
    ...{ HF_ENDPOINT: hub.url, HF_HOME: join(dir.path, "hf"), HF_TOKEN: "", HF_HUB_OFFLINE: "" },
    ...{ HF_HUB_CACHE: "", THINKALONG_HOME: join(dir.path, "home") },
  };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.die();
  await dir.remove();
});

const run = (...args: string[]) => thinkalong(args, env);
const models = (...args: string[]) => run("models", ...args);
const installed = () => join(dir.path, "home/models/acme--tiny-vlm/q8");

describe("thinkalong models", () => {
  it("info checks a model and describes it", async () => {
    const { code, stdout } = await models("info", TINY_BUNDLE).ended;
    expect(code).toBe(0);
    for (const fact of ["tiny-random", "96×96 px", "4 frames a second", "5 units", "24 tokens", "123 words"])
      expect(stdout).toContain(fact);
  });

  it("info says what is wrong with one, in a line", async () => {
    await using bundle = await EditedBundle.copy();
    await bundle.manifest((manifest) => {
      manifest.files["text.1.onnx"] = "0".repeat(64);
    });
    const { code, stdout, stderr } = await models("info", bundle.path).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: .*text\.1\.onnx is not the file that bundle\.json lists.*\n$/);
  });

  it("list names the bundled model, as models alone does, and info takes it by default", async () => {
    const [list, alone, info] = await Promise.all(
      [models("list"), models(), models("info")].map(({ ended }) => ended),
    );
    expect([list!.code, alone!.code, info!.code]).toEqual([0, 0, 0]);
    expect(list!.stdout).toContain("street-narrator");
    expect([alone!.stdout, alone!.stderr]).toEqual([list!.stdout, ""]);
    expect(info!.stdout).toContain("can be asked, for example");
  });

  it("list names checkpoints to begin with, and what their licences forbid", async () => {
    const { stdout } = await models("list").ended;
    for (const name of ["SmolVLM2-256M", "Qwen2-VL-2B", "Qwen2.5-VL-7B", "Qwen3-VL-4B"])
      expect(stdout).toContain(name);
    const [, about] = /Qwen2\.5-VL-3B-Instruct\n(.*)\n/.exec(stdout)!;
    expect(about).toMatch(/3\.8B parameters, about 7\.5 GB .*qwen-research \(forbids commercial use\)/);
  });
});

describe("thinkalong models pull", () => {
  it("fetches, converts, and is found by list, info and remove", async () => {
    const pulled = await models("pull", ID).ended;
    expect(pulled.code).toBe(0);
    expect(pulled.stdout).toMatch(
      new RegExp(`${ID} is there: q8, .*${installed()}\n.*serve --model ${ID}\n`),
    );
    for (const words of [
      /licence +apache-2\.0/,
      /fetch +1\d\d kB of 1\d\d kB\n/,
      /disk .*are free/,
      /memory +at least/,
    ])
      expect(pulled.stderr).toMatch(words);
    expect(pulled.stderr).toMatch(/fetching: 0 % .*fetching: 100 % .*converting: 100 %/s);
    const before = hub.requests.length;
    const [again, list, info] = await Promise.all(
      [models("pull", ID), models("list"), models("info", ID)].map(({ ended }) => ended),
    );
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("was there already"),
      stderr: "",
    });
    expect(hub.requests.slice(before).every(({ path }) => path.startsWith("/api/"))).toBe(true);
    expect(list!.stdout).toMatch(
      new RegExp(`Installed\n +${ID}\n +q8, .*licence apache-2\\.0\n +${installed()}`),
    );
    expect(info).toMatchObject({ code: 0, stderr: "" });
    expect(info!.stdout).toMatch(/family +llama, q8 weights\n.*3 layers of 36, 6 heads on 2 of 16/s);
    const removed = await models("remove", ID).ended;
    expect(removed.stdout).toMatch(/Removed .*\n.* are free again\.\nWhat was fetched stays .*--downloads/);
    await expect(access(installed())).rejects.toThrow();
    const gone = await models("remove", ID, "--downloads").ended;
    expect(gone).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Removed .*models--acme--tiny-vlm/),
    });
    expect(await models("remove", ID).ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("not installed. No model is."),
    });
  });

  it("takes a folder, in another width, and info tells before what that takes", async () => {
    const folder = tinyCheckpoint("llama");
    const info = await models("info", folder).ended;
    const [, size] = /q4 +(.*) of disk/.exec(info.stdout)!;
    const { code, stdout } = await models("pull", folder, "--weights", "q4").ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`llama is there: q4, ${size}, `);
    expect(stdout).toContain(`serve --model ${folder}`);
    expect((await models("info", "llama").ended).stdout).toContain("q4 weights");
  });

  it.each<[string, () => void, string[], RegExp]>([
    ["a misspelt name", () => {}, ["acme/tini"], /no model acme\/tini at .*misspelt.*HF_TOKEN/],
    ["no name", () => {}, ["tiny"], /no folder .*tiny.*name such as HuggingFaceTB/],
    ["a gated model", () => void hub.faults.push(refuse(403, "GatedRepo")), [ID], /accept it at .*HF_TOKEN/],
    [
      "a family that cannot be run",
      () => hub.put("config.json", Buffer.from('{"model_type":"qwen3_5"}')),
      [ID],
      /recurrent or convolutional state/,
    ],
    ["no hub", () => void hub.die(), [ID], /Nothing listens .*HF_ENDPOINT/],
    ["an unknown width", () => {}, [ID, "--weights", "q3"], /Allowed choices are q8, q4, fp32/],
  ])("ends with 1 and a sentence at %s", async (_, set, args, words) => {
    set();
    const { code, stdout, stderr } = await models("pull", ...args).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/ {4}at /);
  });

  it("ends at Ctrl-C on a terminal, says that it can go on, and does", async () => {
    hub.pauseMs = 400;
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const program = thinkalongOnTerminal(60, ["models", "pull", ID]);
    await program.says(/fetching .*[1-9]\d? %/);
    program.process.stdin!.write("\x03");
    const { code, stdout } = await program.ended;
    expect(code).toBe(130);
    const rows = screenOf(stdout, 60);
    expect(rows.join(" ").replaceAll(/\s+/g, " ")).toContain("Interrupted. What was fetched is kept");
    expect(rows.filter((row) => /[█░]|looking/.test(row))).toEqual([]);
    hub.pauseMs = 0;
    const { stderr } = await models("pull", ID).ended;
    expect(stderr).toMatch(/fetch .* kB are there\n/);
    expect(await readdir(installed())).toContain("bundle.json");
  });

  it("that was killed goes on, and leaves nothing half-made", async () => {
    hub.pauseMs = 400;
    const program = models("pull", ID);
    // The first time its header alone is read.
    const downloads = () => hub.downloads("model-00002-of-00004.safetensors");
    await eventually(() => downloads().length > 1, "the second file is being fetched");
    program.process.kill("SIGKILL");
    await program.ended;
    hub.pauseMs = 0;
    const { code, stderr } = await models("pull", ID).ended;
    expect([code, stderr]).toEqual([0, expect.stringMatching(/ kB are there\n/)]);
    expect(await readdir(join(dir.path, "home/models/.unfinished"))).toEqual([]);
  });

  it("shows a bar, and cuts nothing, at 60 columns", async () => {
    hub.pauseMs = 60;
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const { code, stdout } = await thinkalongOnTerminal(60, ["models", "pull", ID]).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/fetching █+░+ \d+ % of 1\d\d kB/);
    expect(stdout).toMatch(/converting █+/);
    const rows = screenOf(stdout, 60);
    expect(rows.filter((row) => /[█░]|looking/.test(row))).toEqual([]);
    expect(rows.some((row) => /^ {10}\S/.test(row))).toBe(true);
    expect(rows.join(" ").replaceAll(/\s+/g, " ")).toMatch(
      /memory at least .* and caches; this machine has .* is there/,
    );
  });

  it("tells that it tries again after a break", async () => {
    // The first time its header alone is read.
    hub.faults = [times(2, at("model-00001-of-00004.safetensors", breaksAfter(5_000)))];
    const { code, stderr } = await models("pull", ID).ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/The connection to .* broke .*Trying again in 0:01\./);
  });
});

describe("thinkalong models on a terminal of 60 columns", () => {
  it.each<[string[], RegExp]>([
    [
      ["list"],
      /Qwen\/Qwen2\.5-VL-3B-Instruct 3\.8B parameters, .* qwen-research \(forbids commercial use\)\./,
    ],
    [["info"], /remembers \d+ units of video .* words can be asked, for example:/],
    [["info", tinyCheckpoint("llama")], /q4 .* of disk, .* Convert it with: thinkalong models pull /],
    [["--help"], /pull .* fetch a published checkpoint and convert it list /],
  ])("wraps %j between words", async (args, words) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const { code, stdout } = await thinkalongOnTerminal(60, ["models", ...args]).ended;
    expect(code).toBe(0);
    expect(
      stdout.split("\r\n").filter((line) => stripVTControlCharacters(line).length > 60 && / /.test(line)),
    ).toEqual([]);
    expect(screenOf(stdout, 60).join(" ").replaceAll(/\s+/g, " ")).toMatch(words);
  });
});

describe("--model owner/name", () => {
  it("is pulled by serve, and shown on standard error", async () => {
    await using program = run("serve", "--port", "0", "--model", ID);
    await eventually(() => existsSync(join(installed(), "bundle.json")), "the model is installed");
    expect(program.stderr).toMatch(/licence +apache-2\.0.*converting: 100 %/s);
    expect(program.stdout).not.toMatch(/licence|fetching/);
  });

  it("is explained when it is not there", async () => {
    const failed = await run("serve", "--port", "0", "--model", "acme/tini").ended;
    expect(failed).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("misspelt") });
  });

  it("is explained offline, and in replay's JSON", async () => {
    env.HF_HUB_OFFLINE = "1";
    const clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 1, size: "160x120" });
    const { code, stdout, stderr } = await run("replay", clip, "--model", ID, "--json").ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining("HF_HUB_OFFLINE")]);
    expect(JSON.parse(stdout)).toMatchObject({ type: "error", error: { code: "checkpoint_not_found" } });
    expect(hub.requests).toEqual([]);
  });
});
