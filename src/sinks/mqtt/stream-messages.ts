import type { ServerEvent, ServerEventOf, SessionStats } from "../../protocol/mod.ts";
import type { Notice } from "../sink.ts";
import type { MqttMessage } from "./message.ts";
import { ToldNumbers } from "./told-counts.ts";
import type { StreamTopics } from "./topics.ts";

/** Most questions whose answers have not come yet. */
const MAX_QUESTIONS = 64;

/** Shortest time between two messages with counts of which only the figures of the stream have changed (ms). */
const STATS_EVERY_MS = 10_000;

/** Figures of a stream that has not told any yet. */
const NO_STATS = { frames_in: 0, units: 0, thoughts: 0, skips: 0, answers: 0 };

type Told = Pick<SessionStats, keyof typeof NO_STATS>;

/**
 * What the events of one stream become on its topics. Alerts are always sent with quality 1, since each of them counts.
 * Where a stream is a camera, the broker keeps the last of everything but alerts.
 */
export class StreamMessages {
  private readonly numbers = new ToldNumbers();
  private readonly questions = new Map<string, string>();
  private stats: Told = NO_STATS;
  private countsAtMs = Number.NEGATIVE_INFINITY;
  private state = "connecting";
  private alerts = 0;

  /** @param retain whether it is a camera */
  constructor(
    private readonly topics: StreamTopics,
    private readonly retain: boolean,
  ) {}

  /** Kinds that the narrator has counted. */
  get counted() {
    const { came, left } = this.numbers.counts;
    return { came: Object.keys(came), left: Object.keys(left) };
  }

  /** What stands on the topics before the first event. */
  first(): MqttMessage[] {
    return [this.stateMessage(), this.countsMessage()];
  }

  /** What an event becomes. Each notice is to be given once, in order. */
  of({ event, heardAtMs, id }: Notice): MqttMessage[] {
    // A source need not say that its first picture has come.
    const isSeen = this.state === "connecting" && hasSeen(event);
    if (isSeen) this.state = "live";
    return [...(isSeen ? [this.stateMessage()] : []), ...this.own(event, heardAtMs, id)];
  }

  private own(event: ServerEvent, heardAtMs: number, id: string): MqttMessage[] {
    switch (event.type) {
      case "stream.state":
        return this.moved(event.state);
      case "session.closed":
        // A camera is opened again, unless its video has come to its end.
        return this.moved(this.retain && event.reason !== "completed" ? "reconnecting" : "ended");
      case "response.reasoning_text.done":
        return event.text === "" ? [] : this.thought(event, heardAtMs);
      case "response.created":
        this.remember(event.response);
        return [];
      case "response.output_text.done":
        return [this.answer(event, heardAtMs)];
      case "session.stats":
        return this.figures(event.stats, heardAtMs);
      case "alert.raised":
        this.alerts++;
        return [this.alert(event, heardAtMs, id), this.countsMessage()];
      default:
        return [];
    }
  }

  private moved(state: string): MqttMessage[] {
    this.state = state;
    return [this.stateMessage()];
  }

  private thought(event: ServerEventOf<"response.reasoning_text.done">, heardAtMs: number): MqttMessage[] {
    const { text, media_time_ms, unfamiliar, response_id } = event;
    const hasCounted = this.numbers.hear(text);
    const told = { text, at: iso(heardAtMs), media_time_ms, unfamiliar, response_id };
    return [this.json(this.topics.thought, told), ...(hasCounted ? [this.countsMessage()] : [])];
  }

  private answer(event: ServerEventOf<"response.output_text.done">, heardAtMs: number): MqttMessage {
    const { text, media_time_ms, unfamiliar, at_least, at_least_because, response_id, note } = event;
    const question = this.questions.get(response_id) ?? null;
    this.questions.delete(response_id);
    const at = iso(heardAtMs);
    const count = { at_least, at_least_because };
    const told = { question, text, at, media_time_ms, unfamiliar, ...count, note, response_id };
    return this.json(this.topics.answer, { ...told, id: null, error: null }, 1);
  }

  private alert(event: ServerEventOf<"alert.raised">, heardAtMs: number, id: string): MqttMessage {
    const { type: _, event_id: __, ...told } = event;
    // Home Assistant's event entities want `event_type`.
    const payload = JSON.stringify({ event_type: "raised", id, at: iso(heardAtMs), ...told });
    return { topic: this.topics.alert, payload, qos: 1, retain: false };
  }

  private figures(stats: SessionStats, heardAtMs: number): MqttMessage[] {
    const { frames_in, units, thoughts, skips, answers } = stats;
    this.stats = { frames_in, units, thoughts, skips, answers };
    // A clock that was set back must not stop them.
    if (Math.abs(heardAtMs - this.countsAtMs) < STATS_EVERY_MS) return [];
    this.countsAtMs = heardAtMs;
    return [this.countsMessage()];
  }

  private remember({ id, question }: ServerEventOf<"response.created">["response"]): void {
    if (question === null || question === "") return;
    this.questions.set(id, question);
    const [oldest] = this.questions.keys();
    if (this.questions.size > MAX_QUESTIONS) this.questions.delete(oldest!);
  }

  private stateMessage(): MqttMessage {
    return { topic: this.topics.state, payload: this.state, qos: 0, retain: this.retain };
  }

  private countsMessage(): MqttMessage {
    return this.json(this.topics.counts, { ...this.stats, alerts: this.alerts, ...this.numbers.counts });
  }

  private json(topic: string, told: object, qos: 0 | 1 = 0): MqttMessage {
    return { topic, payload: JSON.stringify(told), qos, retain: this.retain };
  }
}

function hasSeen(event: ServerEvent): boolean {
  if (event.type === "session.stats") return event.stats.units > 0;
  return event.type === "response.reasoning_text.done" || event.type === "alert.raised";
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
