import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeImage, type IngestError } from "../../../src/ingest/mod.ts";
import { CLIENT_MESSAGES } from "../../../src/protocol/mod.ts";
import { announcement, bentPictures } from "../../reliability/bent-media.ts";

it("bent pictures are decoded or refused, of either some, and in several ways", async () => {
  const pictures = fc.sample(await bentPictures(1024), { numRuns: 60, seed: 1 });
  const outcomes = await Promise.all(
    pictures.map((picture) =>
      decodeImage(picture, { width: 64, height: 48 }).then(
        () => "decoded",
        ({ code }: IngestError) => code,
      ),
    ),
  );
  const kinds = new Set(outcomes);
  expect(kinds).toContain("decoded");
  expect(kinds).toContain("image_undecodable");
  for (const kind of kinds) expect(kind).toMatch(/^decoded$|^image_/);
});

it("a container is announced as the protocol says, where it knows containers", () => {
  const known = announcement();
  if (known === null)
    expect(Object.keys(CLIENT_MESSAGES).filter((type) => /video\.start/.test(type))).toEqual([]);
  else expect(CLIENT_MESSAGES[known.type]).toBeDefined();
});
