import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { InferenceProcess } from "../../src/backends/local/process/inference-process.ts";
import { createEngine } from "../../src/backends/mod.ts";
import type { Engine } from "../../src/engine/mod.ts";
import { ModelError } from "../../src/models/mod.ts";
import { spawnProcess } from "../../src/worker/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { EditedBundle } from "../support/edited-bundle.ts";
import { compiled, HANGING_PROCESS, launchModule, startIsolatedEngine } from "../support/inference.ts";
import { eventually, isAlive, makeTempDir } from "../support/media.ts";
import { Program } from "../support/program.ts";
import { feed, StreamLog, watch } from "../support/stream-log.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
const module = (name: string) => join(dir.path, `${name}.mjs`);
beforeAll(async () => {
  dir = await makeTempDir();
  await writeFile(module("hanging"), HANGING_PROCESS);
  await writeFile(module("orphaning"), orphaning(module("hanging")));
  await writeFile(module("aborting"), "console.error('bad_alloc'); process.abort();");
});
afterAll(() => dir.remove());

const hanging = () => launchModule(module("hanging"));

/** A process has five times as long to start, which a busy machine needs. */
const HANG_MS = 3000;

/** A stream that has been fed, and will be fed no more. */
async function fedStream(engine: Engine): Promise<StreamLog> {
  const log = new StreamLog(engine.openStream());
  await feed(log.stream, engine.model, 0, 4);
  log.stream.ask("what is moving", "end");
  return log;
}

/** The stream has failed for good, because its backend has died. */
async function expectFailed(log: StreamLog, message: RegExp): Promise<void> {
  await log.completed;
  expect(log.events.at(-1)).toMatchObject({
    type: "stream.failed",
    code: "worker_failed",
    fatal: true,
    message: expect.stringMatching(message),
  });
}

/** A new stream is served, as soon as the engine takes one. */
async function expectServed(engine: Engine): Promise<void> {
  const stream = await vi.waitFor(() => engine.openStream(), { timeout: 60_000, interval: 20 });
  const log = await watch(new StreamLog(stream), engine.model, 6);
  expect(log.events.at(-1)).toMatchObject({ type: "stream.ended", totals: { units: 3 } });
  expect(log.all("thought.done")).toHaveLength(3);
}

describe.skipIf(process.platform === "win32")("a model in a process of its own", () => {
  it("is replaced when its process is killed; the streams fail and say why", async () => {
    await using isolated = await startIsolatedEngine();
    const { engine, processes, deaths } = isolated;
    const logs = [await fedStream(engine), await fedStream(engine)];
    processes[0]!.kill("SIGKILL");
    for (const log of logs) await expectFailed(log, /process was killed \(SIGKILL\)/);
    await expectServed(engine);
    expect([processes.length, deaths.length]).toEqual([2, 1]);
  });

  it("is replaced when a worker hangs, with the worker", async () => {
    await using isolated = await startIsolatedEngine({ first: hanging, hangMs: HANG_MS });
    const { engine, processes, deaths } = isolated;
    await expectFailed(await fedStream(engine), /The vision worker hangs: it has not answered for \d+\.\d s/);
    expect(isAlive(processes[0]!.pid!)).toBe(false);
    await expectServed(engine);
    expect(deaths).toMatchObject([{ message: expect.stringMatching(/hangs/) }]);
  });

  it("is replaced when its process stands still for longer than is allowed", async () => {
    await using isolated = await startIsolatedEngine({ hangMs: HANG_MS });
    const { engine, processes } = isolated;
    const log = new StreamLog(engine.openStream());
    processes[0]!.kill("SIGSTOP");
    await expectFailed(log, /process has not answered for \d+\.\d s/);
    expect(isAlive(processes[0]!.pid!)).toBe(false);
    await expectServed(engine);
  });

  it("goes on when its process stood still for less", async () => {
    await using isolated = await startIsolatedEngine();
    const { engine, processes, deaths } = isolated;
    const log = await fedStream(engine);
    processes[0]!.kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 300));
    const said = log.events.length;
    processes[0]!.kill("SIGCONT");
    log.stream.end();
    await log.completed;
    expect(log.events.length).toBeGreaterThan(said);
    expect(log.events.at(-1)).toMatchObject({ type: "stream.ended", totals: { units: 2, answers: 1 } });
    expect([processes.length, deaths]).toEqual([1, []]);
  });

  it("leaves no process behind when the engine is closed, even one that hangs", async () => {
    const { engine, processes } = await startIsolatedEngine({ first: hanging });
    const log = await fedStream(engine);
    void log.completed;
    await engine.close();
    expect(isAlive(processes[0]!.pid!)).toBe(false);
  });

  it("leaves no process behind when the main process is killed, even one that hangs", async () => {
    await using main = new Program(spawn(process.execPath, [module("orphaning")], { stdio: "pipe" }));
    const inference = Number((await main.says(/^\d+/))[0]);
    expect(isAlive(inference)).toBe(true);
    main.process.kill("SIGKILL");
    await eventually(() => !isAlive(inference), "the inference process is gone");
  });

  it("refuses a model with the same error as a thread", async () => {
    await using broken = await EditedBundle.copy();
    await broken.replace("text.1.onnx", Buffer.from("not a graph"));
    const start = (isolation: "process" | "threads") =>
      createEngine({ model: broken.path, isolation }).catch((error: unknown) => error);
    const error = await start("process");
    expect(error).toBeInstanceOf(ModelError);
    const { code, message } = (await start("threads")) as ModelError;
    expect(error).toMatchObject({ code, message });
  });
});

describe("an inference process that cannot be started", () => {
  const setup = { model: {} as never, threads: 1, draftWords: 0, hangMs: 60_000 };
  const listener = { onReport: () => {}, onClosed: () => {}, onFigures: () => {}, onDeath: () => {} };
  const refused = (message: RegExp) =>
    expect.objectContaining({
      name: "EngineError",
      code: "worker_failed",
      message: expect.stringMatching(message),
    });

  it("says what was in the way", async () => {
    const { execPath } = process;
    process.execPath = "/nowhere/node";
    try {
      const starting = createEngine({ model: TINY_BUNDLE, isolation: "process" });
      await expect(starting).rejects.toThrowError(
        refused(/cannot be started \(spawn \/nowhere\/node ENOENT\)/),
      );
    } finally {
      process.execPath = execPath;
    }
  });

  it("tells its last words, and passes them on", async () => {
    const heard = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    for (const [launch, message] of [
      [
        () => spawnProcess(pathToFileURL("/nowhere/launch.js").href, "main"),
        /ended with code 1\..*Cannot find/s,
      ],
      [() => launchModule(module("aborting")), /SIGABRT.*last words: bad_alloc/s],
    ] as const)
      await expect(InferenceProcess.start(setup, listener, launch)).rejects.toThrowError(refused(message));
    expect(heard.mock.calls.join("")).toMatch(/Cannot find.*bad_alloc/s);
    heard.mockRestore();
  });
});

/** A main process whose vision worker hangs. It prints the id of its inference process. */
const orphaning = (inference: string) => `
  import { spawn } from "node:child_process";
  import { LocalBackend } from ${compiled("backends/local/mod.js")};
  import { InferenceProcess } from ${compiled("backends/local/process/inference-process.js")};
  import { startEngine } from ${compiled("engine/mod.js")};
  import { RgbFrame } from ${compiled("ingest/mod.js")};
  let pid;
  const launch = async () => {
    const stdio = ["ignore", "inherit", "pipe", "ipc"];
    const child = spawn(process.execPath, [${JSON.stringify(inference)}], { serialization: "advanced", stdio });
    pid = child.pid;
    return child;
  };
  const engine = await startEngine(() =>
    LocalBackend.start({ model: ${JSON.stringify(TINY_BUNDLE)} }, (setup, listener) =>
      InferenceProcess.start({ ...setup, hangMs: 60000 }, listener, launch)));
  const { width, height } = engine.model;
  const stream = engine.openStream();
  for (const seq of [0, 1]) {
    const stamp = { seq, mediaTimeMs: seq * 250, arrivedAtMs: performance.now() };
    stream.push(new RgbFrame(stamp, { width, height, data: new Uint8Array(width * height * 3) }));
  }
  setTimeout(() => console.log(pid), 200);`;
