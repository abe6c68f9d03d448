import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { type DeliveryLimits, type Dispatcher, noticeJson } from "../../src/sinks/mod.ts";
import { retryAfterMs } from "../../src/sinks/webhook/retry-after.ts";
import { sign, signingKey } from "../../src/sinks/webhook/signature.ts";
import { signingKeys } from "../../src/sinks/webhook/signing-keys.ts";
import { type WebhookEntry, webhookSchema } from "../../src/sinks/webhook/webhook-schema.ts";
import { WebhookSink } from "../../src/sinks/webhook/webhook-sink.ts";
import { dispatched } from "../support/dispatched.ts";
import { makeTempDir } from "../support/media.ts";
import { notice } from "../support/notices.ts";
import { pageBlocks } from "../support/readme.ts";
import { until } from "../support/server.ts";
import { type WebhookAnswer, WebhookReceiver } from "../support/webhook-receiver.ts";

const SECRET = "a secret of the operator";

const open: Dispatcher[] = [];
afterEach(() => Promise.all(open.splice(0).map((each) => each.close(0))));

function dispatch(url: string, entry: Partial<WebhookEntry> = {}, limits: Partial<DeliveryLimits> = {}) {
  const sink = new WebhookSink("phone", { type: "webhook", url, ...entry });
  const all = dispatched(sink, limits, { firstMs: 20, mostMs: 100 });
  open.push(all.dispatcher);
  return all;
}

const persons = (...numbers: number[]) => numbers.map((number) => `person ${number}`);

describe("a webhook", () => {
  it("is a POST with the notice, and has the headers that were asked for", async () => {
    await using receiver = await WebhookReceiver.start();
    const url = `${receiver.url.replace("http://", "http://me:pass%20word@")}/hook?key=1`;
    const { offer, settled } = dispatch(url, { headers: { "X-Room": "hall" } });
    offer(1);
    await settled();
    const [{ method, path, headers, body }] = receiver.got as [(typeof receiver.got)[0]];
    expect([method, path, String(body)]).toEqual(["POST", "/hook?key=1", noticeJson(notice(1))]);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "user-agent": "thinkalong",
      "x-room": "hall",
      "webhook-id": notice(1).id,
      authorization: `Basic ${Buffer.from("me:pass word").toString("base64")}`,
    });
    expect(headers).not.toHaveProperty("webhook-signature");
    expect(JSON.parse(String(body))).toEqual({
      id: "door:1764314000123:event_1",
      stream: "door",
      kind: "camera",
      heard_at: "2025-11-28T07:13:20.123Z",
      event: notice(1).event,
    });
  });

  it("loses nothing and keeps its order while its receiver fails in every way, and hangs", async () => {
    const answers: WebhookAnswer[] = [
      ...([200, 500, 503, "hang", 201, "break", 404, 204] as const),
      ...([
        { status: 429, headers: { "retry-after": "0" } },
        { status: 200, afterMs: 100 },
        302,
        401,
      ] as const),
    ];
    await using receiver = await WebhookReceiver.start((number) => answers[number] ?? 204);
    const { offer, settled, kept, dispatcher } = dispatch(receiver.url, {}, { attemptMs: 300 });
    offer(1, 2, 3, 4, 5);
    await settled();
    expect(receiver.messages).toEqual(persons(1, 2, 3, 4, 5));
    expect(receiver.got.length).toBe(13);
    expect(kept.deadLetters).toEqual([]);
    expect(dispatcher.figures).toMatchObject({ delivered: 5, failed: 0, dropped: 0, last_error: null });
    for (const words of [
      "answers with 503",
      "0.3 seconds",
      "302. Redirections are not followed",
      "cannot be reached",
    ])
      expect(kept.text).toContain(words);
  });

  it("waits for a receiver that is gone, and delivers all when it is back", async () => {
    const receiver = await WebhookReceiver.start();
    const { offer, settled, kept, dispatcher } = dispatch(receiver.url);
    offer(1);
    await settled();
    await receiver.die();
    offer(2, 3);
    await until("it is missed", () => dispatcher.figures.last_error !== null);
    expect(dispatcher.figures.last_error).toMatch(/^http:\/\/127\.0\.0\.1:\d+ cannot be reached \(.+\)\.$/);
    offer(4);
    await receiver.listen();
    await settled();
    expect(receiver.messages).toEqual(persons(1, 2, 3, 4));
    expect(kept.deadLetters).toEqual([]);
    await receiver.die();
  });

  it("honours Retry-After", async () => {
    await using receiver = await WebhookReceiver.start((number) =>
      number === 0 ? { status: 503, headers: { "retry-after": "0.4" } } : 204,
    );
    const { offer, settled } = dispatch(receiver.url);
    offer(1);
    await settled();
    expect(receiver.got[1]!.atMs - receiver.got[0]!.atMs).toBeGreaterThan(390);
  });

  it("passes over what is refused, and stops where its receiver is gone for good", async () => {
    await using receiver = await WebhookReceiver.start((number) => [422, 204, 410][number] ?? 204);
    const { offer, settled, kept, dispatcher } = dispatch(receiver.url);
    offer(1, 2, 3, 4);
    await settled();
    expect(receiver.got).toHaveLength(3);
    expect(receiver.messages).toEqual(persons(2));
    expect(kept.deadLetters.map(({ notice }) => notice)).toEqual([1, 3, 4].map((each) => notice(each).id));
    expect(kept.deadLetters[0]!.why).toMatch(/answers with 422/);
    expect(dispatcher.figures.disabled).toBe(true);
  });

  it("does not follow a redirection, which would tell somebody else", async () => {
    await using other = await WebhookReceiver.start();
    await using receiver = await WebhookReceiver.start((number) =>
      number === 0 ? { status: 307, headers: { location: other.url } } : 204,
    );
    const { offer, settled } = dispatch(receiver.url);
    offer(1);
    await settled();
    expect([other.got.length, receiver.messages]).toEqual([0, persons(1)]);
  });

  it("shows neither its secret nor its headers nor the path of its address", async () => {
    await using receiver = await WebhookReceiver.start((number) =>
      number < 3 ? ([500, "break", 400][number] as WebhookAnswer) : 204,
    );
    const hidden = [
      "hidden-user",
      "hidden-password",
      "hidden-path",
      "hidden-query",
      "hidden-header",
      "hidden-secret-16",
    ];
    const url = `${receiver.url.replace("http://", "http://hidden-user:hidden-password@")}/hidden-path?hidden-query`;
    const { offer, settled, kept, dispatcher } = dispatch(url, {
      secret: "hidden-secret-16",
      headers: { "x-key": "hidden-header" },
    });
    offer(1, 2);
    await settled();
    await receiver.die();
    offer(3);
    await until("it is missed", () => dispatcher.figures.last_error !== null);
    expect(kept.lines.length).toBeGreaterThan(3);
    for (const word of hidden) expect(kept.text + dispatcher.figures.last_error).not.toContain(word);
  });
});

describe("the signature of a webhook", () => {
  it("is that of Standard Webhooks", () => {
    // From the test vectors of their own library.
    const key = signingKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;
    const body = '{"test": 2432232314}';
    expect(sign([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)).toBe(
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    );
    const entry: WebhookEntry = { type: "webhook", url: "http://x", secret_env: ["NEW", "OLD"] };
    const env = { NEW: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", OLD: SECRET };
    expect(signingKeys(entry, env)).toEqual([key, signingKey(SECRET)]);
    expect(signingKey("too short")).toBeNull();
    expect(signingKey("whsec_this is not base64, is it?")).toBeNull();
  });

  it("is found good and bad by the programs in docs/sinks.md", async () => {
    await using receiver = await WebhookReceiver.start();
    const binary = `whsec_${randomBytes(24).toString("base64")}`;
    const former = "a secret that is to be replaced";
    for (const secret of [SECRET, binary, [binary, former]]) {
      const { offer, settled } = dispatch(receiver.url, { secret });
      offer(1);
      await settled();
    }
    const [plain, coded, twice] = receiver.got.map(({ headers, body }) => ({
      headers,
      body: body.toString("base64"),
    }));
    const old = { ...plain!.headers, "webhook-timestamp": "1614265330" };
    const cases = [
      { ...plain, secret: SECRET, good: true },
      { ...coded, secret: binary, good: true },
      { ...twice, secret: binary, good: true },
      { ...twice, secret: former, good: true },
      { ...twice, secret: SECRET, good: false },
      { ...coded, secret: SECRET, good: false },
      { ...plain, headers: old, secret: SECRET, good: false },
      { ...plain, body: Buffer.from("{}").toString("base64"), secret: SECRET, good: false },
      { ...plain, headers: { ...plain!.headers, "webhook-id": "x" }, secret: SECRET, good: false },
    ];
    const wanted = cases.map(({ good }) => good);
    const blocks = pageBlocks("docs/sinks.md", "Is it from my server?");
    const textOf = (language: string) => blocks.find((block) => block.language === language)!.text;
    const dir = await makeTempDir();
    try {
      await writeFile(join(dir.path, "verify.mjs"), textOf("js"));
      const { isFromMyServer } = await import(pathToFileURL(join(dir.path, "verify.mjs")).href);
      expect(
        cases.map(({ headers, body, secret }) =>
          isFromMyServer(headers, Buffer.from(body!, "base64"), secret),
        ),
      ).toEqual(wanted);
      expect(JSON.parse(await python(`${textOf("python")}${PYTHON_DRIVER}`, JSON.stringify(cases)))).toEqual(
        wanted,
      );
    } finally {
      await dir.remove();
    }
  });
});

/** Reads cases from the standard input, and prints what each is found to be. */
const PYTHON_DRIVER = `
import json, sys
print(json.dumps([is_from_my_server(each["headers"], base64.b64decode(each["body"]), each["secret"])
                  for each in json.load(sys.stdin)]))
`;

function python(program: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile("python3", ["-c", program], (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
    child.stdin!.end(input);
  });
}

describe("Retry-After", () => {
  it.each<[string | null, number | null]>([
    [null, null],
    ["", null],
    ["soon", null],
    ["0", 0],
    [" 120 ", 120_000],
    ["Thu, 01 Jan 1970 00:01:00 GMT", 50_000],
    ["Thu, 01 Jan 1970 00:00:01 GMT", 0],
  ])("%j is %j ms", (value, ms) => {
    expect(retryAfterMs(new Headers(value === null ? {} : { "retry-after": value }), 10_000)).toBe(ms);
  });
});

describe("the entry of a webhook", () => {
  const url = "https://phone.example/hook";
  it.each<[string, object, RegExp]>([
    ["no address", { url: undefined }, /url/],
    ["another scheme", { url: "ftp://phone.example" }, /http:\/\/ or https/],
    ["a short secret", { secret: "short" }, /at least 16 bytes/],
    ["a list with a short secret", { secret: [SECRET, "short"] }, /at least 16 bytes/],
    ["three secrets", { secret: [SECRET, SECRET, SECRET] }, /list of two/],
    ["no secret in a list", { secret: [] }, /list of two/],
    [
      "a variable that cannot be one",
      { secret_env: ["A", "no variable"] },
      /name of an environment variable/,
    ],
    ["secrets in two places", { secret: SECRET, secret_env: "X" }, /Leave out secret/],
    ["a header of its own", { headers: { "Webhook-Id": "x" } }, /set by the server itself/],
    ["a header with a line break", { headers: { "x-a": "a\r\nb: c" } }, /on one line/],
    ["no event at all", { events: [] }, /events/],
    ["a time that is none", { give_up_after: "soon" }, /such as 30s, 5m or 1h/],
    ["a time that is too long", { timeout: "1h" }, /at most 5m/],
  ])("may not have %s", (_, wrong, words) => {
    const parsed = webhookSchema.safeParse({ type: "webhook", url, ...wrong });
    expect(JSON.stringify(parsed.error?.issues)).toMatch(words);
    expect(JSON.stringify(parsed.error?.issues)).not.toContain('short"');
  });
});
