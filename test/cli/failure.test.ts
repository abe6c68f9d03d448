import { InvalidArgumentError } from "commander";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { z } from "zod";
import { AlertError, AlertProblems } from "../../src/alerts/mod.ts";
import { RemoteError } from "../../src/backends/mod.ts";
import { CameraError, CameraProblems } from "../../src/cameras/mod.ts";
import { guarded, reportFailure } from "../../src/cli/failure.ts";
import { ConfigError } from "../../src/config/mod.ts";
import { EngineError } from "../../src/engine/mod.ts";
import { HistoryError } from "../../src/history/mod.ts";
import { IngestError } from "../../src/ingest/mod.ts";
import { ModelError } from "../../src/models/mod.ts";
import { ServerError } from "../../src/server/mod.ts";
import { SinkProblems } from "../../src/sinks/mod.ts";

let printed: unknown[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "error").mockImplementation((what) => void printed.push(what));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const schemaError = z.object({ fps: z.number() }).safeParse({ fps: "many" }).error!;
const place = (line: number, message: string) => ({ line, column: 1, message });

it.each<[Error, string[]]>([
  [new EngineError("frame_time", "Too late."), ["Too late."]],
  [new HistoryError("history_in_use", "In use."), ["In use."]],
  [new IngestError("no_frames", "No frames."), ["No frames."]],
  [new ModelError("bundle_invalid", "Not a model."), ["Not a model."]],
  [new RemoteError("remote_cut", "Cut."), ["Cut."]],
  [new ServerError("port_in_use", "In use."), ["In use."]],
  [new InvalidArgumentError("No number."), ["No number."]],
  [
    new AlertProblems([new AlertError("alert_refused", "Bad."), new AlertError("alert_fixed", "Fixed.")]),
    ["Bad.", "Fixed."],
  ],
  [new CameraProblems([new CameraError("camera_refused", "Bad.", { camera: "door" })]), ["door: Bad."]],
  [new ConfigError("a.yaml", [place(2, "Two."), place(1, "One.")]), ["a.yaml:1:1: One.", "a.yaml:2:1: Two."]],
  [new SinkProblems([{ sink: "hook", key: null, message: "Bad." }]), ["hook: Bad."]],
  [schemaError, [`fps is wrong: ${schemaError.issues[0]!.message}.`]],
])("prints what %s says, and no stack", (error, sentences) => {
  reportFailure(error);
  expect(printed).toEqual(sentences.map((each) => `error: ${each}`));
  expect(process.exitCode).toBe(1);
});

it("prints a fault of the program with its stack, unless it is expected there", async () => {
  class OfAnother extends Error {}
  const fault = new OfAnother("A fault.");
  await guarded(() => Promise.reject(fault))();
  await guarded(() => Promise.reject(fault), [OfAnother])();
  await guarded(() => Promise.reject("no error at all"))();
  expect(printed).toEqual([fault, "error: A fault.", "no error at all"]);
});
