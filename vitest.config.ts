import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "test/support/build-kernel.ts",
    include: ["test/**/*.test.ts", "bench/test/**/*.test.ts"],
    // Two cores, and most tests own worker threads or an ffmpeg: files run one after the other.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
