import { METRIC_ENTRIES, METRIC_TOPICS, type MetricTopic } from "./metric-table.ts";

/** The whole text of docs/metrics.md. Its tables are made from the metrics themselves, so that the two always agree. */
export function metricsMarkdown(): string {
  const topics = Object.entries(METRIC_TOPICS) as [MetricTopic, string][];
  return [
    INTRODUCTION,
    "## All metrics\n",
    METRICS,
    ...topics.map(([topic, title]) => `### ${title}\n\n${table(topic)}\n`),
    HEALTH,
    LOGS,
  ].join("\n");
}

function table(topic: MetricTopic): string {
  const rows = METRIC_ENTRIES.filter(([, { about }]) => about === topic);
  return [
    "| metric | type | labels | |",
    "|---|---|---|---|",
    ...rows.map(([, { name, kind, labels, help }]) => {
      const named = labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${kind} | ${named} | ${help} |`;
    }),
  ].join("\n");
}

const INTRODUCTION = `# Metrics, health and logs

> Generated from src/server/metrics by \`npm run docs\`; do not edit.

The server tells what it does in three ways: numbers for [Prometheus](https://prometheus.io), two addresses that say whether
it lives and whether it can serve somebody, and a log.

## Prometheus

The metrics are at \`/metrics\`. Without tokens, they are for the machine alone on which the server runs:

\`\`\`sh
curl -s http://127.0.0.1:8080/metrics
\`\`\`

With tokens they need one that may watch all streams, because they name every camera. Make one for Prometheus, and put the
secret that the command prints into a file that Prometheus alone can read:

\`\`\`sh
thinkalong tokens add prometheus --scope watch --file tokens.yaml
\`\`\`

\`\`\`yaml
# prometheus.yml
scrape_configs:
  - job_name: thinkalong
    scrape_interval: 15s
    scheme: https # http, where the server does not speak TLS
    authorization:
      credentials_file: /etc/prometheus/thinkalong-token
    static_configs:
      - targets: [cameras.example:8080]
\`\`\`

Where the certificate is the server's own (\`--tls-self-signed\`), copy its \`certificate.pem\` ([where it is](security.md#tls)) to
the machine of Prometheus, and add \`tls_config: { ca_file: /etc/prometheus/thinkalong.pem }\` beside \`scheme\`.

Prometheus gets its text format, or OpenMetrics where it asks for that. \`server.metrics: false\` in the
[config file](configuration.md) switches all of it off; then nothing is counted, and nothing is loaded.

### Grafana

[grafana/thinkalong.json](grafana/thinkalong.json) is a dashboard, written for Grafana 10 and later; in an installed
package it is \`node_modules/thinkalong/docs/grafana/thinkalong.json\`. In Grafana: Dashboards, New, Import, choose the file, and
choose your Prometheus as its data source. It has rows for whether the server is well, how fast it thinks, what is dropped,
the cameras, the caches, and the sinks.

### Alerts

These are rules for Prometheus:

\`\`\`yaml
# thinkalong.rules.yml
groups:
  - name: thinkalong
    rules:
      - alert: ThinkalongDown
        expr: up{job="thinkalong"} == 0
        for: 2m
      - alert: ThinkalongServesNobody
        expr: thinkalong_ready == 0
        for: 2m
      - alert: ThinkalongEngineRestarts
        expr: increase(thinkalong_engine_restarts_total[15m]) > 2
      - alert: CameraNotLive
        expr: max by (stream) (thinkalong_camera_state{state=~"stalled|reconnecting|refused"}) == 1
        for: 5m
        annotations:
          summary: "{{ $labels.stream }} is not seen"
      - alert: ThoughtsTooLate
        expr: histogram_quantile(0.95, sum by (le, stream) (rate(thinkalong_ttft_seconds_bucket[5m]))) > 2
        for: 10m
      - alert: FramesDropped
        expr: |
          sum by (stream) (rate(thinkalong_frames_dropped_total{reason="busy"}[5m]))
            > 0.2 * sum by (stream) (rate(thinkalong_frames_total[5m]))
        for: 10m
      - alert: SinkFails
        expr: increase(thinkalong_sink_failed_total[15m]) > 0
\`\`\`

### Which streams have values of their own

A camera's values have its name as the label \`stream\`. All sessions of clients are counted together, as
\`stream="session"\`: there may be thousands of them in a day, and each would add its values for ever. A camera that is gone
keeps its values for ten minutes, and its counts go on when it comes back before that. (A camera that is itself called
\`session\` has \`session (camera)\`.)

Counting is a few additions for a unit, and nothing else happens while nobody reads the metrics. To read those of many cameras
takes the main thread, the more cameras the longer. What the
model's process has counted is asked for when somebody reads the metrics, once a second at most. While it computes a long
step, the last figures are given.
`;

const METRICS = `Times are seconds and sizes are bytes. Counters count from the start of the server; what the engine and its caches count
begins anew when the engine is started again. A metric has no value while nobody knows it: a model on another server has no
caches here, and a server without sinks has no figures of them.
`;

const HEALTH = `## Health

| address | |
|---|---|
| \`/healthz\` | 200 while the process lives. If it does not answer, start the service again. |
| \`/readyz\` | 200 while the server can serve somebody who comes now, else 503 with the reasons. Send clients elsewhere, and wait. |

Neither needs a token, and neither tells more than this:

\`\`\`json
{"status":"engine_restarting","sessions":0,"reasons":[{"code":"engine_restarting","message":"What runs the model has died and is being started again. Try again soon."}]}
\`\`\`

\`status\` is \`ready\`, or the code of the first reason:

| code | |
|---|---|
| \`closing\` | The server is shutting down. |
| \`engine_restarting\` | What runs the model has died, and is being started again. Streams have failed; cameras are opened again by themselves. |
| \`model_unreachable\` | The model runs on other servers, and none of them can be reached. Streams go on, and thoughts are skipped as \`unavailable\`. |
| \`engine_failed\` | What runs the model has failed too often in a row. \`thinkalong serve\` then ends with exit code 1. |
| \`engine_closed\` | The engine was closed by the program that owns it. |
| \`full\` | There is no room for another session. Those that are open go on. |
`;

const LOGS = `## Logs

The log goes to standard error, one JSON object a line. \`--log-level\` (\`server.log_level\`) says how much of it; \`warn\` is the
default.

| level | what is told |
|---|---|
| \`error\`, \`warn\` | what somebody should look at: a stream failed, a token was wrong, a camera cannot be opened |
| \`info\` | what becomes of streams: they are opened, come, are lost, and are closed, and why; clients that come and go |
| \`debug\` | every HTTP request, and every message that was refused |
| \`trace\` | the type and the id of every event |

| field | |
|---|---|
| \`level\`, \`time\`, \`msg\` | as [pino](https://getpino.io) has them: 20 is \`debug\`, 30 \`info\`, 40 \`warn\`, 50 \`error\`; \`time\` is in ms since 1970 |
| \`stream\` | the stream that the line is about |
| \`camera\`, \`session\` | the same id again, as that of a camera or of a client's session |
| \`realtime\` | the session of a client of [\`/v1/realtime\`](openai.md), which is no stream |
| \`event_id\` | the event of the stream that the line is about |
| \`token\`, \`alert\`, \`sink\` | the **name** of the client's token, of an alert, of a sink |
| \`code\` | an error's code ([protocol](protocol.md)) |
| \`err\` | an error with its stack |

\`\`\`sh
thinkalong serve --log-level info 2>&1 >/dev/null | jq -c 'select(.stream == "door") | [.time, .msg]'
\`\`\`

What is never in the log: tokens, tickets, the tokens with which sessions are resumed, passwords and queries of cameras'
addresses, pictures, questions, and what the model says. There is one exception: a notice that a [sink](sinks.md) could not
deliver is written with its whole event, so that it is not lost. A query of a request is left out, because a ticket may be in
it. A test reads the log of a busy server with tokens and without sinks at \`trace\` for all of these.
`;
