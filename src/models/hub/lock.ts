import { randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ModelError } from "../errors.ts";

/** A lock that has not been renewed for so long was left behind (ms). */
const STALE_MS = 30_000;
const RENEW_MS = 2_000;
const LOOK_EVERY_MS = 200;

/** How a lock is waited for. */
export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once when another process has the lock. */
  readonly onWait?: (() => void) | undefined;
}

/**
 * Does something that one process alone may do at a time. A lock is a file that names its owner and is renewed while it
 * is held. That of a process that was killed is taken over: at once on the same machine, else when it is not renewed.
 * (npm's `proper-lockfile` is not used: it ends the process at signals that others handle.)
 *
 * @param path of the lock; `.lock` is added
 * @throws the reason of the signal, when it is aborted while waiting
 * @throws {ModelError} `model_locked` through the signal that `act` gets, when another process has taken the lock over
 */
export async function withLock<T>(
  path: string,
  { signal, onWait }: LockOptions,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const file = `${path}.lock`;
  await mkdir(dirname(file), { recursive: true });
  const token = JSON.stringify({ ...SELF, token: randomUUID() });
  for (let tries = 0; !(await take(file, token)); tries++) {
    if (tries === 0) onWait?.();
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  const lost = new AbortController();
  const renewing = setInterval(() => void renew(file, token, lost), RENEW_MS);
  renewing.unref();
  try {
    return await act(AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(renewing);
    if ((await ownerOf(file)) === token) await rm(file, { force: true });
  }
}

/** Names this process among those that share a process table. */
const SELF = { pid: process.pid, where: `${hostname()} ${processTable()}` };

function processTable(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

async function take(file: string, token: string): Promise<boolean> {
  const isTaken = () =>
    writeFile(file, token, { flag: "wx" }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
        return false;
      },
    );
  if (await isTaken()) return true;
  const old = await ownerOf(file);
  if (old === null || !(await isAbandoned(file, old))) return false;
  // Moved away first: of several that see it abandoned one alone succeeds.
  const away = `${file}.${randomUUID()}`;
  if (
    !(await rename(file, away).then(
      () => true,
      () => false,
    ))
  )
    return false;
  if ((await ownerOf(away)) !== old) await link(away, file).catch(() => {});
  await rm(away, { force: true });
  return await isTaken();
}

async function isAbandoned(file: string, owner: string): Promise<boolean> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
  if (Date.now() - mtimeMs > STALE_MS) return true;
  try {
    const { pid, where } = JSON.parse(owner) as typeof SELF;
    if (where !== SELF.where) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // A lock that is being written is not whole yet.
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

async function renew(file: string, token: string, lost: AbortController): Promise<void> {
  const now = new Date();
  const owner = await ownerOf(file);
  if (owner === token) await utimes(file, now, now).catch(() => {});
  else
    lost.abort(
      new ModelError(
        "model_locked",
        `Another process has taken over ${file}, because this one stood still for too long. Try again.`,
      ),
    );
}

async function ownerOf(file: string): Promise<string | null> {
  return await readFile(file, "utf8").catch(() => null);
}
