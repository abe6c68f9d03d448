import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { Account } from "./account.ts";
import { Visitor } from "./visitor.ts";

/** Between two pictures (ms): a camera of four a second. */
const INTERVAL_MS = 250;
const MOST_PICTURES = 60;

/** What a client does from coming to going. */
export interface Visit {
  readonly pictures: number;
  /** The picture with which it begins, or the only one: a camera that shows nothing new. */
  readonly first: number;
  readonly isStill: boolean;
  /** After which picture it asks, and whether it then takes the question back. */
  readonly questions: readonly { readonly after: number; readonly takesBack: boolean }[];
  /** `finishes`: with `session.close`; `closes`: the socket alone; `breaks off`: without a word. */
  readonly leaving: "finishes" | "closes" | "breaks off";
  /** Until it comes again (ms). */
  readonly restMs: number;
}

/** Visits of up to a quarter of a minute. */
export const visits: fc.Arbitrary<Visit> = fc.record({
  pictures: fc.integer({ min: 2, max: MOST_PICTURES }),
  first: fc.nat(100),
  isStill: fc.boolean(),
  questions: fc.array(fc.record({ after: fc.nat(MOST_PICTURES), takesBack: fc.boolean() }), { maxLength: 4 }),
  leaving: fc.constantFrom("finishes", "finishes", "closes", "breaks off"),
  restMs: fc.nat(2000),
});

/** What came of a visit. */
export interface Visited {
  readonly account: Account;
  /** Events that are not as their schemas say. */
  readonly malformed: readonly string[];
  /** What went wrong though the client had done nothing wrong. */
  readonly errors: readonly string[];
}

/** Makes a visit; a long one is cut short at a time (`performance.now()`). */
export async function visit(
  url: string,
  pictures: readonly Uint8Array[],
  plan: Visit,
  untilMs: number,
): Promise<Visited> {
  const account = new Account();
  const takenBack = new Set<string>();
  const visitor = await Visitor.connect(url, (event) => {
    account.take(event);
    if (event.type === "response.created" && takenBack.has(event.response.in_reply_to ?? ""))
      visitor.send({ type: "response.cancel", response_id: event.response.id });
  });
  const asks = (question: Visit["questions"][number], number: number) => {
    const eventId = `question_${number}`;
    account.ask(eventId);
    if (question.takesBack) takenBack.add(eventId);
    visitor.send({
      type: "conversation.item.create",
      event_id: eventId,
      item: { type: "message", role: "user", content: [{ type: "input_text", text: QUESTION }] },
    });
  };
  await visitor.next("session.created");
  const startedAtMs = performance.now();
  for (let seq = 0; seq < plan.pictures && visitor.isOpen; seq++) {
    const dueMs = startedAtMs + seq * INTERVAL_MS;
    if (dueMs > untilMs) break;
    await sleep(Math.max(0, dueMs - performance.now()));
    account.sent++;
    const picture = pictures[(plan.first + (plan.isStill ? 0 : seq)) % pictures.length]!;
    visitor.frame(picture, seq, seq * INTERVAL_MS);
    for (const [number, question] of plan.questions.entries())
      if (question.after === seq) asks(question, number);
  }
  const wasCutOff = !visitor.isOpen;
  const code = await leave(visitor, plan.leaving);
  account.close(plan.leaving === "finishes");
  const errors = visitor.errors.map(({ code, message }) => `${code}: ${message}`);
  if (wasCutOff || (plan.leaving === "finishes" && code !== 1000)) errors.push(`close code ${code}`);
  return { account, malformed: visitor.malformed, errors };
}

const QUESTION = "how many cars have left?";

async function leave(visitor: Visitor, how: Visit["leaving"]): Promise<number | null> {
  if (how === "finishes") return await visitor.leave();
  if (how === "closes") visitor.socket.close(1000);
  else visitor.socket.terminate();
  await visitor.until(() => false);
  return visitor.code;
}
