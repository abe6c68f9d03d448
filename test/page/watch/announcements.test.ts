import { expect, it } from "vitest";
import { Announcements } from "../../../client/src/watch/announcements.ts";

it("announces at most once every five seconds, and joins what came meanwhile", () => {
  const announcements = new Announcements();
  expect(announcements.take(0)).toBeNull();
  expect(announcements.add("a", 0)).toBe(0);
  expect(announcements.take(0)).toBe("a");
  expect(announcements.add("b", 1000)).toBe(4000);
  announcements.add("c", 2000);
  expect(announcements.take(4999)).toBeNull();
  expect(announcements.take(5000)).toBe("b; c");
  for (const text of "defgh") announcements.add(text, 6000);
  expect(announcements.take(10_000)).toBe("2 more; f; g; h");
  expect(announcements.take(20_000)).toBeNull();
});
