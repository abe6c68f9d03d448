import type { Subscription } from "rxjs";
import { eventIdOf, type ServerEvent, type ServerEventOf } from "../protocol/mod.ts";
import type { ListenedStream } from "../streams/mod.ts";
import type { ActiveAlert } from "./active-alert.ts";
import type { AlertPictures } from "./alert-pictures.ts";
import { type Affirmed, Questioner, type QuestionRules } from "./questioner.ts";
import { WordsWatch } from "./words-watch.ts";

type Thought = ServerEventOf<"response.reasoning_text.done">;

/** One stream, and the alerts that watch it. It listens to the stream's log while there is an alert. */
export class StreamWatch {
  private readonly words: WordsWatch;
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
    this.words = new WordsWatch(stream.id);
    this.questioner = new Questioner(stream, questions);
  }

  /** Takes the alerts that watch this stream, in place of those before. */
  watch(alerts: readonly ActiveAlert[]): void {
    this.words.watch(alerts);
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
        this.words.restart(event.to_ms);
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
    for (const { alert, what, holds } of this.words.hear({ text, atMs }, isPast))
      this.raise(alert, what, thought.unfamiliar, atMs, holds ? null : thought.response_id);
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
      message: alertMessage(what, unfamiliar),
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

/** What an alert says to people. */
export function alertMessage(what: string, unfamiliar: boolean): string {
  const doubt = unfamiliar ? " The scene is not one that the model knows, so this may be wrong." : "";
  return `${what[0]!.toUpperCase()}${what.slice(1)}.${doubt}`;
}
