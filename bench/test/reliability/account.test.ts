import { describe, expect, it } from "vitest";
import { SERVER_EXAMPLES } from "../../../src/protocol/examples.ts";
import type { ServerEvent, SessionTotals } from "../../../src/protocol/mod.ts";
import { Account } from "../../reliability/account.ts";

const created = SERVER_EXAMPLES["session.created"];
const dropped = SERVER_EXAMPLES["input_video_frame.dropped"];

const closed = (totals: Partial<SessionTotals>): ServerEvent => ({
  ...SERVER_EXAMPLES["session.closed"],
  totals: { ...SERVER_EXAMPLES["session.closed"].totals, ...totals },
});

const answer = (id: string, asked: string): ServerEvent[] => {
  const { response, ...rest } = SERVER_EXAMPLES["response.created"];
  const done = SERVER_EXAMPLES["response.done"];
  return [
    { ...rest, response: { ...response, id, kind: "answer", in_reply_to: asked } },
    { ...done, response: { ...done.response, id, kind: "answer", status: "completed" } },
  ];
};

/** The books after some events, of a client that sent five pictures and asked two questions. */
function booksOf(...events: ServerEvent[]): Account {
  const account = new Account();
  account.sent = 5;
  account.ask("one");
  account.ask("two");
  for (const event of [created, ...events]) account.take(event);
  account.close(true);
  return account;
}

const totals = { frames_in: 5, frames_dropped: 1, units: 2, thoughts: 1, skips: 1 };

describe("the books of a session", () => {
  it("are right when each frame and each question has an end", () => {
    const { wrong, seen, questions } = booksOf(
      dropped,
      ...answer("a", "one"),
      ...answer("b", "two"),
      closed(totals),
    );
    expect(wrong).toEqual([]);
    expect([seen, questions]).toEqual([4, { answered: 2, cancelled: 0, open: 0 }]);
  });

  it.each<[string, ServerEvent[], RegExp]>([
    ["no end", [], /no end/],
    ["a frame that did not come", [dropped, closed({ ...totals, frames_in: 4 })], /5 frames sent, 4 counted/],
    ["a drop that was not told", [closed(totals)], /0 frames told as dropped, 1 counted/],
    ["a unit that is missing", [dropped, closed({ ...totals, units: 1 })], /2 units expected, 1 seen/],
    ["a thought that is missing", [dropped, closed({ ...totals, skips: 0 })], /2 units, 1 thoughts/],
    ["a question that is open", [dropped, ...answer("a", "one"), closed(totals)], /1 questions without/],
    [
      "an answer to nothing",
      [dropped, ...answer("a", "three"), closed(totals)],
      /the answer a to no question/,
    ],
    ["figures that differ from the events", [SERVER_EXAMPLES["session.stats"]], /frames told as/],
  ])("are wrong with %s", (_, events, complaint) => {
    expect(booksOf(...events).wrong.join("; ")).toMatch(complaint);
  });
});
