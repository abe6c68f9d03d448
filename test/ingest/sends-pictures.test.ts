import { describe, expect, it } from "vitest";
import { serve } from "../support/media.ts";
import { runScript } from "../support/program.ts";

/** A script that asks a server which does not answer. Garbage is collected meanwhile. */
const asking = (how: string) => `
  import { openSnapshots } from "src/ingest/snapshots.ts";
  import { contentOf } from "src/ingest/sends-pictures.ts";
  const timer = setInterval(() => gc(), 100);
  console.log(await ${how});
  clearInterval(timer);
`;

describe("a server that does not answer", () => {
  const patienceMs = 1500;

  it.each([
    [
      "what it sends",
      "unknown",
      (url: string) => `contentOf("${url}", fetch, new AbortController().signal, ${patienceMs})`,
    ],
    [
      "for a picture",
      "first_frame_timeout",
      (url: string) => `new Promise((resolve) =>
        openSnapshots("${url}", { width: 8, height: 8, fps: 1, stallTimeoutMs: ${patienceMs} })
          .subscribe({ error: ({ code }) => resolve(code) }))`,
    ],
  ])(
    "is asked %s for no longer than was said, whatever garbage is collected",
    async (_, answer, how) => {
      const { url, close } = await serve(() => {});
      const { stdout, stderr } = await runScript(asking(how(url)), ["--expose-gc"]);
      await close();
      expect([stdout, stderr]).toEqual([`${answer}\n`, ""]);
    },
    60_000,
  );
});
