/** Writes docs/metrics.md; run by `npm run docs`. A test fails while the committed file is out of date. */
import { writeFile } from "node:fs/promises";
import { metricsMarkdown } from "./docs-markdown.ts";

await writeFile(new URL("../../../docs/metrics.md", import.meta.url), metricsMarkdown());
