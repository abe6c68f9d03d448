import { defineConfig } from "vitest/config";
import { compiledWorkers } from "./test/support/build.ts";

/** Tests that run whole engines, a browser, long videos or whole servers. */
const WHOLE = [
  "bench/test/**/*.test.ts",
  "test/{cli,e2e,engine,exact,golden,replay}/**/*.test.ts",
  "test/backends/*.test.ts",
  "test/client/{browser,documented,engine,streams}.test.ts",
  "test/backends/openai/{contract,openai-stream,client/probe}.test.ts",
  "test/ingest/container/container-decoder.test.ts",
  "test/page/**/*.browser.test.ts",
  "test/server/openai/{docs,python}.test.ts",
  "test/ingest/{camera,ffmpeg-process,guarded-video,reap-on-exit,rtsp,video-source}.test.ts",
  "test/models/convert/smollm2.test.ts",
  "test/models/trial.test.ts",
  "test/support/llama-server.test.ts",
  "test/server/http/streams.test.ts",
  "test/server/ws/{message-gate,pushed-video}.test.ts",
  "test/streams/{reconnecting,replay}.test.ts",
  "test/streams/sources/gstreamer-rtsp.test.ts",
];

/** Those of them to which it is all the same how fast they are: nothing in them goes by the clock. */
const UNHURRIED = [
  "test/backends/openai/contract.test.ts",
  "test/backends/checkpoint.test.ts",
  "bench/test/{accuracy,checkpoints,lib}/**/*.test.ts",
  "bench/test/dependencies.test.ts",
  "bench/test/speed/command.test.ts",
  "bench/test/prompting/**/*.test.ts",
  "test/backends/{checkpoint-plan,expected-speed}.test.ts",
  "test/cli/{answer-order,engine-flags,failure,help,lazy-commands,log-lines,probe-report,replay,replay-files,stop-signals,terminal,wrap}.test.ts",
  "test/cli/install/*.test.ts",
  "test/cli/{models,models-check,models-words}.test.ts",
  "test/e2e/{checkpoint,readme}.test.ts",
  "test/engine/{outside,process-exit,recap,scene,worker-death}.test.ts",
  "test/{exact,golden}/**/*.test.ts",
  "test/ingest/{guarded-video,reap-on-exit}.test.ts",
  "test/models/convert/smollm2.test.ts",
  "test/models/trial.test.ts",
  "test/server/openai/{docs,python}.test.ts",
  "test/support/llama-server.test.ts",
];

/** Those that wait for cameras at real pace, and compute so little that two files do not disturb each other. */
const PACED = [
  "test/client/{engine,streams}.test.ts",
  "test/cli/{guard,history,open-files,serve,serve-cameras,serve-sinks}.test.ts",
  "test/e2e/{kills,plain-client,real-clip,resuming}.test.ts",
  "test/engine/inference-process.test.ts",
  "test/ingest/{camera,rtsp,video-source}.test.ts",
  "test/ingest/container/container-decoder.test.ts",
  "test/server/http/streams.test.ts",
  "test/server/ws/{message-gate,pushed-video}.test.ts",
  "test/streams/{reconnecting,replay}.test.ts",
  "test/streams/sources/gstreamer-rtsp.test.ts",
];

/** Those in which a browser or a model's server does the work, with one thread: two of them fit on two cores. */
const OUTSIDE = [
  "test/e2e/{page,remote-engine}.test.ts",
  "test/page/**/*.browser.test.ts",
  "test/client/{browser,documented}.test.ts",
  "test/backends/openai/{openai-stream,client/probe}.test.ts",
  "test/cli/{engines,serve-alerts}.test.ts",
];

const common = {
  // With CI set, picocolors would colour what tests look at.
  env: { NO_COLOR: "1" },
  // Ten times what the slowest needs: a machine that is shared may stand still for a minute.
  testTimeout: 180_000,
  hookTimeout: 180_000,
};

export default defineConfig({
  test: {
    // Projects do not extend this configuration, or it would be run for each of them once more.
    globalSetup: "test/support/build.ts",
    projects: [
      {
        plugins: [compiledWorkers()],
        test: {
          ...common,
          name: "unit",
          // One more than there are cores, because some of them wait most of the time.
          maxWorkers: 3,
          // They share nothing but modules, whose loading takes longer than most of them.
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: WHOLE,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [compiledWorkers()],
        test: {
          ...common,
          name: "unhurried",
          maxWorkers: 3,
          isolate: false,
          include: UNHURRIED,
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [compiledWorkers()],
        test: {
          ...common,
          name: "paced",
          maxWorkers: 3,
          isolate: false,
          include: PACED,
          // All RTSP cameras at once.
          maxConcurrency: 13,
          sequence: { groupOrder: 2 },
        },
      },
      {
        plugins: [compiledWorkers()],
        test: {
          ...common,
          name: "outside",
          maxWorkers: 2,
          isolate: false,
          include: OUTSIDE,
          sequence: { groupOrder: 3 },
        },
      },
      {
        plugins: [compiledWorkers()],
        test: {
          ...common,
          name: "whole",
          include: WHOLE,
          exclude: [...UNHURRIED, ...PACED, ...OUTSIDE],
          // Two cores, and these tests own worker threads or an ffmpeg: files run one after the other.
          fileParallelism: false,
          isolate: false,
          maxConcurrency: 2,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
