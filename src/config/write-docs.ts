/** Writes docs/configuration.md; run by `npm run docs`. A test fails while the committed file is out of date. */
import { writeFile } from "node:fs/promises";
import { configurationMarkdown } from "./docs-markdown.ts";

await writeFile(new URL("../../docs/configuration.md", import.meta.url), configurationMarkdown());
