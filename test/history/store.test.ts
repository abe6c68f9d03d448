import { readFile, stat, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openHistoryFile } from "../../src/history/history-file.ts";
import { MIGRATIONS, migrate, versionOf } from "../../src/history/migrations.ts";
import { inTransaction, openSqlite } from "../../src/history/sqlite.ts";
import { HistoryStore } from "../../src/history/store.ts";
import { historyPath, kept, openStore, textsIn, wanted, writeAll } from "../support/history.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("a history", () => {
  it("finds words in any order, phrases, beginnings and other forms of a word, the newest first", async () => {
    const store = await openStore(await historyPath());
    writeAll(store, [
      kept("door", 0, "a red car enters from the left"),
      kept("door", 1, "a car stops beside a red person"),
      kept("yard", 2, "Zwei Müllwagen fahren vor"),
      kept("door", 3, "nothing but rain"),
    ]);
    expect(textsIn(store, { words: "CAR red" })).toEqual([
      "a car stops beside a red person",
      "a red car enters from the left",
    ]);
    expect(textsIn(store, { words: '"red car"' })).toEqual(["a red car enters from the left"]);
    expect(textsIn(store, { words: "enter cars" })).toEqual(["a red car enters from the left"]);
    expect(textsIn(store, { words: "mullw*" })).toEqual(["Zwei Müllwagen fahren vor"]);
    expect(textsIn(store, { words: "lorry" })).toEqual([]);
    expect(textsIn(store, { words: "red", streams: ["yard"] })).toEqual([]);
    expect(textsIn(store, { streams: ["yard", "nowhere"] })).toEqual(["Zwei Müllwagen fahren vor"]);
    expect(textsIn(store, { streams: ["nowhere"] })).toEqual([]);
  });

  it("takes whatever a user types as words: nothing of it is syntax", async () => {
    const store = await openStore(await historyPath());
    const said = 'he said "NEAR(a b) OR text:door*" -x ^y {z} + (AND) NOT';
    writeAll(store, [kept("door", 0, said), kept("door", 1, "something else")]);
    for (const words of [
      "NEAR(a",
      "text:door*",
      "(AND)",
      "NOT",
      "-x",
      "^y",
      "{z}",
      '"said NEAR"',
      'sa"id',
      "a\0b",
    ])
      expect(() => store.search(wanted({ words }))).not.toThrow();
    expect(textsIn(store, { words: "NOT else" })).toEqual([]);
    expect(textsIn(store, { words: "OR" })).toEqual([said]);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (words) => {
        expect(() => store.search(wanted({ words }))).not.toThrow();
        expect(() => store.search(wanted({ streams: [words], types: ["thought"] }))).not.toThrow();
      }),
    );
  });

  it("gives pages that follow each other without gap or repetition, while more is written", async () => {
    const store = await openStore(await historyPath());
    writeAll(
      store,
      Array.from({ length: 25 }, (_, i) => kept("door", i, `thought ${i}`)),
    );
    const seen: string[] = [];
    for (let before: number | null = null; ; ) {
      const { found, hasMore } = store.search(wanted({ words: "thought", before, limit: 10 }));
      seen.push(...found.map(({ text }) => text));
      writeAll(store, [kept("door", 100 + seen.length, "a new thought")]);
      if (!hasMore) break;
      before = found.at(-1)!.id;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `thought ${24 - i}`));
  });

  it("finds a time also where the machine's clock was set back", async () => {
    const store = await openStore(await historyPath());
    const at = (hour: number) => ({ wallMs: 100 * DAY + hour * HOUR });
    writeAll(store, [
      kept("door", 0, "at eight", at(8)),
      kept("door", 1, "at ten", at(10)),
      // The clock was an hour fast, and is set.
      kept("door", 2, "at nine", at(9)),
      kept("door", 3, "at eleven", at(11)),
    ]);
    const between = (from: number, to: number) => ({ fromMs: at(from).wallMs, toMs: at(to).wallMs });
    expect(textsIn(store, between(9, 10))).toEqual(["at nine"]);
    expect(textsIn(store, { ...between(8, 11), words: "at" })).toEqual(["at nine", "at ten", "at eight"]);
    expect(textsIn(store, { toMs: at(9).wallMs })).toEqual(["at eight"]);
    expect(textsIn(store, between(20, 21))).toEqual([]);
  });

  it("keeps the whole event, its picture, and where a stream stands", async () => {
    const path = await historyPath();
    const store = await openStore(path);
    const counts = {
      ...{
        frames_in: 9,
        units: 4,
        units_unfamiliar: 0,
        thoughts: 2,
        skips: 2,
        answers: 1,
        reasoning_tokens: 30,
      },
      frames_dropped: { busy: 1, rate: 0, duplicate: 0, decode_error: 0 },
      skip_reasons: { nothing_new: 2, still: 0, repeated: 0, late: 0, limited: 0, unavailable: 0 },
    };
    const jpeg = new Uint8Array([0xff, 0xd8, 0, 1, 2, 255]);
    const standing = { nextEvent: 8, counts, recap: "so far 3 cars came", mediaMs: 7000, wallMs: 5_000 };
    writeAll(store, [
      kept("door", 7, "a car"),
      { what: "picture", stream: "door", number: 7, jpeg },
      { what: "stream", stream: "door", kind: "camera", ...standing },
    ]);
    for (const file of [path, `${path}-wal`])
      expect((await stat(file)).mode & 0o077, `${file} is its owner's alone`).toBe(0);
    const [found] = store.search(wanted()).found;
    expect(found).toMatchObject({
      stream: "door",
      kind: "camera",
      number: 7,
      mediaMs: 7000,
      hasPicture: true,
    });
    expect(JSON.parse(found!.event)).toMatchObject({ event_id: "event_7", text: "a car" });
    expect([...store.picture("door", 7)!]).toEqual([...jpeg]);
    expect([store.picture("door", 6), store.picture("yard", 7)]).toEqual([null, null]);
    store.close();
    const { opened } = await openStore(path);
    expect(opened.pasts).toEqual([
      { stream: "door", nextEvent: 8, counts, recap: "so far 3 cars came", lastMs: 7000, lastAtMs: 5_000 },
    ]);
    expect(opened.before?.isEnded).toBe(true);
  });

  it("writes a batch as a whole or not at all", async () => {
    const store = await openStore(await historyPath());
    const broken = { ...kept("door", 1, "b"), text: null as unknown as string };
    expect(() => writeAll(store, [kept("door", 0, "a"), broken])).toThrow();
    expect(textsIn(store)).toEqual([]);
    writeAll(store, [kept("door", 0, "a")]);
    expect(textsIn(store)).toEqual(["a"]);
  });

  it("notes from when to when nothing was recorded, and whether the server was stopped", async () => {
    const path = await historyPath();
    const first = await HistoryStore.open(path, null, 10 * DAY);
    expect(textsIn(first)).toEqual([]);
    first.write(1, [], 10 * DAY + HOUR);
    first.close(10 * DAY + 2 * HOUR);
    const second = await HistoryStore.open(path, null, 11 * DAY);
    expect(textsIn(second)).toEqual([
      "Nothing was recorded from 1970-01-11T02:00:00.000Z to 1970-01-12T00:00:00.000Z. The server did not run.",
    ]);
    expect(second.search(wanted()).found[0]).toMatchObject({ stream: null, number: null, type: "gap" });
  });

  it("lets one server record into a file, and others read it meanwhile", async () => {
    const path = await historyPath();
    const store = await openStore(path);
    await expect(HistoryStore.open(path)).rejects.toMatchObject({ code: "history_in_use" });
    writeAll(store, [kept("door", 0, "a car")]);
    const reading = await openHistoryFile(path, "read");
    expect(reading.search(wanted({ words: "car" })).found).toHaveLength(1);
    expect(() => reading.forget("door")).toThrow(/readonly/i);
    writeAll(store, [kept("door", 1, "another car")]);
    expect(reading.search(wanted({ words: "car" })).found).toHaveLength(2);
    reading.close();
    store.close();
    (await HistoryStore.open(path)).close();
  });

  it("refuses what is no history, and says what to do", async () => {
    const path = await historyPath();
    await writeFile(path, "this is a text and no database, though it is long enough to be one".repeat(100));
    await expect(HistoryStore.open(path)).rejects.toMatchObject({
      code: "history_unusable",
      message: expect.stringContaining("--no-history"),
    });
    await expect(openHistoryFile(`${path}x`, "read")).rejects.toMatchObject({ code: "history_unusable" });
  });
});

describe("what is too old or too much", () => {
  const trimAll = (store: HistoryStore, retention: { keepDays: number; maxBytes: number }, nowMs: number) => {
    while (store.trim(retention, nowMs));
  };

  it("is deleted by its age, with its pictures and counts, wherever the clock was", async () => {
    const store = await openStore(await historyPath());
    const day = (number: number, atDay: number) =>
      kept("door", number, `day ${atDay}`, { wallMs: atDay * DAY });
    writeAll(store, [
      // Heard first, while the clock was far ahead.
      day(0, 500),
      day(1, 100),
      { what: "picture", stream: "door", number: 1, jpeg: new Uint8Array(10) },
      ...Array.from({ length: 1200 }, (_, i) => day(2 + i, 101)),
      day(2000, 110),
    ]);
    trimAll(store, { keepDays: 5, maxBytes: 1e9 }, 111 * DAY);
    expect(textsIn(store)).toEqual(["day 110", "day 500"]);
    expect(store.info()).toMatchObject({ events: 2, pictures: 0 });
    expect(textsIn(store, { words: "day 101" })).toEqual([]);
  });

  it("is deleted by its size, the oldest first", async () => {
    const store = await openStore(await historyPath());
    const jpeg = new Uint8Array(10_000).fill(7);
    for (let batch = 0; batch < 10; batch++)
      writeAll(
        store,
        Array.from({ length: 100 }, (_, i) => 100 * batch + i).flatMap((number) => [
          kept("door", number, `thought ${number}`),
          { what: "picture" as const, stream: "door", number, jpeg },
        ]),
      );
    const before = store.info();
    trimAll(store, { keepDays: 1e6, maxBytes: before.bytes / 2 }, Date.now());
    const { events, pictures, bytes } = store.info();
    expect(bytes).toBeLessThanOrEqual(before.bytes / 2);
    expect(events).toBe(pictures);
    expect(events).toBeGreaterThan(0);
    expect(textsIn(store, { limit: 1 })).toEqual(["thought 999"]);
    expect(textsIn(store, { words: '"thought 0"' })).toEqual([]);
  });

  it("is all of a stream where somebody wants that: then nothing of it is left in any file", async () => {
    const path = await historyPath();
    const store = await openStore(path);
    const jpeg = new TextEncoder().encode("a picture of the ambassador".repeat(100));
    writeAll(store, [
      ...Array.from({ length: 700 }, (_, i) => kept("door", i, `the ambassador comes ${i}`)),
      kept("yard", 0, "a gardener"),
      { what: "picture", stream: "door", number: 1, jpeg },
    ]);
    const steps = [...store.forget("door")];
    expect(steps.length, "others get their turn").toBeGreaterThan(1);
    expect([textsIn(store), store.picture("door", 1)]).toEqual([["a gardener"], null]);
    expect(store.info().streams).toEqual([{ stream: "yard", events: 1 }]);
    expect(store.forget("door").next()).toEqual({ done: true, value: null });
    for (const file of [path, `${path}-wal`]) {
      const bytes = await readFile(file).catch(() => Buffer.alloc(0));
      expect(bytes.includes("ambassador"), file).toBe(false);
    }
    // The server goes on with the camera.
    writeAll(store, [kept("door", 700, "a postman")]);
    expect(textsIn(store, { streams: ["door"] })).toEqual(["a postman"]);
  });
});

describe("versions of the file", () => {
  it("opens a file of the first version", async () => {
    const path = await historyPath();
    const old = await openSqlite(path, "write");
    // As it was when it was released. It must never change.
    old.exec(await readFile(new URL("../fixtures/history/version-1.sql", import.meta.url), "utf8"));
    old.close();
    const store = await openStore(path);
    expect(textsIn(store, { words: "car", streams: ["door"] })).toEqual(["a red car enters from the left"]);
    expect(store.opened.pasts).toMatchObject([{ stream: "door", nextEvent: 12 }]);
    writeAll(store, [kept("door", 12, "it goes")]);
    expect(textsIn(store, { streams: ["door"], limit: 1 })).toEqual(["it goes"]);
  });

  it("makes each later version once, as a whole, in order", async () => {
    const path = await historyPath();
    const database = await openSqlite(path, "write");
    migrate(database, path);
    const later = [
      ...MIGRATIONS,
      "ALTER TABLE streams ADD COLUMN colour TEXT",
      "INSERT INTO streams (name, kind, next_event, wall_ms, colour) VALUES ('x', 'camera', 0, 0, 'red')",
    ];
    const broken = [...later, "CREATE TABLE half (a INTEGER); CREATE TABLE half (a INTEGER)"];
    expect(() => migrate(database, path, broken)).toThrow();
    expect(versionOf(database)).toBe(later.length);
    expect(() => database.prepare("SELECT * FROM half")).toThrow();
    migrate(database, path, later);
    expect(database.prepare("SELECT colour FROM streams").all()).toMatchObject([{ colour: "red" }]);
    database.close();
  });

  it("refuses a file that a newer program has made, and changes nothing in it", async () => {
    const path = await historyPath();
    const database = await openSqlite(path, "write");
    migrate(database, path, [...MIGRATIONS, "CREATE TABLE future (a INTEGER)"]);
    database.close();
    const refused = {
      code: "history_newer",
      message: expect.stringMatching(
        /has the version 2, and this program knows versions up to 1\. Use the newer/,
      ),
    };
    await expect(HistoryStore.open(path)).rejects.toMatchObject(refused);
    await expect(openHistoryFile(path, "read")).rejects.toMatchObject(refused);
    const again = await openSqlite(path, "read");
    expect(versionOf(again)).toBe(2);
    again.close();
  });

  it("does not read what it cannot bring up to date", async () => {
    const path = await historyPath();
    const database = await openSqlite(path, "write");
    inTransaction(database, () => database.exec("CREATE TABLE other (a INTEGER)"));
    database.close();
    await expect(openHistoryFile(path, "read")).rejects.toMatchObject({ code: "history_older" });
  });
});
