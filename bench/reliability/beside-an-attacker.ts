import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Cell, tableText } from "../lib/table.ts";
import { ATTACKS } from "./attacks.ts";
import { cameraPictures, compare, summarize } from "./beside.ts";
import { Cameras } from "./cameras.ts";
import { startServerProcess } from "./serve.ts";

/**
 * What cameras feel of an attacker: latency of thoughts and lost pictures beside an attacker of each kind, against the same
 * beside a process that burns as much CPU time without connecting. Prints a table.
 *
 *   node --import tsx bench/reliability/beside-an-attacker.ts [part of an attack's name] [rounds]
 */
const [CAMERAS, SECONDS] = [4, 5];
const [wanted = "", rounds = "4"] = process.argv.slice(2);

const clip = join(import.meta.dirname, "../../client/sample/street.mp4");
const { child, url } = await startServerProcess(16);
try {
  const cameras = await Cameras.connect(url, CAMERAS, await cameraPictures(clip));
  await sleep(3000);
  cameras.take();
  await sleep(SECONDS * 1000);
  const alone = summarize(cameras.take());
  const rows: Cell[][] = [
    ["nobody", 0, alone.p99Ms, alone.p99Ms, 1, percent(alone.lost), percent(alone.lost)],
  ];
  for (const attack of Object.keys(ATTACKS).filter((name) => name.includes(wanted))) {
    const { attacked, burned, cores } = await compare(attack, {
      url,
      cameras,
      seconds: SECONDS,
      rounds: Number(rounds),
    });
    const [under, beside] = [summarize(attacked), summarize(burned)];
    const ratio = under.p99Ms / beside.p99Ms;
    rows.push([attack, cores, under.p99Ms, beside.p99Ms, ratio, percent(under.lost), percent(beside.lost)]);
    console.error(`${attack}: ${ratio.toFixed(2)}`);
  }
  cameras.leave();
  const columns = [
    "an attacker sends",
    "its CPU (cores)",
    "p99 (ms)",
    "beside as much CPU (ms)",
    "ratio",
    "lost",
    "beside as much CPU",
  ];
  console.log(tableText({ title: "", columns, rows }));
} finally {
  child.kill("SIGTERM");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
