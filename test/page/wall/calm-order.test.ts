import { describe, expect, it } from "vitest";
import { CalmOrder, type Placed } from "../../../client/src/wall/calm-order.ts";

const stream = (id: string, state: "" | "alerted" | "in trouble" = ""): Placed => ({
  id,
  isAlerted: state === "alerted",
  isInTrouble: state === "in trouble",
});

describe("the order of the wall", () => {
  it("has alerts first, then trouble, then the others, each by their names", () => {
    const streams = [
      stream("yard 10"),
      stream("yard 9"),
      stream("door", "in trouble"),
      stream("gate", "alerted"),
      stream("cellar", "in trouble"),
    ];
    expect(new CalmOrder().place(streams, 0)).toEqual(["gate", "cellar", "door", "yard 9", "yard 10"]);
  });

  it("moves what is alerted at once, and what is in trouble when that has lasted", () => {
    const order = new CalmOrder();
    const place = (b: Parameters<typeof stream>[1], atMs: number) =>
      order.place([stream("a"), stream("b", b), stream("c")], atMs).join("");
    expect(place("", 0)).toBe("abc");
    expect(place("alerted", 1000)).toBe("bac");
    expect(place("", 2000), "it stays for a while").toBe("bac");
    expect(place("", 12_000)).toBe("abc");
    expect(place("in trouble", 13_000)).toBe("abc");
    expect(place("", 18_000), "a stutter").toBe("abc");
    expect(place("in trouble", 20_000)).toBe("abc");
    expect(place("in trouble", 29_000)).toBe("abc");
    expect(place("in trouble", 30_000)).toBe("bac");
  });

  it("moves nothing while somebody is about to choose, but takes in who comes and goes", () => {
    const order = new CalmOrder();
    expect(order.place([stream("b"), stream("c"), stream("d")], 0)).toEqual(["b", "c", "d"]);
    const later = [stream("a"), stream("b"), stream("d", "alerted")];
    expect(order.place(later, 1000, true)).toEqual(["b", "d", "a"]);
    expect(order.place(later, 2000)).toEqual(["d", "a", "b"]);
  });
});
