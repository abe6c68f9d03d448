import { describe, expect, it } from "vitest";
import { PictureRounds } from "../../../client/src/wall/picture-rounds.ts";

/** Fetches that end when the test says so. */
class Fetches {
  readonly begun: string[] = [];
  readonly open = new Map<string, () => void>();

  readonly fetch = (id: string): Promise<void> => {
    this.begun.push(id);
    return new Promise((resolve) => {
      this.open.set(id, () => {
        this.open.delete(id);
        resolve();
      });
    });
  };

  /** Ends what is under way, and what follows it. */
  async settle(): Promise<void> {
    while (this.open.size > 0) {
      for (const end of [...this.open.values()]) end();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

const twenty = Array.from({ length: 20 }, (_, i) => `camera ${i}`);

describe("rounds of pictures", () => {
  it("have a bound on what is under way", async () => {
    const fetches = new Fetches();
    const rounds = new PictureRounds(fetches.fetch, { mostAtOnce: 4, mostARound: 12 });
    rounds.begin(twenty);
    expect(fetches.open.size).toBe(4);
    rounds.begin(twenty);
    expect(fetches.open.size, "another round adds none").toBe(4);
    expect(new Set(fetches.begun).size, "nothing is fetched twice at once").toBe(fetches.begun.length);
    fetches.open.get("camera 0")!();
    await new Promise((resolve) => setTimeout(resolve));
    expect([fetches.open.size, fetches.begun.length]).toEqual([4, 5]);
    await fetches.settle();
    expect(fetches.begun.length).toBe(4 + 12);
  });

  it("give each its turn", async () => {
    const fetches = new Fetches();
    const rounds = new PictureRounds(fetches.fetch, { mostAtOnce: 4, mostARound: 10 });
    for (let round = 0; round < 4; round++) {
      rounds.begin(twenty);
      await fetches.settle();
    }
    const times = twenty.map((id) => fetches.begun.filter((each) => each === id).length);
    expect(times).toEqual(twenty.map(() => 2));
  });

  it("stop", async () => {
    const fetches = new Fetches();
    const rounds = new PictureRounds(fetches.fetch, { mostAtOnce: 2 });
    rounds.begin(twenty);
    rounds.stop();
    await fetches.settle();
    expect(fetches.begun).toEqual(["camera 0", "camera 1"]);
  });
});
