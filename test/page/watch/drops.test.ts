import { describe, expect, it } from "vitest";
import { aboutDrops, DropWatch } from "../../../client/src/watch/drops.ts";

const NONE = { busy: 0, rate: 0, duplicate: 0, decode_error: 0 };
const counts = (frames_in: number, dropped: Partial<typeof NONE> = {}) => ({
  frames_in,
  frames_dropped: { ...NONE, ...dropped },
});

describe("pictures that the server leaves out", () => {
  it("are told when they are many, with the reason of most", () => {
    const watch = new DropWatch();
    expect(watch.hear(counts(20, { busy: 1 }))).toBeNull();
    const drops = watch.hear(counts(40, { busy: 9, rate: 2 }));
    expect(drops).toEqual({ left: 10, of: 20, reason: "busy" });
    expect(aboutDrops(drops!)).toMatch(/busy and left out 10 of the last 20 pictures/);
  });

  it("are told until they are few, so that nothing flickers", () => {
    const watch = new DropWatch();
    watch.hear(counts(20, { busy: 10 }));
    expect(watch.hear(counts(40, { busy: 12 })), "a tenth of them").not.toBeNull();
    expect(watch.hear(counts(60, { busy: 12 }))).toBeNull();
  });

  it("are not concluded from a few pictures, nor from those of the session before", () => {
    const watch = new DropWatch();
    expect(watch.hear(counts(2, { busy: 2 }))).toBeNull();
    watch.hear(counts(100, { busy: 3 }));
    expect(watch.hear(counts(30)), "a new session, whose counts begin anew").toBeNull();
  });

  it("are no trouble when they show the same picture again", () => {
    expect(new DropWatch().hear(counts(20, { duplicate: 19 }))).toBeNull();
  });
});
