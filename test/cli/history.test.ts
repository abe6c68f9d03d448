import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveSettings } from "../../src/cli/serve-config.ts";
import { historySchema } from "../../src/history/mod.ts";
import { openSqlite } from "../../src/history/sqlite.ts";
import { HistoryStore } from "../../src/history/store.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { kept, writeAll } from "../support/history.ts";
import { eventually, makeTempDir, makeVideo } from "../support/media.ts";
import { type Program, thinkalong } from "../support/program.ts";
import { SseClient } from "../support/sse-client.ts";
import { screenOf, thinkalongOnTerminal } from "../support/terminal.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeAll(async () => {
  dir = await makeTempDir();
});
afterAll(() => dir.remove());

const numberOf = (id: string) => Number(/^event_(\d+)/.exec(id)![1]);

describe("thinkalong history", () => {
  it("finds, sums up and deletes what a server keeps, also while that runs, on 60 columns", async () => {
    const file = join(dir.path, "server", "history.db");
    const store = await HistoryStore.open(file);
    const now = Date.now();
    const long = "a red car and a white lorry with a blue trailer enter from the left and stop at the gate";
    writeAll(store, [
      kept("door", 0, long, { wallMs: now - 60_000 }),
      kept("door", 1, "\u001b[31m red car\u202e", { wallMs: now - 50_000 }),
      kept("yard", 2, "gate: a red car comes", { wallMs: now - 40_000, type: "alert" }),
    ]);
    const run = (...args: string[]) => thinkalong(["history", ...args], { THINKALONG_HOME: dir.path }).ended;
    const [{ stdout }, asJson, summary, info] = await Promise.all([
      thinkalongOnTerminal(60, ["history", "search", "red car", "--file", file]).ended,
      run("search", "car", "--stream", "yard", "--from", "1h", "--json"),
      run("summary", "--by", "day"),
      run("info"),
    ]);
    const screen = screenOf(stdout, 60);
    expect(screen.every((row) => row.length <= 60)).toBe(true);
    const words = screen.join(" ").replace(/\s+/g, " ");
    expect(words).toMatch(
      /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d door a red car and .* at the gate \d{4}.* door \[31m red car \d{4}.* yard alert gate: a red car comes/,
    );
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      stream: "yard",
      type: "alert",
      event: { event_id: "event_2" },
    });
    expect(summary.stdout).toMatch(
      /2 thoughts, 1 alert\n[\s\S]*door 2 thoughts; most thoughts in one day: 2, /,
    );
    expect(info.stdout).toMatch(
      /history\.db, version 1\nsize: .* MiB, of which 0\.0 MiB are 0 pictures\nspan: /,
    );
    const [deleted, missing, wrong] = await Promise.all([
      run("delete", "door"),
      run("delete", "nowhere"),
      run("search", "--from", "yesterday"),
    ]);
    expect([deleted.code, deleted.stdout]).toEqual([
      0,
      "2 events of door were deleted, with their pictures.\n",
    ]);
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringContaining("Nothing is kept of a stream nowhere"),
    ]);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("24h (ago)")]);
    store.close();
  });
});

describe("thinkalong serve with a history", () => {
  it("loses at most the last second when it is killed, says so, and its cameras go on", async () => {
    const home = join(dir.path, "killed");
    const clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 20, fps: 4 });
    const serve = () =>
      thinkalong(["serve", "--model", TINY_BUNDLE, "--port", "0", "--camera", `door=${clip}`], {
        THINKALONG_HOME: home,
      });
    const urlOf = async (program: Program) => (await program.says(/Open (http:\S+) for/))[1]!;
    const heard: { readonly id: string; readonly atMs: number; readonly text: string }[] = [];
    let killedMs = 0;
    let lastMediaMs = 0;
    {
      await using server = serve();
      const url = await urlOf(server);
      expect(server.stdout).toMatch(/What cameras see is kept for 30 days in .*killed\/server\/history\.db/);
      const events = await SseClient.open(`${url}/v1/streams/door/events?from=start`);
      const since = performance.now();
      let taken = 0;
      await eventually(() => {
        for (const event of events.events.slice(taken)) {
          taken++;
          if (event.type !== "response.reasoning_text.done" || event.text === "") continue;
          heard.push({ id: event.event_id, atMs: performance.now(), text: event.text });
          lastMediaMs = event.media_time_ms;
        }
        return heard.length > 3 && performance.now() - since > 2_500;
      }, "some thoughts");
      killedMs = performance.now();
      server.process.kill("SIGKILL");
      await server.ended;
    }
    await using server = serve();
    const url = await urlOf(server);
    const { data } = (await (await fetch(`${url}/v1/history?limit=500`)).json()) as {
      data: { type: string; event_id: string | null; text: string; stream: string | null }[];
    };
    const ids = new Set(data.map(({ event_id }) => event_id));
    // The timer of a batch may be late on a machine that is busy.
    const lost = heard.filter(({ id, atMs }) => !ids.has(id) && killedMs - atMs > 2_000);
    expect(lost).toEqual([]);
    expect(heard.some(({ id }) => ids.has(id))).toBe(true);
    const note = data.find(({ stream }) => stream === null);
    expect(note).toMatchObject({ type: "gap", event_id: null });
    expect(note!.text).toMatch(
      /^Nothing was recorded from .* The server ended without being stopped, .* last second/,
    );

    const events = await SseClient.open(`${url}/v1/streams/door/events`, {
      "last-event-id": heard.at(-1)!.id,
    });
    const gap = await events.first("input.gap");
    expect(gap.message).toMatch(/^The server had ended without being stopped\. For /);
    // What was given out in the last second is given to nothing else.
    expect(numberOf(gap.event_id)).toBeGreaterThan(numberOf(heard.at(-1)!.id) + 100_000);
    const thought = await events.first("response.reasoning_text.done");
    expect(thought.media_time_ms).toBeGreaterThan(lastMediaMs);
    expect(events.events[0]).toMatchObject({ type: "session.gap" });
    server.process.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0 });
  });

  it("does not start on a history of a newer program", async () => {
    const file = join(dir.path, "newer.db");
    const newer = await openSqlite(file, "write");
    newer.exec("PRAGMA user_version = 99");
    newer.close();
    const args = ["serve", "--model", TINY_BUNDLE, "--port", "0", "--history", file];
    const refused = await thinkalong(args, { THINKALONG_HOME: dir.path }).ended;
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error: The history .*newer\.db has the version 99, and this program knows versions up to 1\./,
      ),
    ]);
  });

  it("keeps none with --no-history, and the file's section else", () => {
    const config = { history: { ...historySchema.parse({}), path: "/a/history.db", keep_days: 3 } };
    expect(serveSettings({ history: false }, config).history.enabled).toBe(false);
    expect(serveSettings({}, config).history).toMatchObject({
      enabled: true,
      keep_days: 3,
      path: "/a/history.db",
    });
    expect(serveSettings({ history: "b.db" }, config).history).toMatchObject({ enabled: true, path: "b.db" });
    expect(serveSettings({ state: "s" }).history.path).toBe(join("s", "history.db"));
  });
});
