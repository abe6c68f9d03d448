import { defineConfig } from "vite";

/** The page. `npx vite` serves it with a server on port 8080 behind it; `vite build` makes dist/client. */
export default defineConfig({
  root: "client",
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/client",
    emptyOutDir: true,
    target: "es2023",
    // The page's policy takes no data: URLs.
    assetsInlineLimit: 0,
    // Every browser that the page is built for preloads modules by itself.
    modulePreload: { polyfill: false },
    // The licences of the packages that are built into the page.
    license: { fileName: "licences.md" },
  },
  server: {
    // The page shares src/protocol with the server.
    fs: { allow: [".."] },
    proxy: { "/v1": { target: "http://127.0.0.1:8080", ws: true }, "/sample": "http://127.0.0.1:8080" },
  },
});
