import { CameraProblems, type RosterChange } from "../cameras/mod.ts";
import { ConfigError, readConfig } from "../config/mod.ts";
import type { Server } from "../server/mod.ts";
import type { Sinks } from "../sinks/mod.ts";
import { printLine } from "./output.ts";
import { changedAtStartOnly, type ServerFlags, type ServeSettings, serveSettings } from "./serve-config.ts";
import { explainSinks, sinkChangeWords } from "./serve-sinks.ts";
import { wrapFor } from "./wrap.ts";

/**
 * Reads the config file of a running server again. Cameras and sinks that are new, gone or changed are opened, closed and
 * opened anew; the others go on. Of what cannot change while the server runs, it is said so. A file with an error changes
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
    const change = await server.cameras.load(wanted.cameras).catch(async (error) => {
      await prepared.discard();
      throw error instanceof CameraProblems ? file.explain(error) : error;
    });
    printLine(`${path} was read again. ${changeWords(change)}${sinkChangeWords(prepared.apply())}`);
    for (const key of changedAtStartOnly(running, wanted))
      complain(file.say(key, "This cannot change while the server runs. Start it again for the new value."));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const sentence of error.sentences) complain(sentence);
    complain(`Nothing was changed. Correct ${path}, and send SIGHUP again.`);
  }
}

function complain(message: string): void {
  console.error(wrapFor(process.stderr, "", message));
}

function changeWords(change: RosterChange): string {
  const said = (["added", "removed", "changed"] as const)
    .filter((what) => change[what].length > 0)
    .map((what) => `${what}: ${change[what].join(", ")}`);
  const cameras = said.length === 0 ? "No camera has changed" : `Cameras ${said.join("; ")}`;
  return `${cameras}; ${change.unchanged.length} ${change.unchanged.length === 1 ? "goes" : "go"} on.`;
}
