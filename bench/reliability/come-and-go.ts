import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { WebSocket } from "ws";
import { startServerProcess } from "./serve.ts";

/**
 * Resident memory of the server while many clients come and go (Linux). In each of three rounds, 64 clients connect,
 * each sends pictures like a camera, all are open at once, and all leave. Prints a line a round, and some while nothing
 * happens.
 *
 *   node --import tsx bench/reliability/come-and-go.ts
 */
const [ROUNDS, CLIENTS, PICTURES, INTERVAL_MS] = [3, 64, 8, 250];
const QUIET_S = [1, 5, 15, 30, 60];

/** A picture of large tiles in random colours. */
function picture(): Promise<Buffer> {
  const [width, height] = [16, 9];
  const tiles = Uint8Array.from({ length: width * height * 3 }, () => Math.random() * 256);
  return sharp(tiles, { raw: { width, height, channels: 3 } })
    .resize(640, 360, { kernel: "nearest" })
    .jpeg()
    .toBuffer();
}

/** One client: sends its pictures, and leaves when it is told to. */
async function visit(url: string, pictures: readonly Buffer[], leave: Promise<unknown>): Promise<void> {
  const socket = new WebSocket(url);
  const code = new Promise<number>((resolve) => socket.once("close", resolve));
  socket.on("message", () => {});
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  for (const each of pictures) {
    socket.send(each);
    await sleep(INTERVAL_MS);
  }
  await leave;
  socket.send(JSON.stringify({ type: "session.close" }));
  if ((await code) !== 1000) throw new Error(`A client was closed with ${await code}.`);
}

const { child, url } = await startServerProcess(CLIENTS);
const startedAt = performance.now();
async function print(when: string): Promise<void> {
  const status = await readFile(`/proc/${child.pid}/status`, "utf8");
  const mib = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`${seconds.padStart(4)} s  ${String(mib).padStart(5)} MiB  ${when}`);
}

try {
  const pictures = await Promise.all(Array.from({ length: PICTURES }, picture));
  await print("ready");
  await visit(url, pictures, sleep(500));
  await sleep(500);
  await print("one client came and went");
  for (let round = 1; round <= ROUNDS; round++) {
    const leave = sleep(PICTURES * INTERVAL_MS + 3000).then(() => print(`round ${round}: all are there`));
    await Promise.all(Array.from({ length: CLIENTS }, () => visit(url, pictures, leave)));
    await sleep(1000);
    await print(`round ${round}: all have gone`);
  }
  let waited = 1;
  for (const seconds of QUIET_S) {
    await sleep((seconds - waited) * 1000);
    waited = seconds;
    await print(`${seconds} s after that`);
  }
} finally {
  child.kill("SIGTERM");
}
