/** Writes docs/grafana/thinkalong.json; run by `npm run docs`. A test fails while the committed file is out of date. */
import { mkdir, writeFile } from "node:fs/promises";
import { dashboard } from "./dashboard.ts";

const target = new URL("../../docs/grafana/thinkalong.json", import.meta.url);
await mkdir(new URL(".", target), { recursive: true });
await writeFile(target, `${JSON.stringify(dashboard(), null, 2)}\n`);
