import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { Account } from "../account.ts";
import { announcement, type BentVideo, bentPictures, bentVideos } from "../bent-media.ts";
import { Bystander } from "../bystander.ts";
import { Heard } from "../heard.ts";
import { LARGEST } from "../lying-pictures.ts";
import { randomPictures } from "../pictures.ts";
import { ServerProcess } from "../server-process.ts";
import { atMost, type Finding, none, type Outcome, type Trial, type TrialContext } from "../trial.ts";
import { Visitor } from "../visitor.ts";

const PICTURES = { short: 64, long: 5_000 };
const CHUNKS = { short: 32, long: 2_000 };
/** Side of the largest pictures (px). */
const SIDE = { short: 1024, long: LARGEST };
/** Pictures or chunks of one connection: as many pictures as may come at once. */
const VISIT = 8;
const AT_A_TIME = 16;
/** Between two of them (ms): the rate of the bundled model, so that few are dropped before they are decoded. */
const INTERVAL_MS = 250;
/** Least share of the pictures that must have come to the decoder, or else nothing would have been tried. */
const LEAST_DECODED = 0.5;
/** Most resident memory (MiB). One of the largest pictures takes 64 MiB as pixels. */
const MOST_MIB = 1024;

/** How a container is announced; null where the protocol knows pictures only. */
const ANNOUNCED = announcement();

/** What came of the pictures of all connections. */
class Seen {
  sent = 0;
  seen = 0;
  readonly dropped = { busy: 0, rate: 0, duplicate: 0, decode_error: 0 };
  readonly wrong: string[] = [];

  add({ sent, seen, dropped, wrong }: Account): void {
    this.sent += sent;
    this.seen += seen;
    for (const [reason, count] of Object.entries(dropped))
      this.dropped[reason as keyof typeof dropped] += count;
    this.wrong.push(...wrong);
  }

  findings(): Finding[] {
    const { sent, seen, dropped } = this;
    const reached = (sent - dropped.rate - dropped.busy) / sent;
    const counts = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
    return [
      none("pictures that are neither seen nor dropped", this.wrong),
      {
        what: "pictures that came to the decoder",
        measured: `${(100 * reached).toFixed(0)} % of ${sent}: ${seen} seen; dropped: ${counts.join(", ")}`,
        bound: `at least ${100 * LEAST_DECODED} %`,
        held: reached >= LEAST_DECODED,
      },
    ];
  }
}

/** One connection that sends pictures at a camera's pace and leaves. */
async function showPictures(url: string, pictures: readonly Uint8Array[], seen: Seen): Promise<Visitor> {
  const account = new Account();
  const visitor = await Visitor.connect(url, (event) => account.take(event));
  await visitor.next("session.created");
  for (const [seq, picture] of pictures.entries()) {
    account.sent++;
    visitor.frame(picture, seq, seq * INTERVAL_MS);
    await sleep(INTERVAL_MS);
  }
  const code = await visitor.leave();
  account.close(true);
  if (code !== 1000) account.wrong.push(`close code ${code}`);
  seen.add(account);
  return visitor;
}

/** One connection that announces a container, where the protocol knows any, and sends chunks. */
async function showVideo(url: string, { mime, chunks }: BentVideo): Promise<Visitor> {
  const visitor = await Visitor.connect(url);
  await visitor.next("session.created");
  if (ANNOUNCED !== null) {
    const { type, mimes } = ANNOUNCED;
    visitor.send({ type, mime: mimes.includes(mime) ? mime : mimes[0] });
  }
  for (const chunk of chunks) {
    if (!visitor.isOpen) break;
    visitor.socket.send(chunk);
    await sleep(INTERVAL_MS / 4);
  }
  await visitor.leave();
  return visitor;
}

async function run({ size, seed, program, signal, onProgress }: TrialContext): Promise<Outcome> {
  onProgress(0, "making pictures");
  const pictures = await bentPictures(SIDE[size]);
  const videos = await bentVideos(VISIT);
  const heard = new Heard();
  const seen = new Seen();
  await using server = await ServerProcess.start(program, "--max-sessions", String(AT_A_TIME + 2));
  const bystander = await Bystander.start(server.url, await randomPictures(8, seed));
  const shows = PICTURES[size] / VISIT;
  const total = shows + CHUNKS[size] / VISIT;
  let begun = 0;
  const work = async () => {
    for (let own = begun++; own < total; own = begun++) {
      signal.throwIfAborted();
      const sample = { numRuns: 1, seed: seed + own };
      heard.add(
        own < shows
          ? await showPictures(server.url, fc.sample(pictures, { ...sample, numRuns: VISIT }), seen)
          : await showVideo(server.url, fc.sample(videos, sample)[0]!),
      );
      onProgress(own / total, `${total} clients`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const peak = await server.peakMiB();
  const findings = [
    ...heard.findings(),
    ...seen.findings(),
    atMost("the most that resident memory was", peak, MOST_MIB, "MiB"),
    ...(await bystander.findings()),
    none("processes that are left", await server.children()),
    ...(await server.endFindings()),
  ];
  const announced = ANNOUNCED === null ? "not announced" : `announced as ${ANNOUNCED.mimes.join(", ")}`;
  return {
    tried: `${PICTURES[size]} bent pictures and ${CHUNKS[size]} chunks of bent containers (${announced}), over ${heard.connections} connections, seed ${seed}`,
    findings,
  };
}

export const media: Trial = { name: "media", title: "Bent pictures and containers", run };
