import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { makeTempDir } from "../../../test/support/media.ts";
import { cameraPictures } from "../beside.ts";
import { type Visit, type Visited, visit, visits } from "../guest.ts";
import { MemoryWatch } from "../memory-watch.ts";
import { ServerProcess } from "../server-process.ts";
import { atMost, type Finding, none, type Outcome, type Trial, type TrialContext } from "../trial.ts";

const CLIENTS = { short: 8, long: 64 };
const MINUTES = { short: 0.05, long: 30 };
/** What resident memory may be in the last third of the time, by that in the middle third. */
const MEMORY = { short: 1.25, long: 1.05 };
/** How long the server waits for a client that broke off (ms): in the long form the default. */
const RESUME_WINDOW_MS = { short: 1000, long: 60_000 };
/** Different visits of one client, after which it begins anew. */
const PLANS = 500;
/** Sessions that the server takes for each client: those of clients that broke off may stay for a while. */
const SESSIONS = 4;
/** How long connections take to be gone (ms). */
const SETTLE_MS = 500;
/** How long the server may take to let go of everything (ms). */
const PATIENCE_MS = 120_000;

const clip = join(import.meta.dirname, "../../../client/sample/street.mp4");

/** What came of all visits. */
class Visits {
  readonly errors: string[] = [];
  readonly malformed: string[] = [];
  readonly lost: string[] = [];
  private count = 0;
  private readonly frames = {
    sent: 0,
    seen: 0,
    finished: 0,
    busy: 0,
    rate: 0,
    duplicate: 0,
    decode_error: 0,
  };
  private readonly questions = { answered: 0, cancelled: 0, open: 0 };

  add({ account, errors, malformed }: Visited): void {
    this.count++;
    this.errors.push(...errors);
    this.malformed.push(...malformed);
    this.lost.push(...account.wrong);
    const { frames, questions } = this;
    frames.sent += account.sent;
    for (const how of ["answered", "cancelled", "open"] as const) questions[how] += account.questions[how];
    if (account.totals === null) return;
    frames.finished += account.sent;
    frames.seen += account.seen;
    for (const why of ["busy", "rate", "duplicate", "decode_error"] as const)
      frames[why] += account.dropped[why];
  }

  findings(): Finding[] {
    const { sent, finished, seen, busy, rate, duplicate, decode_error } = this.frames;
    const { answered, cancelled, open } = this.questions;
    const told = (what: string, measured: string): Finding => ({
      what,
      measured,
      bound: "none is set",
      held: true,
    });
    return [
      none("errors that no client had caused", this.errors),
      none("events that are not as their schemas say", this.malformed),
      none("frames and questions of which nobody knows what became", this.lost),
      told("visits", `${this.count}, with ${sent} frames`),
      told(
        "frames of the clients that had their session finished",
        `${finished} sent = ${seen} seen + ${busy} dropped as busy + ${rate} rate + ${duplicate} duplicate + ${decode_error} decode_error`,
      ),
      told(
        "questions",
        `${answered} answered, ${cancelled} cancelled, ${open} left open by clients that had gone before the answer`,
      ),
    ];
  }
}

/** One client that comes and goes until the time is over. */
async function stay(
  url: string,
  pictures: readonly Uint8Array[],
  plans: readonly Visit[],
  { untilMs, signal, all }: { readonly untilMs: number; readonly signal: AbortSignal; readonly all: Visits },
): Promise<void> {
  for (let i = 0; performance.now() < untilMs; i++) {
    signal.throwIfAborted();
    const plan = plans[i % plans.length]!;
    try {
      all.add(await visit(url, pictures, plan, untilMs));
    } catch (error) {
      all.errors.push(`a client could not connect: ${(error as Error).message}`);
    }
    await sleep(Math.min(plan.restMs, Math.max(0, untilMs - performance.now())));
  }
}

/** Waits until the server holds no more than before its guests came. Says what is left. */
async function left(server: ServerProcess, before: { readonly all: number; readonly sockets: number }) {
  const sinceMs = performance.now();
  for (;;) {
    await sleep(SETTLE_MS);
    const open = await server.openFiles();
    const children = await server.children();
    // Last, because it takes a connection.
    const sessions = await server.sessions();
    const isClean =
      open.all <= before.all && open.sockets <= before.sockets && children.length === 0 && sessions === 0;
    const tookMs = performance.now() - sinceMs;
    if (isClean || tookMs > PATIENCE_MS) return { open, children, sessions, tookMs };
  }
}

async function startServer(program: TrialContext["program"], config: string): Promise<ServerProcess> {
  const dir = await makeTempDir();
  const path = join(dir.path, "thinkalong.yaml");
  try {
    await writeFile(path, config);
    return await ServerProcess.start(program, "--config", path);
  } finally {
    await dir.remove();
  }
}

async function run({ size, seed, program, signal, onProgress, ...context }: TrialContext): Promise<Outcome> {
  const clients = CLIENTS[size];
  const minutes = context.minutes ?? MINUTES[size];
  const pictures = await cameraPictures(clip);
  const plans = (client: number) => fc.sample(visits, { numRuns: PLANS, seed: seed + client });
  await using server = await startServer(
    program,
    `limits: { max_sessions: ${SESSIONS * clients}, resume_window_ms: ${RESUME_WINDOW_MS[size]} }`,
  );
  const all = new Visits();
  // What a server opens once, at its first client, is not counted as left by the others.
  const first = { pictures: 4, first: 0, isStill: false, leaving: "finishes", restMs: 0 } as const;
  all.add(
    await visit(
      server.url,
      pictures,
      { ...first, questions: [{ after: 3, takesBack: false }] },
      Number.POSITIVE_INFINITY,
    ),
  );
  await sleep(SETTLE_MS);
  const before = await server.openFiles();
  const sinceMs = performance.now();
  const untilMs = sinceMs + minutes * 60_000;
  const memory = MemoryWatch.start(() => server.residentMiB(), (untilMs - sinceMs) / 300);
  const progress = setInterval(
    () => onProgress((performance.now() - sinceMs) / (untilMs - sinceMs), `${clients} clients`),
    1000,
  );
  try {
    const each = Array.from({ length: clients }, (_, client) =>
      stay(server.url, pictures, plans(client), { untilMs, signal, all }),
    );
    await Promise.all(each);
  } finally {
    clearInterval(progress);
    memory.stop();
  }
  const { open, children, sessions, tookMs } = await left(server, before);
  const [, middle, last] = memory.thirds();
  return {
    tried: `${clients} clients that come and go for ${minutes} min, seed ${seed}`,
    findings: [
      ...all.findings(),
      {
        what: "resident memory, in thirds of the time",
        measured: memory
          .thirds()
          .map((mib) => `${Math.round(mib)} MiB`)
          .join(", "),
        bound: "none is set",
        held: true,
      },
      atMost(
        "resident memory in the last third, by that in the middle third",
        last / middle,
        MEMORY[size],
        "",
      ),
      none("sessions that are left", sessions === 0 ? [] : [`${sessions} sessions`]),
      none("processes that are left", children),
      atMost("open sockets, by those after the first client", open.sockets / before.sockets, 1, ""),
      atMost("open descriptors, by those after the first client", open.all / before.all, 1, ""),
      atMost("time until the server had let go of all", tookMs / 1000, PATIENCE_MS / 1000, "s"),
      ...(await server.endFindings()),
    ],
  };
}

export const clients: Trial = { name: "clients", title: "Many clients that come and go, and ask", run };
