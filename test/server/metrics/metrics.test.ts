import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { History } from "../../../src/history/mod.ts";
import { METRIC_ENTRIES } from "../../../src/server/metrics/metric-table.ts";
import { type Family, hasPrometheus, readMetrics } from "../../support/prometheus.ts";
import { hasPromtool, promtool } from "../../support/promtool.ts";
import { ScriptedEngine } from "../../support/scripted-engine.ts";
import { picture, startScriptedServer, startServer, until } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

const PLAIN = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** What Prometheus 3 sends. */
const PROMETHEUS_ACCEPT =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

const jpeg = await picture();

async function scrape(url: string, accept = "*/*") {
  const response = await fetch(`${url}/metrics`, { headers: { accept } });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

/** The values of the text format, by metric and labels as they stand there. */
function valuesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** A client that has sent four pictures, and got an answer. */
async function busyClient(url: string, engine: ScriptedEngine): Promise<WsClient> {
  const client = await WsClient.connect(url);
  for (let seq = 0; seq < 4; seq++) {
    client.frame(jpeg, seq, seq * 100);
    // One that comes while another one is decoded takes its place.
    await until("the frame is there", () => engine.opened.at(-1)?.frames.length === seq + 1);
  }
  await client.next("response.reasoning_text.done", ({ unit }) => unit === 1);
  client.ask("what is moving?");
  await client.next("response.done", ({ response }) => response.kind === "answer");
  return client;
}

/** A history that has counted something, without a file. */
class BusyHistory extends History {
  constructor() {
    super({
      path: "none.db",
      keep_days: 1,
      max_bytes: 1e6,
      sessions: false,
      pictures: "none",
      onTrouble: () => {},
    });
  }

  override get figures() {
    return { written: 50, lost: 1, waiting: 4, failures: 1, lastBatchMs: 12 };
  }
}

/** A server of which every metric has a value. */
async function everything() {
  const engine = new ScriptedEngine({ thought: (unit) => (unit === 0 ? "a car" : null), maxStreams: 8 });
  engine.backend = {
    vision: { units: 3, busyMs: 120 },
    steps: { count: 7, tokens: 42, busyMs: 210 },
    waiting: { units: 1, thinkers: 2 },
    cacheBytes: { visual: 4096, text: 1024 },
    drafts: { drafted: 10, accepted: 8 },
    process: { cpuMs: 500, residentBytes: 2 ** 20 },
    remote: {
      ...{ servers: 2, serversUp: 1, inFlight: 3, requests: 9, failed: 2 },
      ...{ prefilledTokens: 100, cachedTokens: 900 },
    },
  };
  const sink = { delivered: 5, failed: 1, dropped: 2, waiting: 3, disabled: false };
  const server = await startServer(engine, {
    cameras: { off: { url: "rtsp://127.0.0.1:9/", enabled: false } },
    sinkCounts: () => ({ hook: sink }),
    history: new BusyHistory(),
  });
  const client = await busyClient(server.url, engine);
  client.send({ type: "no.such.type" });
  await client.next("error");
  engine.opened[0]!.emit({ type: "frame.dropped", seq: 9, mediaTimeMs: 900, reason: "busy" });
  engine.opened[0]!.emit({ type: "stream.failed", code: "frame_time", message: "A test.", fatal: false });
  await client.next("input_video_frame.dropped");
  return server;
}

describe("the metrics of a server on which everything happens", () => {
  let server: Awaited<ReturnType<typeof everything>>;
  beforeAll(async () => {
    server = await everything();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it("count what streams, clients, the engine and the rooms beside it do", async () => {
    const { status, type, text } = await scrape(server.url);
    expect([status, type]).toEqual([200, PLAIN]);
    const values = valuesOf(text);
    const told = (prefix: string) =>
      Object.fromEntries([...values].filter(([key]) => key.startsWith(`thinkalong_${prefix}`)));
    const stream = 'stream="session"';
    expect(Object.fromEntries(values)).toMatchObject({
      thinkalong_ready: 1,
      'thinkalong_engine_state{state="ready"}': 1,
      'thinkalong_engine_state{state="failed"}': 0,
      [`thinkalong_frames_total{${stream}}`]: 4,
      [`thinkalong_units_total{${stream}}`]: 2,
      [`thinkalong_thoughts_total{${stream}}`]: 1,
      [`thinkalong_skips_total{${stream},reason="nothing_new"}`]: 1,
      [`thinkalong_skips_total{${stream},reason="late"}`]: 0,
      [`thinkalong_frames_dropped_total{${stream},reason="busy"}`]: 1,
      [`thinkalong_frames_dropped_total{${stream},reason="rate"}`]: 0,
      [`thinkalong_answers_total{${stream},status="completed"}`]: 1,
      [`thinkalong_ttft_seconds_count{${stream}}`]: 1,
      [`thinkalong_skip_seconds_count{${stream}}`]: 1,
      [`thinkalong_staleness_seconds_count{${stream}}`]: 2,
      [`thinkalong_answer_seconds_count{${stream}}`]: 1,
      [`thinkalong_answer_first_token_seconds_count{${stream}}`]: 1,
      [`thinkalong_stream_errors_total{${stream},code="frame_time"}`]: 1,
      'thinkalong_refusals_total{over="message",code="unknown_type"}': 1,
      'thinkalong_camera_state{stream="off",state="disabled"}': 1,
      'thinkalong_camera_state{stream="off",state="live"}': 0,
      'thinkalong_streams{kind="session"}': 1,
      thinkalong_received_messages_total: 6,
      thinkalong_steps_total: 7,
      'thinkalong_engine_queue_length{queue="reasoning"}': 2,
      'thinkalong_cache_bytes{cache="visual"}': 4096,
      'thinkalong_cache_bytes{cache="text"}': 1024,
      thinkalong_draft_accepted_tokens_total: 8,
      thinkalong_step_busy_seconds_total: 0.21,
      'thinkalong_remote_servers{state="down"}': 1,
      'thinkalong_remote_prompt_tokens_total{source="cached"}': 900,
      'thinkalong_sink_failed_total{sink="hook"}': 1,
      'thinkalong_history_events_total{outcome="lost"}': 1,
    });
    expect(values.get("thinkalong_received_bytes_total")).toBeGreaterThan(4 * jpeg.length);
    expect(values.get(`thinkalong_tokens_total{${stream},for="answer"}`)).toBeGreaterThan(0);
    expect(told("build_info")).toEqual({
      [`thinkalong_build_info{version="${await packageVersion()}",node="${process.version}",model="scripted"}`]: 1,
    });
  });

  it("are the same ones as OpenMetrics, whatever was asked for before", async () => {
    const names = (text: string) =>
      [...valuesOf(text).keys()].filter((key) => !/^(process|nodejs)_/.test(key));
    const before = names((await scrape(server.url)).text);
    const open = await scrape(server.url, PROMETHEUS_ACCEPT);
    expect(open.type).toBe(OPEN_METRICS);
    expect(open.text.endsWith("# EOF\n")).toBe(true);
    expect(open.text).toContain("# TYPE thinkalong_frames counter\n");
    expect(names(open.text)).toEqual(expect.arrayContaining(before));
    expect(names((await scrape(server.url)).text)).toEqual(expect.arrayContaining(before));
  });

  it.each([
    ["*/*", PLAIN],
    ["text/plain", PLAIN],
    ["text/plain;q=0.9, application/openmetrics-text;q=0.1", PLAIN],
    ["application/json", PLAIN],
    ["application/openmetrics-text; version=1.0.0", OPEN_METRICS],
    [PROMETHEUS_ACCEPT, OPEN_METRICS],
  ])("are given for Accept: %s as %s", async (accept, type) => {
    expect((await scrape(server.url, accept)).type).toBe(type);
  });

  it.skipIf(!hasPrometheus).each([
    ["plain", "text/plain"],
    ["openmetrics", "application/openmetrics-text"],
  ] as const)(
    "as Prometheus reads them, %s: every one is there, with its help, its type and its values",
    async (format, accept) => {
      const { text } = await scrape(server.url, accept);
      const families = new Map(readMetrics(text, format).map((family) => [family.name, family]));
      for (const [, { name, kind, help, labels }] of METRIC_ENTRIES) {
        // Both parsers name a counter without `_total`.
        const family = families.get(kind === "counter" ? name.replace(/_total$/, "") : name);
        expect(family, name).toMatchObject({ type: kind, help });
        for (const sample of family!.samples)
          expect(
            Object.keys(sample.labels)
              .filter((label) => label !== "le")
              .sort(),
            name,
          ).toEqual([...labels].sort());
      }
      expect(families.size).toBe(METRIC_ENTRIES.length);
      expect(sampleOf(families, "thinkalong_frames", "thinkalong_frames_total")).toBe(4);
      const buckets = families
        .get("thinkalong_ttft_seconds")!
        .samples.filter(({ name, labels }) => name.endsWith("_bucket") && labels.stream === "session");
      expect(buckets.at(-1)).toMatchObject({ labels: { le: "+Inf" }, value: 1 });
    },
  );

  it.skipIf(!hasPromtool)("are what promtool accepts, also by its rules for names", async () => {
    expect(promtool(["check", "metrics"], (await scrape(server.url)).text)).toBe("");
    // It would find something.
    expect(promtool(["check", "metrics"], "# TYPE wrong_total gauge\nwrong_total 1\n")).not.toBe("");
  });
});

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function sampleOf(
  families: ReadonlyMap<string, Family>,
  family: string,
  name: string,
): number | string | undefined {
  return families.get(family)?.samples.find((sample) => sample.name === name)?.value;
}

describe("the metrics of any server", () => {
  it("are named as Prometheus wants it", () => {
    const base = /_(seconds|bytes|ratio|info|total|fds)$/;
    for (const [key, { name, kind, help, labels }] of METRIC_ENTRIES) {
      expect(name, key).toMatch(/^(thinkalong|process|nodejs)_[a-z0-9]+(_[a-z0-9]+)*$/);
      expect(name.endsWith("_total"), `${name}: only counters end so, and all of them`).toBe(
        kind === "counter",
      );
      expect(name, "a suffix that histograms need").not.toMatch(/_(count|sum|bucket|created)$/);
      expect(name, "a type in a name").not.toMatch(/counter|gauge|histogram|summary/);
      expect(name, "no base unit").not.toMatch(
        /_(ms|milliseconds|minutes|hours|days|kb|mb|gb|percent|kilobytes)(_|$)/,
      );
      expect(help, name).toMatch(/^[A-Z0-9].*\.$/);
      for (const label of labels) expect(label).toMatch(/^[a-z]+$/);
      if (kind === "histogram") expect(name).toMatch(base);
      // What is measured in a unit says which; what is only counted has none.
      if (/memory|delay|cpu|bytes|size/.test(name))
        expect(name.replace(/_total$/, "")).toMatch(/_(seconds|bytes)$/);
    }
  });

  it("leave out what nobody knows", async () => {
    await using server = await startScriptedServer();
    const { text } = await scrape(server.url);
    for (const name of [
      "steps_total",
      "cache_bytes",
      "remote_servers",
      "sink_failed_total",
      "history_failures_total",
    ])
      expect(text).not.toMatch(new RegExp(`^thinkalong_${name}[ {]`, "m"));
  });

  it("can be switched off, and are then not there", async () => {
    await using server = await startScriptedServer({}, { metrics: false });
    expect((await scrape(server.url)).status).toBe(404);
  });

  it("have no more values, whatever names, types and paths clients make up", async () => {
    await using server = await startScriptedServer();
    const round = async (made: string) => {
      const client = await WsClient.connect(server.url, { query: { name: made } });
      client.send({ type: made });
      await client.next("error");
      client.send({ type: "session.close" });
      await client.closed();
      await expect(WsClient.connect(`${server.url}/${made}`)).rejects.toThrowError("404");
      await fetch(`${server.url}/v1/${made}?${made}=1`);
      await fetch(`${server.url}/v1/streams/${made}`, { method: "DELETE" });
      await until("the end of the session", () => server.engine.open.length === 0);
      return [...valuesOf((await scrape(server.url)).text).keys()];
    };
    // The first answer with 200 is that of the first scrape.
    await round("first");
    const before = await round("second");
    expect(before).toContain('thinkalong_refusals_total{over="message",code="unknown_type"}');
    for (let i = 0; i < 8; i++) expect(await round(`made-up-${i}`)).toEqual(before);
  });

  it("have the clients of /v1/realtime, and what is refused to them", async () => {
    await using server = await startScriptedServer();
    const open = (model: string) =>
      new WebSocket(`${server.url.replace("http", "ws")}/v1/realtime?model=${model}`);
    const client = open(server.engine.model.id);
    await once(client, "message");
    const refused = open("no-such-model");
    await once(refused, "error");
    client.send("{}");
    await once(client, "message");
    expect(Object.fromEntries(valuesOf((await scrape(server.url)).text))).toMatchObject({
      thinkalong_realtime_sessions: 1,
      thinkalong_openai_answers: 0,
      thinkalong_received_messages_total: 1,
      'thinkalong_refusals_total{over="upgrade",code="model_not_found"}': 1,
      'thinkalong_refusals_total{over="message",code="invalid_message"}': 1,
    });
  });

  it("have the streams' ends, and the refusals over HTTP and at upgrades", async () => {
    await using server = await startScriptedServer({}, { limits: { maxSessions: 1 } });
    const client = await busyClient(server.url, server.engine);
    const second = await WsClient.connect(server.url);
    await second.closed();
    await expect(
      WsClient.connect(server.url, { headers: { origin: "https://evil.example" } }),
    ).rejects.toThrowError("403");
    await fetch(`${server.url}/v1/nothing`);
    client.send({ type: "session.close" });
    await client.closed();
    await until("the end of the session", () => server.engine.open.length === 0);
    const values = Object.fromEntries(valuesOf((await scrape(server.url)).text));
    expect(values).toMatchObject({
      'thinkalong_streams_closed_total{kind="session",reason="completed"}': 1,
      'thinkalong_refusals_total{over="socket",code="too_many_sessions"}': 1,
      'thinkalong_refusals_total{over="upgrade",code="forbidden"}': 1,
      'thinkalong_refusals_total{over="http",code="not_found"}': 1,
      'thinkalong_http_requests_total{status="404"}': 1,
      'thinkalong_frames_total{stream="session"}': 4,
    });
  });
});
