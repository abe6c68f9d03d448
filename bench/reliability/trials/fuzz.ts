import { Bystander } from "../bystander.ts";
import { Heard } from "../heard.ts";
import { randomPictures } from "../pictures.ts";
import { MESSAGE_TYPES, randomMessages } from "../random-messages.ts";
import { ServerProcess } from "../server-process.ts";
import type { Outcome, Trial, TrialContext } from "../trial.ts";
import { Visitor } from "../visitor.ts";

const MESSAGES = { short: 2_000, long: 100_000 };
/** Messages of one connection. */
const VISIT = 200;
/** Connections at a time. */
const AT_A_TIME = 6;

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
  const findings = [...heard.findings(), ...(await bystander.findings()), ...(await server.endFindings())];
  return {
    tried: `${total} messages over ${heard.connections} connections, seed ${seed}; types: ${MESSAGE_TYPES.join(", ")}`,
    findings,
  };
}

export const fuzz: Trial = { name: "fuzz", title: "Random and bent messages", run };
