import { defaultExclude, defineConfig, mergeConfig } from "vitest/config";
import config from "./vitest.config.ts";

/** `npm run test:unit`: all but the tests that run whole engines, a browser or long videos; less than a minute. */
export default mergeConfig(
  config,
  defineConfig({
    test: {
      exclude: [
        ...defaultExclude,
        "bench/**",
        "test/{backends,cli,e2e,engine,exact,golden,replay}/**",
        "test/server/page.test.ts",
        "test/ingest/{ffmpeg-process,reap-on-exit,rtsp,video-source}.test.ts",
      ],
    },
  }),
);
