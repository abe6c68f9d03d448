import { describe, expect, it } from "vitest";
import { type Transfer, TransferMeter } from "../../../src/models/hub/mod.ts";

describe("the meter of a transfer", () => {
  it("counts all bytes, and the speed of those alone that come now", () => {
    const told: Transfer[] = [];
    let now = 0;
    const meter = new TransferMeter(
      10_000,
      (transfer) => told.push(transfer),
      () => now,
    );
    meter.begin("a");
    meter.kept(4_000);
    expect(told.at(-1)).toEqual({
      file: "a",
      total: 10_000,
      done: 4_000,
      bytesPerS: null,
      secondsLeft: null,
    });
    for (now = 500; now <= 2_000; now += 500) meter.came(500);
    expect(told.at(-1)).toMatchObject({ done: 6_000, bytesPerS: 1_000, secondsLeft: 4 });
  });

  it("forgets how fast it was long ago", () => {
    let last: Transfer | null = null;
    let now = 0;
    const meter = new TransferMeter(
      1e6,
      (transfer) => {
        last = transfer;
      },
      () => now,
    );
    for (; now < 20_000; now += 500) meter.came(5_000);
    for (; now < 60_000; now += 500) meter.came(50);
    expect(last).toMatchObject({ bytesPerS: 100 });
  });
});
