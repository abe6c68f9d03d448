import { readFile, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { dashboard } from "../../../scripts/grafana/dashboard.ts";
import { metricsMarkdown } from "../../../src/server/metrics/docs-markdown.ts";
import { METRIC_ENTRIES } from "../../../src/server/metrics/metric-table.ts";
import type { ServerOptions } from "../../../src/server/mod.ts";
import { makeTempDir } from "../../support/media.ts";
import { type Family, hasPrometheus, readMetrics } from "../../support/prometheus.ts";
import { hasPromtool, promtool } from "../../support/promtool.ts";
import { ScriptedEngine } from "../../support/scripted-engine.ts";
import { picture, startScriptedServer, startServer, until } from "../../support/server.ts";
import { bearer, startGuardedServer } from "../../support/tokens.ts";
import { WsClient } from "../../support/ws-client.ts";

const PLAIN = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** What Prometheus 3 sends. */
const PROMETHEUS_ACCEPT =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

const jpeg = await picture();

async function scrape(url: string, accept = "*/*", headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/metrics`, { headers: { accept, ...headers } });
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

/** A server of which every metric has a value, and what it says. */
async function everything(options: Omit<ServerOptions, "engine"> = {}) {
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
  const history = { written: 50, lost: 1, waiting: 4, failures: 1, lastBatchMs: 12 };
  const server = await startServer(engine, {
    cameras: { off: { url: "rtsp://127.0.0.1:9/", enabled: false } },
    figures: { sinks: () => ({ hook: sink }), history: () => history },
    ...options,
  });
  const client = await busyClient(server.url, engine);
  client.send({ type: "no.such.type" });
  await client.next("error");
  engine.opened[0]!.emit({ type: "frame.dropped", seq: 9, mediaTimeMs: 900, reason: "busy" });
  engine.opened[0]!.emit({ type: "stream.failed", code: "frame_time", message: "A test.", fatal: false });
  await client.next("input_video_frame.dropped");
  return { server, engine, client };
}

describe("/metrics", () => {
  it("counts what streams, clients, the engine and the rooms beside it do", async () => {
    const { server } = await everything();
    await using _ = server;
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

  it("leaves out what nobody knows", async () => {
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

  it("has what it had before a scrape as OpenMetrics, whatever was asked for before", async () => {
    const { server } = await everything();
    await using _ = server;
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
  ])("answers Accept: %s with %s", async (accept, type) => {
    await using server = await startScriptedServer();
    expect((await scrape(server.url, accept)).type).toBe(type);
  });

  it("can be switched off, and is then not there", async () => {
    await using server = await startScriptedServer({}, { metrics: false });
    expect((await scrape(server.url)).status).toBe(404);
  });
});

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

describe("who may read /metrics", () => {
  it.each<[string, readonly string[], readonly string[] | undefined, number]>([
    ["one that may watch all streams", ["watch"], undefined, 200],
    ["an admin", ["admin"], undefined, 200],
    ["one that may watch a stream", ["watch"], ["door"], 403],
    ["one that may not watch", ["push", "ask"], undefined, 403],
  ])("with tokens: %s", async (_, scopes, streams, status) => {
    await using server = await startGuardedServer([{ name: "one", scopes, ...(streams && { streams }) }]);
    expect((await fetch(`${server.url}/metrics`, bearer("one"))).status).toBe(status);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
  });

  it("without tokens: this machine alone, also where others may use the server", async () => {
    await using server = await startScriptedServer({}, { host: "0.0.0.0", insecure: true });
    const { port } = new URL(server.url);
    const others = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === "IPv4" && !address.internal);
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        get(`http://${host}:${port}/metrics`, { agent: false }, (answer) =>
          resolve(answer.resume().statusCode),
        ).on("error", reject);
      });
    expect(await status("127.0.0.1")).toBe(200);
    if (others) expect(await status(others.address)).toBe(403);
  });

  it("without tokens: nobody who comes through a proxy from elsewhere", async () => {
    await using server = await startScriptedServer({}, { allowedHosts: ["cameras.example"], insecure: true });
    expect((await scrape(server.url)).status).toBe(200);
    expect((await scrape(server.url, "*/*", { "x-forwarded-for": "203.0.113.7" })).status).toBe(403);
    expect((await scrape(server.url, "*/*", { "x-forwarded-for": "127.0.0.1, 203.0.113.7" })).status).toBe(
      403,
    );
  });

  it("no page of another site", async () => {
    await using server = await startScriptedServer();
    expect((await scrape(server.url, "*/*", { origin: "https://evil.example" })).status).toBe(403);
  });
});

describe("the metrics as Prometheus reads them", () => {
  it.skipIf(!hasPrometheus).each([
    ["plain", "text/plain"],
    ["openmetrics", "application/openmetrics-text"],
  ] as const)("%s: every one is there, with its help, its type and its values", async (format, accept) => {
    const { server } = await everything();
    await using _ = server;
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
  });

  it.skipIf(!hasPromtool)("are what promtool accepts, also by its rules for names", async () => {
    const { server } = await everything();
    await using _ = server;
    expect(promtool(["check", "metrics"], (await scrape(server.url)).text)).toBe("");
    // It would find something.
    expect(promtool(["check", "metrics"], "# TYPE wrong_total gauge\nwrong_total 1\n")).not.toBe("");
  });

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
});

function sampleOf(
  families: ReadonlyMap<string, Family>,
  family: string,
  name: string,
): number | string | undefined {
  return families.get(family)?.samples.find((sample) => sample.name === name)?.value;
}

describe("what is made from the metrics", () => {
  const committed = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");

  it("docs/metrics.md is up to date (npm run docs)", async () => {
    expect(await committed("docs/metrics.md")).toBe(metricsMarkdown());
  });

  it("docs/grafana/thinkalong.json is up to date (npm run docs)", async () => {
    expect(JSON.parse(await committed("docs/grafana/thinkalong.json"))).toEqual(dashboard());
  });

  it("the dashboard and the alerts ask for metrics and labels that there are", async () => {
    const labelsOf = new Map<string, readonly string[]>();
    for (const [, { name, kind, labels }] of METRIC_ENTRIES) {
      if (kind !== "histogram") labelsOf.set(name, labels);
      else for (const part of ["bucket", "sum", "count"]) labelsOf.set(`${name}_${part}`, [...labels, "le"]);
    }
    const { panels } = JSON.parse(await committed("docs/grafana/thinkalong.json")) as {
      panels: { type: string; targets?: { expr: string }[] }[];
    };
    const ofPanels = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const ofAlerts = [...(await committed("docs/metrics.md")).matchAll(/expr: (\|\n(?: {10}.*\n)+|.*)/g)].map(
      ([, expr]) => expr!,
    );
    expect(ofPanels.length).toBeGreaterThan(40);
    expect(ofAlerts.length).toBeGreaterThan(5);
    const asked = new Set<string>();
    for (const expr of [...ofPanels, ...ofAlerts]) {
      const uses = [...expr.matchAll(/\b((?:thinkalong|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)];
      if (!/^up\b/.test(expr)) expect(uses.length, expr).toBeGreaterThan(0);
      for (const [, name, selector = ""] of uses) {
        asked.add(name!);
        expect(labelsOf.has(name!), `${name} of ${expr}`).toBe(true);
        for (const [, label] of selector.matchAll(/(\w+)\s*(?:=~|=|!=)/g))
          expect([...labelsOf.get(name!)!, "job", "instance"], `${label} of ${expr}`).toContain(label);
      }
      for (const [, grouped] of expr.matchAll(/\bby \(([^)]*)\)/g))
        for (const label of grouped!.split(",").map((each) => each.trim()))
          expect(
            uses.some(([, name]) => [...labelsOf.get(name!)!, "job", "instance"].includes(label)),
            `${label} of ${expr}`,
          ).toBe(true);
    }
    // Each topic of the metrics is on the dashboard.
    for (const [, { name, kind }] of METRIC_ENTRIES.filter(([, { kind }]) => kind === "histogram"))
      expect([...asked], kind).toContain(`${name}_bucket`);
  });
});

describe.skipIf(!hasPromtool)("what is given to Prometheus and Grafana, as promtool reads it", () => {
  it("are alerts and expressions that are valid", async () => {
    const docs = await readFile(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
    const blocks = [...docs.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text!);
    const alerts = blocks.find((text) => text.includes("alert:"))!;
    const ofPanels = dashboard().panels.flatMap(
      (panel) => (panel as { targets?: { expr: string }[] }).targets?.map(({ expr }) => expr) ?? [],
    );
    const plain = (expr: string) =>
      expr.replaceAll("$__rate_interval", "5m").replace(/\$(job|instance|stream)/g, ".*");
    const rules = ofPanels.map((expr, i) => ({ record: `panel:number_${i}`, expr: plain(expr) }));
    const dir = await makeTempDir();
    try {
      const check = async (name: string, text: string) => {
        await writeFile(join(dir.path, name), text);
        return promtool(["check", "rules", join(dir.path, name)]);
      };
      expect(await check("alerts.yml", alerts)).toBe("");
      expect(await check("panels.yml", stringify({ groups: [{ name: "panels", rules }] }))).toBe("");
      expect(await check("wrong.yml", alerts.replace("== 0", "=== 0"))).not.toBe("");
      const config = blocks.find((text) => text.includes("scrape_configs:"))!;
      const token = join(dir.path, "token");
      await writeFile(token, "secret");
      const local = config.replace("/etc/prometheus/thinkalong-token", token);
      await writeFile(join(dir.path, "prometheus.yml"), local);
      expect(promtool(["check", "config", join(dir.path, "prometheus.yml")])).toBe("");
    } finally {
      await dir.remove();
    }
  });
});

describe("what is told when somebody comes and goes", () => {
  it("has the streams' ends, and the refusals over HTTP and at upgrades", async () => {
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
