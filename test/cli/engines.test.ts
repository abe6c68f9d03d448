import { describe, expect, it } from "vitest";
import { type Answer, ChatServer, error, json } from "../support/chat-server.ts";
import { type Played, plays } from "../support/model-server.ts";
import { thinkalong } from "../support/program.ts";
import { screenOf, thinkalongOnTerminal } from "../support/terminal.ts";

const COLUMNS = 60;

function startModel(
  played: Played = {},
  models: Answer = json({ data: [{ id: "eye", max_model_len: 8192 }] }),
) {
  return ChatServer.start({ chats: [plays(played)], models });
}

describe.concurrent("thinkalong engines probe", () => {
  it("shows what a server can do and what to make of it, in 60 columns", async () => {
    await using server = await startModel({ logprobs: false });
    const program = thinkalongOnTerminal(COLUMNS, ["engines", "probe", server.url]);
    const { code, stdout } = await program.ended;
    const rows = screenOf(stdout, COLUMNS);
    expect([code, rows[0]]).toEqual([0, "eye"]);
    expect(stdout).toContain("measuring a picture of 768 px");
    const text = rows.join("\n");
    expect(text).not.toContain("measuring");
    for (const fact of [
      /^streaming {9}yes$/m,
      /^picture 512 px {4}192 tokens, \d/m,
      /^prefix cache {6}yes: \d+ % of an earlier prompt$/m,
      /^probabilities {5}no$/m,
      /^context {11}8192 tokens$/m,
      /^thinkalong can use eye\./m,
      /^It tells no probabilities/m,
    ])
      expect(text).toMatch(fact);
    // Wrapped between words, under the second column.
    expect(rows.every((row) => row.length <= COLUMNS)).toBe(true);
  });

  it("prints one line of JSON, and sends the key of the variable that was named", async () => {
    await using server = await startModel();
    const args = ["engines", "probe", server.url, "--json", "--model", "eye", "--api-key-env", "MY_KEY"];
    const { code, stdout, stderr } = await thinkalong(args, { MY_KEY: "sk-4711" }).ended;
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      model: "eye",
      pictures: [{ side: 256, tokens: 48 }, { side: 512 }, { side: 768 }],
      notMeasured: [],
      plan: { keepsUp: true },
    });
    expect(new Set(server.got.map(({ headers }) => headers.authorization))).toEqual(
      new Set(["Bearer sk-4711"]),
    );
  });

  it.each<[string, Played, Answer | undefined, RegExp]>([
    [
      "takes no pictures",
      { eyes: false },
      undefined,
      /The model eye takes no pictures\. Take a vision model/,
    ],
    ["wants a key", {}, error(401, "who?"), /asks for a key \(401\).*THINKALONG_API_KEY/],
  ])("says in a line that a server %s", async (_, played, models, words) => {
    await using server = await startModel(played, models);
    const { code, stdout, stderr } = await thinkalong(["engines", "probe", server.url]).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(words);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("says so for a program too when there is no server", async () => {
    const gone = await startModel();
    await gone.die();
    const { code, stdout, stderr } = await thinkalong(["engines", "probe", gone.url, "--json"]).ended;
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe("remote_unreachable");
    expect(stderr).toMatch(/^error: Nothing listens at 127\.0\.0\.1, port \d+\./);
  });
});
