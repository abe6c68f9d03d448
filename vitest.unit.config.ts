import { defaultExclude, defineConfig, mergeConfig } from "vitest/config";
import config from "./vitest.config.ts";

/** The tests that need no model that thinks, no browser and no video: `npm run test:unit`, in less than a minute. */
export default mergeConfig(
  config,
  defineConfig({
    test: {
      exclude: [
        ...defaultExclude,
        "bench/**",
        "test/{backends,cli,e2e,engine,exact,golden,replay}/**",
        "test/ingest/{ffmpeg-*,probe-video,reap-on-exit,video-source}.test.ts",
        "test/reasoner/{answerer,drafts,memory,narrator,snapshots}.test.ts",
      ],
    },
  }),
);
