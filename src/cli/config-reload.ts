import { AlertProblems, type AlertsChange } from "../alerts/mod.ts";
import { CameraProblems, type RosterChange } from "../cameras/mod.ts";
import { ConfigError, readConfig } from "../config/mod.ts";
import type { Server } from "../server/mod.ts";
import type { Sinks } from "../sinks/mod.ts";
import { printLine } from "./output.ts";
import { changedAtStartOnly, type ServerFlags, type ServeSettings, serveSettings } from "./serve-config.ts";
import { explainSinks, sinkChangeWords } from "./serve-sinks.ts";
import { wrapFor } from "./wrap.ts";

/**
 * Reads the config file of a running server again. Cameras, alerts and sinks that are new, gone or changed take the place
 * of those before; the others go on. Of what cannot change while the server runs, it is said so. A file with an error changes
 * nothing, and all that is wrong with it is said. Never rejects for what stands in the file.
 */
export async function reloadConfig(
  server: Server,
  sinks: Sinks,
  path: string,
  flags: ServerFlags,
  running: ServeSettings,
): Promise<void> {
  try {
    const file = await readConfig(path);
    const wanted = serveSettings(flags, file.config);
    const prepared = await sinks.prepare(wanted.sinks).catch((error) => {
      throw explainSinks(error, file);
    });
    const { change, alerts } = await load(server, wanted).catch(async (error) => {
      await prepared.discard();
      const isInFile = error instanceof CameraProblems || error instanceof AlertProblems;
      throw isInFile ? file.explain(error) : error;
    });
    const said = [changeWords(change), alertWords(alerts), sinkChangeWords(prepared.apply())];
    printLine(`${path} was read again. ${said.join("")}`);
    for (const key of changedAtStartOnly(running, wanted))
      complain(file.say(key, "This cannot change while the server runs. Start it again for the new value."));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const sentence of error.sentences) complain(sentence);
    complain(`Nothing was changed. Correct ${path}, and send SIGHUP again.`);
  }
}

/** All or nothing: cameras have said what is wrong before alerts are taken, and alerts before cameras are. */
async function load(
  server: Server,
  { cameras, alerts }: ServeSettings,
): Promise<{ change: RosterChange; alerts: AlertsChange }> {
  server.alerts.check(alerts);
  const change = await server.cameras.load(cameras);
  return { change, alerts: await server.alerts.load(alerts) };
}

function complain(message: string): void {
  console.error(wrapFor(process.stderr, "", message));
}

/** Nothing where there are no alerts, and where none has changed. */
function alertWords(change: AlertsChange): string {
  const said = (["added", "removed", "changed"] as const)
    .filter((what) => change[what].length > 0)
    .map((what) => `${what}: ${change[what].join(", ")}`);
  return said.length === 0 ? "" : ` Alerts ${said.join("; ")}.`;
}

function changeWords(change: RosterChange): string {
  const said = (["added", "removed", "changed"] as const)
    .filter((what) => change[what].length > 0)
    .map((what) => `${what}: ${change[what].join(", ")}`);
  const cameras = said.length === 0 ? "No camera has changed" : `Cameras ${said.join("; ")}`;
  return `${cameras}; ${change.unchanged.length} ${change.unchanged.length === 1 ? "goes" : "go"} on.`;
}
