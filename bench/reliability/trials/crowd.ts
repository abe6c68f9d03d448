import { setTimeout as sleep } from "node:timers/promises";
import { randomPictures } from "../pictures.ts";
import { ServerProcess } from "../server-process.ts";
import { atMost, none, type Outcome, type Trial, type TrialContext } from "../trial.ts";
import { Visitor } from "../visitor.ts";

const CLIENTS = { short: 12, long: 64 };
const ROUNDS = { short: 2, long: 3 };
const PICTURES = { short: 4, long: 8 };
const INTERVAL_MS = 250;
/** What memory may be: after the later rounds by that after the first, and at the end by that at the start. */
const BOUNDS = { short: { later: 1.25, end: 2 }, long: { later: 1.05, end: 1.2 } };
/** How long the server has nothing to do before its memory is looked at (ms). */
const QUIET_MS = { short: 2_000, long: 60_000 };

/** One client: sends its pictures, and leaves when it is told to. Resolves with its close code. */
async function visit(url: string, pictures: readonly Buffer[], leave: Promise<unknown>): Promise<number> {
  const visitor = await Visitor.connect(url);
  for (const picture of pictures) {
    visitor.socket.send(picture);
    await sleep(INTERVAL_MS);
  }
  await leave;
  return visitor.leave();
}

async function run({ size, seed, program, signal, onProgress }: TrialContext): Promise<Outcome> {
  const clients = CLIENTS[size];
  const rounds = ROUNDS[size];
  const pictures = await randomPictures(PICTURES[size], seed);
  await using server = await ServerProcess.start(program, "--max-sessions", String(clients));
  const start = await server.residentMiB();
  const after: number[] = [];
  const wrong: string[] = [];
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    onProgress(round / (rounds + 1), `round ${round + 1} of ${rounds}`);
    const leave = sleep(pictures.length * INTERVAL_MS + 3000);
    const codes = await Promise.all(
      Array.from({ length: clients }, () => visit(server.url, pictures, leave)),
    );
    wrong.push(...codes.filter((code) => code !== 1000).map((code) => `close code ${code}`));
    await sleep(1500);
    after.push(await server.residentMiB());
  }
  onProgress(rounds / (rounds + 1), "nothing happens");
  await sleep(QUIET_MS[size], undefined, { signal });
  const end = await server.residentMiB();
  const [first] = after as [number];
  return {
    tried: `${rounds} rounds of ${clients} clients, seed ${seed}`,
    findings: [
      none("clients that were not served to their end", wrong),
      { what: "memory at the start", measured: `${Math.round(start)} MiB`, bound: "none is set", held: true },
      {
        what: "memory after each round",
        measured: after.map((mib) => `${Math.round(mib)} MiB`).join(", "),
        bound: "none is set",
        held: true,
      },
      atMost(
        "the largest of the later rounds, by the first",
        Math.max(...after.slice(1)) / first,
        BOUNDS[size].later,
        "",
      ),
      atMost(
        `memory ${QUIET_MS[size] / 1000} s later, by that at the start`,
        end / start,
        BOUNDS[size].end,
        "",
      ),
    ],
  };
}

export const crowd: Trial = { name: "crowd", title: "Many clients come and go: memory", run };
