/** What a metric is. The page of the docs is made from these, too. */
export interface MetricSpec {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly name: string;
  /** What it counts, for people: the metric's HELP. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds, of a histogram. */
  readonly buckets?: readonly number[];
  /** What it is about: its section in the docs. */
  readonly about: MetricTopic;
}

/** Sections of the docs, in their order. */
export const METRIC_TOPICS = {
  well: "Is it well",
  fast: "How fast it thinks",
  seen: "What it sees and says",
  cameras: "Cameras",
  engine: "The engine and its caches",
  clients: "Clients",
  rooms: "Alerts, sinks and history",
  process: "The process",
} as const;

export type MetricTopic = keyof typeof METRIC_TOPICS;

/** From a step of a small model to an answer of a large one (s). */
const LATENCY = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2, 5, 10, 30, 60];

/** How far behind a thought may be (s): from a unit of the bundled model to minutes. */
const STALENESS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** How late timers are (s). */
const DELAY = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

const metric =
  <K extends MetricSpec["kind"]>(kind: K) =>
  (about: MetricTopic, name: string, help: string, ...labels: string[]) => ({
    ...{ kind, about, help, labels },
    name: name.startsWith("process_") || name.startsWith("nodejs_") ? name : `thinkalong_${name}`,
  });
const counter = metric("counter");
const gauge = metric("gauge");
const histogram = (buckets: readonly number[], ...given: Parameters<ReturnType<typeof metric>>) => ({
  ...metric("histogram")(...given),
  buckets,
});

/** Every metric of a server, by the name that the code has for it. */
export const METRICS = {
  build: gauge(
    "well",
    "build_info",
    "Always 1. What runs: versions, and the id of the model.",
    "version",
    "node",
    "model",
  ),
  ready: gauge(
    "well",
    "ready",
    "1 while the server can serve somebody who comes now, as /readyz says; else 0.",
  ),
  engineState: gauge(
    "well",
    "engine_state",
    "1 for the state that the engine is in, 0 for the others.",
    "state",
  ),
  engineRestarts: counter(
    "well",
    "engine_restarts_total",
    "How often what runs the model was started again after it had died.",
  ),
  loopDelay: histogram(
    DELAY,
    "well",
    "event_loop_delay_seconds",
    "How late timers of the main thread are, which runs no model. It is watched from the first time on that the metrics are read.",
  ),

  ttft: histogram(
    LATENCY,
    "fast",
    "ttft_seconds",
    "From the arrival of a unit's last frame to the first token about it. Skips are not in it.",
    "stream",
  ),
  skip: histogram(
    LATENCY,
    "fast",
    "skip_seconds",
    "From the arrival of a unit's last frame to the decision to say nothing about it.",
    "stream",
  ),
  staleness: histogram(
    STALENESS,
    "fast",
    "staleness_seconds",
    "How far a unit was behind the newest frame when the thought about it ended.",
    "stream",
  ),
  answerFirst: histogram(
    LATENCY,
    "fast",
    "answer_first_token_seconds",
    "From the arrival of a question to the first token of its answer. Answers that were cancelled or have failed are not in it.",
    "stream",
  ),
  answerDone: histogram(
    LATENCY,
    "fast",
    "answer_seconds",
    "From the arrival of a question to the last token of its answer. Answers that were cancelled or have failed are not in it.",
    "stream",
  ),
  tokens: counter(
    "fast",
    "tokens_total",
    "Tokens that were generated, for thoughts or for answers.",
    "stream",
    "for",
  ),

  frames: counter("seen", "frames_total", "Frames that have arrived, dropped ones included.", "stream"),
  dropped: counter(
    "seen",
    "frames_dropped_total",
    "Frames that were not looked at, by reason.",
    "stream",
    "reason",
  ),
  units: counter("seen", "units_total", "Units that were seen.", "stream"),
  unfamiliar: counter(
    "seen",
    "units_unfamiliar_total",
    "Units at which the scene was not one that the model was made for.",
    "stream",
  ),
  thoughts: counter("seen", "thoughts_total", "Thoughts with text.", "stream"),
  skips: counter("seen", "skips_total", "Units about which nothing was said, by reason.", "stream", "reason"),
  answers: counter("seen", "answers_total", "Answers that have ended, by status.", "stream", "status"),
  alerts: counter("seen", "alerts_total", "Alerts that were raised.", "stream"),
  errors: counter("seen", "stream_errors_total", "Errors that a stream has told, by code.", "stream", "code"),

  cameraState: gauge(
    "cameras",
    "camera_state",
    "1 for the state that a camera is in, 0 for the others.",
    "stream",
    "state",
  ),
  cameraRestarts: counter(
    "cameras",
    "camera_restarts_total",
    "How often the stream of a camera was opened anew.",
    "stream",
  ),
  sourceChanges: counter(
    "cameras",
    "camera_changes_total",
    "How often the source of a camera has come into a state.",
    "stream",
    "state",
  ),
  gaps: counter(
    "cameras",
    "input_gaps_total",
    "How often a stream has seen nothing for a while, by reason.",
    "stream",
    "reason",
  ),
  gapSeconds: counter(
    "cameras",
    "input_gap_seconds_total",
    "For how long a stream has seen nothing, by reason. It is counted when pictures come again.",
    "stream",
    "reason",
  ),

  openStreams: gauge("engine", "engine_streams", "Streams that the engine has open."),
  freeStreams: gauge("engine", "engine_free_streams", "Streams that the engine could open beside them."),
  waiting: gauge(
    "engine",
    "engine_queue_length",
    "What waits for its turn: units to be looked at (vision), and thinkers that found no room in the last step (reasoning).",
    "queue",
  ),
  visionUnits: counter("engine", "vision_units_total", "Units that the vision worker has looked at."),
  visionBusy: counter("engine", "vision_busy_seconds_total", "Time that the vision worker has computed."),
  steps: counter(
    "engine",
    "steps_total",
    "Steps of the reasoner. Each runs tokens of all thinkers that have something to do.",
  ),
  stepTokens: counter(
    "engine",
    "step_tokens_total",
    "Tokens that these steps took: those that were read, and those that were said.",
  ),
  stepBusy: counter("engine", "step_busy_seconds_total", "Time that the reasoner has computed."),
  cacheBytes: gauge(
    "engine",
    "cache_bytes",
    "Memory that the two caches hold: visual (C_v, with its replica) and text (C_r).",
    "cache",
  ),
  drafted: counter("engine", "draft_tokens_total", "Tokens that were drafted."),
  draftsAccepted: counter(
    "engine",
    "draft_accepted_tokens_total",
    "Drafted tokens that the model has chosen, too. Their share is the draft acceptance.",
  ),
  inferenceCpu: counter(
    "engine",
    "inference_cpu_seconds_total",
    "CPU time of the inference process. It begins anew when that is started again.",
  ),
  inferenceMemory: gauge(
    "engine",
    "inference_resident_memory_bytes",
    "Resident memory of the inference process.",
  ),
  remoteServers: gauge(
    "engine",
    "remote_servers",
    "Servers that run the model, by whether they work.",
    "state",
  ),
  remoteInFlight: gauge(
    "engine",
    "remote_requests_in_flight",
    "Requests to these servers that have not ended.",
  ),
  remoteRequests: counter(
    "engine",
    "remote_requests_total",
    "Requests to these servers that have ended, by outcome.",
    "outcome",
  ),
  remotePrompt: counter(
    "engine",
    "remote_prompt_tokens_total",
    "Tokens of prompts: computed, or known from a server's prefix cache.",
    "source",
  ),

  streams: gauge("clients", "streams", "Streams that are open, by kind.", "kind"),
  away: gauge("clients", "sessions_away", "Sessions that wait for their clients to come back."),
  watchers: gauge("clients", "watchers", "Clients that watch a stream of somebody else over a WebSocket."),
  realtime: gauge("clients", "realtime_sessions", "Clients of /v1/realtime that are connected."),
  openAiAnswers: gauge(
    "clients",
    "openai_answers",
    "Answers under way for clients of OpenAI's API, over HTTP and /v1/realtime.",
  ),
  readers: gauge("clients", "event_readers", "Clients that read events over HTTP."),
  connections: gauge("clients", "connections", "Open TCP connections."),
  messages: counter("clients", "received_messages_total", "Messages of WebSockets that were taken."),
  bytes: counter("clients", "received_bytes_total", "Bytes of these messages."),
  requests: counter("clients", "http_requests_total", "Answers to HTTP requests, by status.", "status"),
  refusals: counter(
    "clients",
    "refusals_total",
    "What was refused, by the error's code, over HTTP, at an upgrade, on a WebSocket (socket), or a message on one.",
    "over",
    "code",
  ),
  closed: counter(
    "clients",
    "streams_closed_total",
    "Streams that have ended, by kind and reason.",
    "kind",
    "reason",
  ),

  alertRules: gauge("rooms", "alert_rules", "Alerts that are watched for, on any stream."),
  alertPictures: gauge("rooms", "alert_pictures", "Pictures of alerts that are kept in memory."),
  alertPictureBytes: gauge("rooms", "alert_picture_bytes", "Memory that these pictures take."),
  sinkDelivered: counter("rooms", "sink_delivered_total", "Notices that a sink has delivered.", "sink"),
  sinkFailed: counter("rooms", "sink_failed_total", "Notices that a sink has given up.", "sink"),
  sinkDropped: counter("rooms", "sink_dropped_total", "Notices that a sink had no room for.", "sink"),
  sinkWaiting: gauge("rooms", "sink_queue_length", "Notices that wait for a sink.", "sink"),
  sinkDisabled: gauge("rooms", "sink_disabled", "1 while a sink's receiver wants no more, else 0.", "sink"),
  historyEvents: counter(
    "rooms",
    "history_events_total",
    "Events that were written into the history, and those that were lost because they could not be.",
    "outcome",
  ),
  historyFailures: counter("rooms", "history_failures_total", "How often the history could not be written."),
  historyWaiting: gauge("rooms", "history_queue_length", "Events that wait to be written into the history."),
  historyBatch: gauge("rooms", "history_last_batch_seconds", "How long the last batch took to be written."),

  cpu: counter("process", "process_cpu_seconds_total", "CPU time of the server's main process."),
  memory: gauge("process", "process_resident_memory_bytes", "Resident memory of the server's main process."),
  startTime: gauge(
    "process",
    "process_start_time_seconds",
    "When the server's main process was started, since 1970.",
  ),
  openFiles: gauge("process", "process_open_fds", "Open files of the server's main process. Linux only."),
  heapUsed: gauge("process", "nodejs_heap_size_used_bytes", "JavaScript heap that is in use."),
  heapTotal: gauge("process", "nodejs_heap_size_total_bytes", "JavaScript heap, all of it."),
  external: gauge(
    "process",
    "nodejs_external_memory_bytes",
    "Memory outside of the JavaScript heap that objects in it hold, such as pictures.",
  ),
} as const;

export type MetricKey = keyof typeof METRICS;

/** The metrics of a kind. */
export type KeyOf<Kind extends MetricSpec["kind"]> = {
  [Key in MetricKey]: (typeof METRICS)[Key]["kind"] extends Kind ? Key : never;
}[MetricKey];

/** All metrics with the name of each. */
export const METRIC_ENTRIES = Object.entries(METRICS) as readonly (readonly [MetricKey, MetricSpec])[];
