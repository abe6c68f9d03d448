import { CLOSE_CODES, ERRORS, TRANSPORT_CLOSE_CODES } from "../../../src/protocol/mod.ts";
import { Bystander } from "../bystander.ts";
import { randomPictures } from "../pictures.ts";
import { randomMessages } from "../random-messages.ts";
import { ServerProcess } from "../server-process.ts";
import { atMost, type Finding, none, type Outcome, type Trial, type TrialContext } from "../trial.ts";
import { Visitor } from "../visitor.ts";

const MESSAGES = { short: 2_000, long: 100_000 };
/** Messages of one connection. */
const VISIT = 200;
/** Connections at a time. */
const AT_A_TIME = 6;

const DOCUMENTED = new Set([...Object.values(CLOSE_CODES), ...TRANSPORT_CLOSE_CODES].map(({ code }) => code));
const FAULTS = [CLOSE_CODES.failed.code, 1011];

/** What the random clients heard. */
class Heard {
  readonly malformed: string[] = [];
  readonly faults: string[] = [];
  readonly errors = new Map<string, number>();
  connections = 0;

  add(visitor: Visitor): void {
    this.connections++;
    this.malformed.push(...visitor.malformed);
    for (const { code, message } of visitor.errors) {
      this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
      if (!(code in ERRORS) || ERRORS[code as keyof typeof ERRORS].type === "server_error")
        this.faults.push(`${code}: ${message}`);
    }
    const { code } = visitor;
    if (code !== null && (!DOCUMENTED.has(code) || FAULTS.includes(code)))
      this.faults.push(`close code ${code}`);
  }

  findings(): Finding[] {
    const counts = [...this.errors].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
    return [
      none("events that are not as their schemas say", this.malformed),
      none("faults of the server, and codes that are not in the documents", this.faults),
      {
        what: "errors that said what was wrong",
        measured: counts.join(", ") || "none",
        bound: "at least three kinds",
        held: counts.length >= 3,
      },
    ];
  }
}

/** One connection that sends its messages and leaves. */
async function visit(url: string, pictures: readonly Buffer[], count: number, seed: number, heard: Heard) {
  const visitor = await Visitor.connect(url);
  await visitor.next("session.created");
  for (const message of randomMessages(pictures, count, seed)) {
    if (!visitor.isOpen) break;
    await new Promise<void>((resolve) => visitor.socket.send(message, () => resolve()));
  }
  await visitor.leave();
  heard.add(visitor);
}

async function run({ size, seed, program, signal, onProgress }: TrialContext): Promise<Outcome> {
  const total = MESSAGES[size];
  const pictures = await randomPictures(8, seed);
  const heard = new Heard();
  await using server = await ServerProcess.start(program, "--max-sessions", String(AT_A_TIME + 2));
  const bystander = await Bystander.start(server.url, pictures);
  let begun = 0;
  const work = async () => {
    while (begun < total) {
      signal.throwIfAborted();
      const count = Math.min(VISIT, total - begun);
      const own = seed + begun;
      begun += count;
      await visit(server.url, pictures, count, own, heard);
      onProgress(begun / total, `${total} messages`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const findings = [...heard.findings(), ...(await bystander.findings())];
  const { code, tookMs } = await server.stop();
  const complaints = server.log
    .split("\n")
    .filter((line) => /"level":(50|60)/.test(line) || /^\s+at /.test(line));
  findings.push(
    none("errors in the server's log", complaints),
    { what: "exit code at SIGTERM", measured: String(code), bound: "0", held: code === 0 },
    atMost("time to end at SIGTERM", tookMs / 1000, 5, "s"),
  );
  return { tried: `${total} messages over ${heard.connections} connections, seed ${seed}`, findings };
}

export const fuzz: Trial = { name: "fuzz", title: "Random and bent messages", run };
