import { describe, expect, it } from "vitest";
import { DecodeQueue } from "../../src/ingest/decode-queue.ts";

const wanted = () => true;

describe("DecodeQueue", () => {
  it("runs a few jobs at a time, in the order in which they came, and one that fails makes room, too", async () => {
    const queue = new DecodeQueue(2);
    const begun: number[] = [];
    let [running, most] = [0, 0];
    const jobs = Array.from({ length: 7 }, (_, i) =>
      queue.run(async () => {
        begun.push(i);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running--;
        if (i === 1) throw new Error("broken");
        return i;
      }, wanted),
    );
    const outcomes = await Promise.allSettled(jobs);
    expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual([
      true,
      false,
      ...Array(5).fill(true),
    ]);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(most).toBe(2);
  });

  it("rests after a job for as long as the job took, and its result does not wait for that", async () => {
    const queue = new DecodeQueue(1, 1);
    const spans: [number, number][] = [];
    const job = async () => {
      const from = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 50));
      spans.push([from, performance.now()]);
    };
    const [first, second] = [queue.run(job, wanted), queue.run(job, wanted)];
    await first;
    expect(spans).toHaveLength(1);
    await second;
    const [[from, until], [next]] = spans as [[number, number], [number, number]];
    expect(next - until).toBeGreaterThan(0.9 * (until - from));
  });

  it("skips what nobody wants any more", async () => {
    const queue = new DecodeQueue(1);
    let isOpen = true;
    const first = queue.run(async () => {
      isOpen = false;
      return 1;
    }, wanted);
    const second = queue.run(
      async () => 2,
      () => isOpen,
    );
    const third = queue.run(async () => 3, wanted);
    expect(await Promise.all([first, second, third])).toEqual([1, null, 3]);
  });

  it("lets a stream that asks for one at a time come after one job of a stream that never stops", async () => {
    const queue = new DecodeQueue(1);
    const order: string[] = [];
    const stream = async (name: string, count: number) => {
      for (let i = 0; i < count; i++) await queue.run(async () => void order.push(name), wanted);
    };
    await Promise.all([stream("a", 20), stream("b", 3)]);
    expect(order.slice(0, 6).join("")).toBe("ababab");
  });
});
