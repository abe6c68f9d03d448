import type { PanelSpec, RowSpec } from "./dashboard.ts";

/** The server that was chosen. */
const SERVER = 'job="$job", instance=~"$instance"';

/** The streams that were chosen, of that server. */
const STREAM = `${SERVER}, stream=~"$stream"`;

/** How much a counter rises in a second. */
const rate = (metric: string, labels: string) => `rate(${metric}{${labels}}[$__rate_interval])`;

const sum = (by: string, expression: string) => `sum by (${by}) (${expression})`;

/** Times below which 50 and 95 of 100 are, over all streams that were chosen. */
const percentiles = (title: string, metric: string, description: string): PanelSpec => ({
  ...{ title, unit: "s", description },
  shows: ([0.5, 0.95] as const).map((share) => [
    `histogram_quantile(${share}, ${sum("le, stream", rate(`${metric}_bucket`, STREAM))})`,
    `{{stream}} p${share * 100}`,
  ]),
});

const YES = { 1: { text: "yes", color: "green" }, 0: { text: "no", color: "red" } };

const CAMERA_STATES = {
  0: { text: "ended or disabled", color: "text" },
  1: { text: "live", color: "green" },
  2: { text: "connecting", color: "blue" },
  3: { text: "stalled", color: "orange" },
  4: { text: "reconnecting", color: "red" },
  5: { text: "refused", color: "purple" },
};

const isIn = (state: string) => `max by (stream) (thinkalong_camera_state{${STREAM}, state="${state}"})`;

export const ROWS: readonly RowSpec[] = [
  {
    title: "Is it well",
    panels: [
      {
        ...{ title: "Can serve somebody", as: "stat", width: 4, words: YES },
        shows: [[`min(thinkalong_ready{${SERVER}})`, "ready"]],
      },
      {
        ...{ title: "Model", as: "stat", width: 4 },
        shows: [[`count by (model) (thinkalong_build_info{${SERVER}})`, "{{model}}"]],
      },
      {
        ...{ title: "Running for", as: "stat", width: 4, unit: "s" },
        shows: [[`time() - process_start_time_seconds{${SERVER}}`, "{{instance}}"]],
      },
      {
        ...{ title: "Engine restarts in a day", as: "stat", width: 4 },
        shows: [[`sum(increase(thinkalong_engine_restarts_total{${SERVER}}[1d]))`, "restarts"]],
      },
      {
        ...{ title: "Who is there", width: 8 },
        shows: [
          [sum("kind", `thinkalong_streams{${SERVER}}`), "{{kind}}s"],
          [`sum(thinkalong_watchers{${SERVER}})`, "watchers"],
          [`sum(thinkalong_event_readers{${SERVER}})`, "readers of events"],
          [`sum(thinkalong_sessions_away{${SERVER}})`, "sessions away"],
          [`sum(thinkalong_realtime_sessions{${SERVER}})`, "OpenAI realtime"],
        ],
      },
      {
        ...{
          title: "Event loop delay",
          unit: "s",
          description: "How long everything on the main thread waits.",
        },
        shows: [
          [
            `histogram_quantile(0.99, ${sum("le, instance", rate("thinkalong_event_loop_delay_seconds_bucket", SERVER))})`,
            "{{instance}} p99",
          ],
        ],
      },
      {
        ...{ title: "CPU", unit: "percentunit", description: "1 is one core." },
        shows: [
          [rate("process_cpu_seconds_total", SERVER), "{{instance}} main"],
          [rate("thinkalong_inference_cpu_seconds_total", SERVER), "{{instance}} inference"],
        ],
      },
      {
        ...{ title: "Memory", unit: "bytes" },
        shows: [
          [`process_resident_memory_bytes{${SERVER}}`, "{{instance}} main"],
          [`thinkalong_inference_resident_memory_bytes{${SERVER}}`, "{{instance}} inference"],
        ],
      },
    ],
  },
  {
    title: "How fast",
    panels: [
      percentiles(
        "Time to first token",
        "thinkalong_ttft_seconds",
        "From a unit's last frame to the first token about it.",
      ),
      percentiles(
        "Staleness",
        "thinkalong_staleness_seconds",
        "How far a thought was behind the newest frame when it ended.",
      ),
      percentiles(
        "Answers, whole",
        "thinkalong_answer_seconds",
        "From a question to the last token of its answer.",
      ),
      percentiles(
        "Answers, first token",
        "thinkalong_answer_first_token_seconds",
        "From a question to the first token of its answer.",
      ),
      percentiles(
        "Decisions to say nothing",
        "thinkalong_skip_seconds",
        "From a unit's last frame to the decision to skip it.",
      ),
      {
        ...{ title: "Tokens a second", unit: "short" },
        shows: [[sum("stream, for", rate("thinkalong_tokens_total", STREAM)), "{{stream}} {{for}}s"]],
      },
    ],
  },
  {
    title: "What is seen, said and dropped",
    panels: [
      {
        title: "Frames a second",
        shows: [[sum("stream", rate("thinkalong_frames_total", STREAM)), "{{stream}}"]],
      },
      {
        ...{
          title: "Dropped frames a second",
          description: "busy: the model is behind. rate: more than are looked at.",
        },
        shows: [
          [sum("stream, reason", rate("thinkalong_frames_dropped_total", STREAM)), "{{stream}} {{reason}}"],
        ],
      },
      {
        title: "Thoughts and skips a minute",
        shows: [
          [`60 * ${sum("stream", rate("thinkalong_thoughts_total", STREAM))}`, "{{stream}} thoughts"],
          [`60 * ${sum("stream, reason", rate("thinkalong_skips_total", STREAM))}`, "{{stream}} {{reason}}"],
        ],
      },
      {
        ...{
          title: "Unfamiliar scenes",
          unit: "percentunit",
          description: "Share of units that the model was not made for.",
        },
        shows: [
          [
            `${sum("stream", rate("thinkalong_units_unfamiliar_total", STREAM))} / ${sum("stream", rate("thinkalong_units_total", STREAM))}`,
            "{{stream}}",
          ],
        ],
      },
      {
        title: "Answers and alerts an hour",
        shows: [
          [
            `3600 * ${sum("stream, status", rate("thinkalong_answers_total", STREAM))}`,
            "{{stream}} answers {{status}}",
          ],
          [`3600 * ${sum("stream", rate("thinkalong_alerts_total", STREAM))}`, "{{stream}} alerts"],
        ],
      },
      {
        title: "Refusals and errors a minute",
        shows: [
          [`60 * ${sum("over, code", rate("thinkalong_refusals_total", SERVER))}`, "{{over}} {{code}}"],
          [
            `60 * ${sum("stream, code", rate("thinkalong_stream_errors_total", STREAM))}`,
            "{{stream}} {{code}}",
          ],
        ],
      },
    ],
  },
  {
    title: "Cameras",
    panels: [
      {
        ...{ title: "State", as: "timeline", width: 16, words: CAMERA_STATES },
        shows: [
          [
            `${isIn("live")} + 2 * ${isIn("connecting")} + 3 * ${isIn("stalled")} + 4 * ${isIn("reconnecting")} + 5 * ${isIn("refused")}`,
            "{{stream}}",
          ],
        ],
      },
      {
        ...{ title: "Not seen, share of time", unit: "percentunit" },
        shows: [
          [
            sum("stream, reason", rate("thinkalong_input_gap_seconds_total", STREAM)),
            "{{stream}} {{reason}}",
          ],
        ],
      },
      {
        title: "Lost connections an hour",
        shows: [
          [
            `3600 * ${sum("stream", rate("thinkalong_camera_changes_total", `${STREAM}, state="reconnecting"`))}`,
            "{{stream}}",
          ],
        ],
      },
      {
        title: "Streams opened anew an hour",
        shows: [[`3600 * ${sum("stream", rate("thinkalong_camera_restarts_total", STREAM))}`, "{{stream}}"]],
      },
    ],
  },
  {
    title: "The engine and its caches",
    panels: [
      {
        ...{ title: "Cache memory", unit: "bytes" },
        shows: [[sum("cache", `thinkalong_cache_bytes{${SERVER}}`), "{{cache}}"]],
      },
      {
        ...{ title: "Busy", unit: "percentunit", description: "1: the worker computes all the time." },
        shows: [
          [rate("thinkalong_vision_busy_seconds_total", SERVER), "{{instance}} vision"],
          [rate("thinkalong_step_busy_seconds_total", SERVER), "{{instance}} reasoner"],
        ],
      },
      {
        title: "Queues",
        shows: [[sum("queue", `thinkalong_engine_queue_length{${SERVER}}`), "{{queue}}"]],
      },
      {
        title: "Steps and their tokens a second",
        shows: [
          [`sum(${rate("thinkalong_steps_total", SERVER)})`, "steps"],
          [`sum(${rate("thinkalong_step_tokens_total", SERVER)})`, "tokens"],
        ],
      },
      {
        ...{ title: "Draft acceptance", unit: "percentunit" },
        shows: [
          [
            `sum(${rate("thinkalong_draft_accepted_tokens_total", SERVER)}) / sum(${rate("thinkalong_draft_tokens_total", SERVER)})`,
            "accepted",
          ],
        ],
      },
      {
        ...{
          title: "Model on other servers",
          description: "Empty where the model runs in the server itself.",
        },
        shows: [
          [`sum(thinkalong_remote_requests_in_flight{${SERVER}})`, "requests in flight"],
          [sum("outcome", rate("thinkalong_remote_requests_total", SERVER)), "{{outcome}} a second"],
          [`sum(thinkalong_remote_servers{${SERVER}, state="down"})`, "servers down"],
        ],
      },
    ],
  },
  {
    title: "Sinks and history",
    panels: [
      {
        title: "Sinks: notices a minute",
        shows: [
          [`60 * ${sum("sink", rate("thinkalong_sink_delivered_total", SERVER))}`, "{{sink}} delivered"],
          [`60 * ${sum("sink", rate("thinkalong_sink_failed_total", SERVER))}`, "{{sink}} failed"],
          [`60 * ${sum("sink", rate("thinkalong_sink_dropped_total", SERVER))}`, "{{sink}} dropped"],
        ],
      },
      {
        title: "Waiting",
        shows: [
          [sum("sink", `thinkalong_sink_queue_length{${SERVER}}`), "{{sink}}"],
          [`sum(thinkalong_history_queue_length{${SERVER}})`, "history"],
        ],
      },
      {
        title: "History",
        shows: [
          [`60 * ${sum("outcome", rate("thinkalong_history_events_total", SERVER))}`, "{{outcome}} a minute"],
          [`60 * sum(${rate("thinkalong_history_failures_total", SERVER)})`, "failures a minute"],
        ],
      },
    ],
  },
];
