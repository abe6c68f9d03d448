import { describe, expect, it } from "vitest";
import { randomPictures } from "../../reliability/pictures.ts";
import { MESSAGE_TYPES, randomMessages } from "../../reliability/random-messages.ts";

describe("random messages", () => {
  it("are the same for the same seed, and others for another", async () => {
    const pictures = await randomPictures(2, 1);
    expect(randomMessages(pictures, 50, 7)).toEqual(randomMessages(pictures, 50, 7));
    expect(randomMessages(pictures, 50, 7)).not.toEqual(randomMessages(pictures, 50, 8));
  });

  it("are of both kinds, some of them good", async () => {
    const pictures = await randomPictures(2, 1);
    const messages = randomMessages(pictures, 400, 7);
    const texts = messages.filter((message) => typeof message === "string");
    expect(texts.length).toBeGreaterThan(100);
    expect(messages.length - texts.length).toBeGreaterThan(100);
    expect(texts.some((text) => /^\{"type":"conversation.item.create"/.test(text))).toBe(true);
    expect(messages.some((message) => pictures.some((picture) => picture === message))).toBe(true);
  });

  it("are of every type of the protocol", async () => {
    const messages = randomMessages(await randomPictures(2, 1), 1000, 7);
    const begins = (type: string) =>
      messages.some((text) => typeof text === "string" && text.includes(`"${type}"`));
    expect(MESSAGE_TYPES.length).toBeGreaterThan(3);
    expect(MESSAGE_TYPES.filter((type) => !begins(type))).toEqual([]);
  });
});
