import { setTimeout as sleep } from "node:timers/promises";
import { ATTACKS } from "./attacks.ts";

/**
 * The process of an attacker, or of one that only burns as much CPU time. It says `ready`, begins when it is told to, and
 * says how much CPU time it took when it is told to stop.
 */
const [what, value] = process.argv.slice(2) as ["attack" | "burn", string];

/** Keeps a core busy for a share of the time. */
async function burn(share: number): Promise<never> {
  const PERIOD_MS = 20;
  for (;;) {
    const until = performance.now() + share * PERIOD_MS;
    while (performance.now() < until);
    await sleep((1 - share) * PERIOD_MS);
  }
}

const begin = what === "attack" ? await ATTACKS[value]!() : () => burn(Number(value));
let atBegin = process.cpuUsage();
process.on("message", (message: { readonly url: string } | "stop") => {
  if (message === "stop") {
    const { user, system } = process.cpuUsage(atBegin);
    process.send!({ cpuMs: (user + system) / 1000 }, () => process.exit());
  } else {
    atBegin = process.cpuUsage();
    void begin(message.url);
  }
});
process.on("disconnect", () => process.exit());
process.send!("ready");
