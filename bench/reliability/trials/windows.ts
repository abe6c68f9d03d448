import fc from "fast-check";
import { randomPictures } from "../pictures.ts";
import { ServerProcess } from "../server-process.ts";
import { none, type Outcome, type Trial, type TrialContext } from "../trial.ts";
import { Visitor } from "../visitor.ts";

const SESSIONS = { short: 60, long: 2_500 };
/** Sessions at a time. */
const AT_A_TIME = 15;
/** Pictures of one session: two units. */
const PICTURES = 4;

/** A session with these windows, until it has had two thoughts. Resolves with what went wrong, or null. */
async function visit(
  url: string,
  windows: object | null,
  pictures: readonly Buffer[],
): Promise<string | null> {
  const visitor = await Visitor.connect(url);
  const created = await visitor.next("session.created");
  if (created === null) return `no session, close code ${visitor.code}`;
  if (windows !== null) visitor.send({ type: "session.update", session: { windows } });
  for (let seq = 0; visitor.isOpen && visitor.thoughts < 2; seq++) {
    visitor.frame(pictures[seq % PICTURES]!, seq, seq * 250);
    const heard = visitor.thoughts;
    // The next picture goes when the last two were thought about, so none is dropped.
    if (seq % 2 === 1) await visitor.until(() => visitor.thoughts > heard);
  }
  const code = await visitor.leave();
  if (visitor.errors.length > 0) return visitor.errors[0]!.message;
  return code === 1000 ? null : `close code ${code}`;
}

async function run({ size, seed, program, signal, onProgress }: TrialContext): Promise<Outcome> {
  const total = SESSIONS[size];
  const pictures = await randomPictures(PICTURES, seed);
  await using server = await ServerProcess.start(program);
  const first = await Visitor.connect(server.url);
  const { limits } = (await first.next("session.created"))!.session.model_info;
  await first.leave();
  const ever = fc.record({
    visual_units: fc.integer({ min: 4, max: limits.visual_units }),
    text_tokens: fc.integer({ min: Math.ceil(limits.text_tokens / 2), max: limits.text_tokens }),
  });
  const windows = fc.sample(ever, { numRuns: total, seed });
  const wrong: string[] = [];
  let done = 0;
  const work = async () => {
    for (let own = windows.pop(); own !== undefined; own = windows.pop()) {
      signal.throwIfAborted();
      const problem = await visit(server.url, own, pictures);
      if (problem !== null) wrong.push(problem);
      onProgress(++done / total, `${total} sessions`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const after = await visit(server.url, null, pictures);
  return {
    tried: `${total} sessions, ${AT_A_TIME} at a time, seed ${seed}`,
    findings: [
      none("sessions that were not served to their end", wrong),
      none("faults of a session with default windows after them", after === null ? [] : [after]),
    ],
  };
}

export const windows: Trial = { name: "windows", title: "Sessions with ever different windows", run };
