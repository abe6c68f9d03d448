import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "test/support/build-kernel.ts",
    include: ["test/**/*.test.ts", "bench/test/**/*.test.ts"],
    // Two cores, and most tests own worker threads or an ffmpeg: files run one after the other.
    fileParallelism: false,
    // Ten times what the slowest needs: a machine that is shared may stand still for a minute.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
