import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ATTACKS } from "../attacks.ts";
import { type CompareOptions, cameraPictures, compare, SETTLE_MS, summarize } from "../beside.ts";
import { Cameras } from "../cameras.ts";
import { ServerProcess } from "../server-process.ts";
import type { Finding, Outcome, Trial, TrialContext } from "../trial.ts";

const CAMERAS = 4;
/** Most that the slow ones among the latencies may be, by those beside a process that burns as much CPU time. */
const MOST = 2;
/** Most pictures that may be lost, beyond those lost beside that process (a share of all). */
const MOST_LOST = 0.1;
const SIZES = {
  /**
   * A machine that stands still for a moment while there is an attack proves nothing, so it is tried again. Of some
   * fifty latencies p99 would be the slowest one.
   */
  short: {
    attacks: ["the text x", "progressive JPEGs of 2000², from four clients"],
    rounds: 1,
    seconds: 3,
    tries: 5,
    percent: 90,
  },
  long: { attacks: Object.keys(ATTACKS), rounds: 4, seconds: 5, tries: 1, percent: 99 },
};

const clip = join(import.meta.dirname, "../../../client/sample/street.mp4");

/** One comparison, as a finding. */
async function tryAttack(attack: string, percent: number, options: CompareOptions): Promise<Finding> {
  const { attacked, burned, cores } = await compare(attack, options);
  const [under, beside] = [summarize(attacked, percent), summarize(burned, percent)];
  const ratio = under.slowMs / beside.slowMs;
  const lost = under.lost - beside.lost;
  return {
    what: `p${percent} of the cameras' thoughts beside: ${attack}`,
    measured:
      `${ratio.toFixed(2)} × (${under.slowMs.toFixed(0)} ms, beside ${cores.toFixed(2)} cores of other work ` +
      `${beside.slowMs.toFixed(0)} ms); ${(100 * lost).toFixed(1)} % more pictures lost`,
    bound: `at most ${MOST} ×, and ${100 * MOST_LOST} % more lost`,
    held: ratio <= MOST && lost <= MOST_LOST,
  };
}

async function run({ size, program, signal, onProgress }: TrialContext): Promise<Outcome> {
  const { attacks, rounds, seconds, tries, percent } = SIZES[size];
  await using server = await ServerProcess.start(program, "--max-sessions", "16");
  const url = `${server.url.replace("http", "ws")}/v1/stream`;
  const cameras = await Cameras.connect(url, CAMERAS, await cameraPictures(clip));
  await sleep(3000);
  const findings: Finding[] = [];
  for (const [done, attack] of attacks.entries()) {
    onProgress(done / attacks.length, attack);
    let finding: Finding | null = null;
    for (let attempt = 0; attempt < tries && finding?.held !== true; attempt++) {
      signal.throwIfAborted();
      finding = await tryAttack(attack, percent, { url, cameras, seconds, rounds });
    }
    findings.push(finding!);
  }
  cameras.leave();
  return {
    tried: `${CAMERAS} cameras of four pictures a second; ${attacks.length} attacks, ${rounds} × ${seconds} s each, in turn with a process that burns as much CPU time without connecting; the first ${SETTLE_MS / 1000} s of each are not counted`,
    findings,
  };
}

export const attackers: Trial = { name: "attackers", title: "Cameras beside an attacker", run };
