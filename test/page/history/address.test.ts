import { expect, it } from "vitest";
import { type Address, queryOf, readAddress } from "../../../client/src/history/address.ts";

const NOTHING: Address = {
  ...{ day: null, hourMs: null, stream: null, kind: null, words: null, everyDay: false, entry: null },
};
const read = (query: string) => readAddress(new URLSearchParams(query));

it("keeps all of what is shown in the address", () => {
  const all: Address = {
    ...{
      day: "2026-10-25",
      hourMs: Date.parse("2026-10-25T01:00:00Z"),
      stream: "front door/2",
      kind: "alerts",
    },
    ...{ words: '"red car" & lor*', everyDay: true, entry: "118" },
  };
  expect(read(new URLSearchParams(queryOf(all)).toString())).toEqual(all);
  expect(queryOf(NOTHING)).toEqual({});
  expect(read("")).toEqual(NOTHING);
});

it("takes what an address says wrongly for not said", () => {
  expect(read("day=tomorrow&hour=noon&type=everything&days=some&entry=-1&words=%20")).toEqual(NOTHING);
  expect(read("type=constructor")).toEqual(NOTHING);
});
