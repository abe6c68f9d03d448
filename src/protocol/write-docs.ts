/** Writes docs/protocol.md; run by `npm run docs`. A test fails while the committed file is out of date. */
import { mkdir, writeFile } from "node:fs/promises";
import { protocolMarkdown } from "./docs-markdown.ts";

const target = new URL("../../docs/protocol.md", import.meta.url);
await mkdir(new URL(".", target), { recursive: true });
await writeFile(target, protocolMarkdown());
