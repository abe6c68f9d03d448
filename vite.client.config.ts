import { defineConfig } from "vite";

/**
 * The client library as one module, `thinkalong/client`: a page can load it as it is, without a bundler. Its types are
 * written by scripts/client-types.ts.
 */
export default defineConfig({
  publicDir: false,
  build: {
    lib: { entry: "client/lib/mod.ts", formats: ["es"], fileName: "mod" },
    outDir: "dist/client-lib",
    emptyOutDir: true,
    sourcemap: true,
    target: "es2022",
    // Programs that bundle it do that themselves, and whoever reads it wants to.
    minify: false,
  },
});
