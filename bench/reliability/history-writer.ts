/** Writes batches into a history as fast as it can, until it is killed, and prints the number of each one that is written. */
import { writeSync } from "node:fs";
import { HistoryStore } from "../../src/history/store.ts";
import { InventedEvents } from "./history-events.ts";

const [path, seed] = [process.argv[2]!, Number(process.argv[3])];
const events = new InventedEvents(seed, Date.now(), 10);
const store = await HistoryStore.open(path);
for (let batch = 1; ; batch++) {
  store.write(batch, events.batch(20));
  writeSync(1, `${batch}\n`);
}
