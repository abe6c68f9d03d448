import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appendLine, openToAppend } from "../../src/sinks/jsonl/append.ts";
import { JsonlSink, noticeJson } from "../../src/sinks/mod.ts";
import { dispatched } from "../support/dispatched.ts";
import { makeTempDir } from "../support/media.ts";
import { notice } from "../support/notices.ts";
import { until } from "../support/server.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let path: string;
beforeEach(async () => {
  dir = await makeTempDir();
  path = join(dir.path, "said.jsonl");
});
afterEach(() => dir.remove());

const write = async (sink: JsonlSink, ...numbers: number[]) => {
  for (const number of numbers) await sink.deliver(notice(number));
};
const expected = (...numbers: number[]) =>
  numbers.map((number) => `${noticeJson(notice(number))}\n`).join("");

describe("a file of lines", () => {
  it("gets a line a notice, behind what is there, and is not for everybody", async () => {
    const first = new JsonlSink("record", path);
    await first.open();
    await write(first, 1, 2);
    await first.close();
    const second = new JsonlSink("record", path);
    await write(second, 3);
    await second.close();
    expect(await readFile(path, "utf8")).toBe(expected(1, 2, 3));
    expect(((await stat(path)).mode & 0o007).toString(8)).toBe("0");
  });

  it("is opened anew after it was moved, and loses no line", async () => {
    const sink = new JsonlSink("record", path);
    await write(sink, 1);
    await rename(path, `${path}.1`);
    await write(sink, 2);
    sink.reopen();
    await write(sink, 3);
    await sink.close();
    expect(await readFile(`${path}.1`, "utf8")).toBe(expected(1, 2));
    expect(await readFile(path, "utf8")).toBe(expected(3));
  });

  it("ends a line that was cut off, so that the next one stands alone", async () => {
    await writeFile(path, `${expected(1)}{"id":"cut`);
    const sink = new JsonlSink("record", path);
    await write(sink, 2);
    await sink.close();
    expect(await readFile(path, "utf8")).toBe(`${expected(1)}{"id":"cut\n${expected(2)}`);
  });

  it("has a whole line or none when the disk is full", async () => {
    const file = await openToAppend(path);
    await appendLine(file, "whole");
    let room = 5;
    const nearlyFull = Object.create(file, {
      write: {
        value: async (bytes: Uint8Array, from: number) => {
          if (room === 0)
            throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
          const part = bytes.subarray(from, from + room);
          room -= part.length;
          return await file.write(part);
        },
      },
      stat: { value: () => file.stat() },
      truncate: { value: (size: number) => file.truncate(size) },
    });
    await expect(appendLine(nearlyFull, "too long for what is left")).rejects.toThrow("ENOSPC");
    await appendLine(file, "again");
    await file.close();
    expect(await readFile(path, "utf8")).toBe("whole\nagain\n");
  });

  it.skipIf(!existsSync("/dev/full"))(
    "waits while the disk is full, says so once, and then writes all",
    async () => {
      await symlink("/dev/full", path);
      const sink = new JsonlSink("record", path);
      await sink.open();
      const { dispatcher, offer, kept } = dispatched(sink, {}, { firstMs: 5, mostMs: 5 });
      offer(1, 2, 3);
      await until("it is full", () => dispatcher.figures.last_error !== null);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(kept.lines).toMatchObject([
        {
          level: 40,
          sink: "record",
          msg: expect.stringMatching(/said\.jsonl cannot be written \(ENOSPC: .*tried again/),
        },
      ]);
      await rm(path);
      await until("all is written", () => dispatcher.figures.delivered === 3);
      await dispatcher.close(0);
      expect(await readFile(path, "utf8")).toBe(expected(1, 2, 3));
    },
  );

  it("is refused at once where it cannot be", async () => {
    await mkdir(path);
    for (const [wrong, words] of [
      [path, /EISDIR/],
      [join(dir.path, "no/such/folder"), /ENOENT/],
    ] as const)
      await expect(new JsonlSink("record", wrong).open()).rejects.toThrow(words);
  });

  it("does not write twice what a slow disk took in the end", async () => {
    const sink = new JsonlSink("record", path);
    await Promise.all([sink.deliver(notice(1)), sink.deliver(notice(1)), sink.deliver(notice(2))]);
    await sink.close();
    expect(await readFile(path, "utf8")).toBe(expected(1, 2));
  });

  it("shares a file with another program that appends whole lines", async () => {
    const sink = new JsonlSink("record", path);
    await write(sink, 1);
    await appendFile(path, "theirs\n");
    await write(sink, 2);
    await sink.close();
    expect(await readFile(path, "utf8")).toBe(`${expected(1)}theirs\n${expected(2)}`);
  });
});
