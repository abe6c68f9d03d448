import type { Subscription } from "rxjs";
import { durationText, eventIdOf, type ServerEvent, type ServerEventOf } from "../protocol/mod.ts";
import type { ListenedStream } from "../streams/mod.ts";
import type { ActiveAlert } from "./active-alert.ts";
import type { AlertPictures } from "./alert-pictures.ts";
import { parseClauses } from "./clause.ts";
import { ConditionWatch } from "./condition-watch.ts";
import { type Affirmed, Questioner, type QuestionRules } from "./questioner.ts";
import { SceneMemory } from "./scene-memory.ts";

type Thought = ServerEventOf<"response.reasoning_text.done">;

/** One stream, and the alerts that watch it. It listens to the stream's log while there is an alert. */
export class StreamWatch {
  private readonly memory = new SceneMemory();
  private readonly conditions = new Map<ActiveAlert, ConditionWatch>();
  private readonly questioner: Questioner;
  private listening: Subscription | null = null;
  /** Events up to this number had happened before anybody watched: they are remembered, and raise nothing. */
  private pastUpTo = -1;
  /** Number of the last event that was heard; null: none yet. */
  private heardUpTo: number | null = null;
  private hasQuestions = false;

  constructor(
    readonly stream: ListenedStream,
    private readonly pictures: AlertPictures,
    questions: QuestionRules,
  ) {
    this.questioner = new Questioner(stream, questions);
  }

  /** Takes the alerts that watch this stream, in place of those before. */
  watch(alerts: readonly ActiveAlert[]): void {
    for (const alert of this.conditions.keys()) if (!alerts.includes(alert)) this.conditions.delete(alert);
    for (const alert of alerts)
      if (alert.matching.how === "words" && !this.conditions.has(alert))
        this.conditions.set(alert, new ConditionWatch(alert.matching.condition, alert.times.forMs));
    const asked = alerts.filter(({ matching }) => matching.how === "question");
    this.questioner.watch(asked);
    this.hasQuestions = asked.length > 0;
    if (alerts.length === 0) this.close();
    else this.listen();
  }

  close(): void {
    this.listening?.unsubscribe();
    this.listening = null;
  }

  private listen(): void {
    if (this.listening !== null) return;
    const { log } = this.stream;
    this.pastUpTo = log.newest ?? -1;
    this.listening = log.from(this.heardUpTo).subscribe((entry) => {
      if (!("event" in entry)) return;
      this.heardUpTo = entry.number;
      this.take(entry.event, entry.number <= this.pastUpTo);
    });
  }

  private take(event: ServerEvent, isPast: boolean): void {
    switch (event.type) {
      case "response.reasoning_text.done":
        this.hear(event, isPast);
        break;
      case "input.gap":
        this.memory.restart(event.to_ms);
        for (const condition of this.conditions.values()) condition.restart(event.to_ms);
        this.questioner.restart(event.to_ms);
        break;
      case "response.output_text.done":
        if (!isPast)
          this.affirm(
            this.questioner.answered(event.response_id, event.text, event.media_time_ms),
            event.unfamiliar,
          );
        break;
      case "response.done":
        this.questioner.done(event.response.id);
    }
  }

  private hear(thought: Thought, isPast: boolean): void {
    const { text, media_time_ms: atMs } = thought;
    if (this.conditions.size > 0) {
      const clauses = parseClauses(text);
      for (const clause of clauses) this.memory.take(clause, atMs);
      this.memory.tick(atMs);
      if (!isPast)
        for (const [alert, condition] of this.conditions) {
          const met = condition.hear({ atMs, clauses }, this.memory);
          if (met === null || !alert.mayRaise(this.stream.id)) continue;
          met.told();
          const { forMs } = alert.times;
          const what = met.holds && forMs !== null ? `${met.what}, for ${durationText(forMs)} now` : met.what;
          this.raise(alert, what, thought.unfamiliar, atMs, met.holds ? null : thought.response_id);
        }
    }
    if (this.hasQuestions && !isPast) this.affirm(this.questioner.tick(atMs, isStill(thought)), false);
  }

  private affirm(affirmed: readonly Affirmed[], unfamiliar: boolean): void {
    for (const { alert, atMs, responseId } of affirmed) {
      if (!alert.mayRaise(this.stream.id)) continue;
      this.questioner.told(alert);
      this.raise(alert, `the model says that this is so: "${alert.rule.when}"`, unfamiliar, atMs, responseId);
    }
  }

  private raise(
    alert: ActiveAlert,
    what: string,
    unfamiliar: boolean,
    atMs: number,
    responseId: string | null,
  ): void {
    const { stream } = this;
    alert.wasRaised(stream.id);
    const eventId = eventIdOf(stream.nextEvent);
    const frame = stream.newestFrame;
    const hasPicture = frame !== null && this.pictures.keep(stream.id, eventId, frame);
    stream.raise({
      alert: alert.name,
      when: alert.rule.when,
      message: sentence(what, unfamiliar),
      media_time_ms: atMs,
      response_id: responseId,
      zone: alert.rule.zone ?? null,
      snapshot: hasPicture ? `/v1/streams/${stream.id}/events/${eventId}/snapshot.jpg` : null,
    });
  }
}

/** Whether nothing had changed in a unit. */
function isStill({ skip_reason: reason }: Thought): boolean {
  return reason === "still";
}

function sentence(what: string, unfamiliar: boolean): string {
  const doubt = unfamiliar ? " The scene is not one that the model knows, so this may be wrong." : "";
  return `${what[0]!.toUpperCase()}${what.slice(1)}.${doubt}`;
}
