import { setTimeout as sleep } from "node:timers/promises";
import { type WebhookAnswer, WebhookReceiver } from "../../test/support/webhook-receiver.ts";

/** How a receiver of webhooks is for a while. */
interface Mood {
  readonly name: string;
  /** What it answers to each request, by its number; null: nothing listens there. */
  readonly answer: ((number: number) => WebhookAnswer) | null;
}

/** Longer than the sinks of the trial wait for an answer (ms). */
const TOO_LATE_MS = 200;

/** It is well every other time. */
const WELL: Mood = { name: "well", answer: () => 204 };

const UNWELL: readonly Mood[] = [
  { name: "slow", answer: () => ({ status: 200, afterMs: 20 }) },
  { name: "too slow", answer: () => ({ status: 200, afterMs: TOO_LATE_MS }) },
  { name: "hangs", answer: () => "hang" },
  { name: "fails", answer: (number) => [500, 503, 404, 401][number % 4]! },
  { name: "wants rest", answer: () => ({ status: 429, headers: { "retry-after": "0.05" } }) },
  { name: "refuses some", answer: (number) => (number % 3 === 0 ? 422 : 204) },
  { name: "breaks connections", answer: () => "break" },
  { name: "takes it and does not say so", answer: (number) => (number % 2 === 0 ? "take and break" : 204) },
  { name: "is gone", answer: null },
];

/** A receiver of webhooks that is well, slow, broken or gone in turn. */
export class MoodyReceiver implements AsyncDisposable {
  private mood = WELL;
  /** How often it was in each mood. */
  private readonly counts = new Map<string, number>();
  private readonly receiver = new WebhookReceiver((number) => (this.mood.answer ?? (() => "break"))(number));

  private constructor() {}

  static async start(): Promise<MoodyReceiver> {
    const moody = new MoodyReceiver();
    await moody.receiver.listen();
    return moody;
  }

  get url(): string {
    return this.receiver.url;
  }

  /** The ids of what it has taken, in the order in which it did. */
  get taken(): string[] {
    return this.receiver.taken.map(({ json }) => json.id);
  }

  /** How often it was in each mood, in words. */
  get moods(): string {
    return [...this.counts].map(([name, times]) => `${name}: ${times}`).join(", ");
  }

  /** Is in another mood for a while, and well after that. */
  async beUnwell(below: (most: number) => number, forMs: number): Promise<void> {
    const mood = UNWELL[below(UNWELL.length)]!;
    this.mood = mood;
    this.counts.set(mood.name, (this.counts.get(mood.name) ?? 0) + 1);
    if (mood.answer === null) await this.receiver.die();
    await sleep(forMs);
    if (mood.answer === null) await this.receiver.listen();
    this.mood = WELL;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.receiver.die();
  }
}
