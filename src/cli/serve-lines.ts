import pc from "picocolors";
import type { ListedAlert } from "../alerts/mod.ts";
import { type ListedCamera, shownUrl } from "../cameras/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { Server } from "../server/mod.ts";
import { sinkWords } from "../sinks/mod.ts";
import { printGuard } from "./guard-flags.ts";
import { printLine } from "./output.ts";
import type { ServeSettings } from "./serve-config.ts";

/** A server that has started. */
interface Started {
  readonly engine: Engine;
  readonly server: Server;
  readonly settings: ServeSettings;
  readonly guard: Parameters<typeof printGuard>[0];
  /** Files that SIGHUP reads again. */
  readonly reread: readonly string[];
  /** File of `--jsonl`. */
  readonly jsonl: string | undefined;
  readonly keepsHistory: boolean;
}

/** Prints what has started, and how to use it. */
export function printStart({ engine, server, settings, guard, reread, jsonl, keepsHistory }: Started): void {
  printLine(`${pc.bold("thinkalong")} runs ${engine.model.id}: ${engine.model.description}`);
  if (engine.model.chosenBecause !== null) printLine(pc.dim(engine.model.chosenBecause));
  for (const camera of server.cameras.list()) printLine(cameraLine(camera, server.url));
  for (const alert of server.alerts.list()) printLine(alertLine(alert));
  if (keepsHistory && server.cameras.list().length > 0) printLine(historyLine(settings));
  for (const [name, entry] of settings.sinks) printLine(`Sink ${pc.bold(name)}: ${sinkWords(entry)}.`);
  printLine(
    `Open ${pc.cyan(server.url)} for the page. Clients connect to ${pc.cyan(`${server.url.replace("http", "ws")}/v1/stream`)}`,
  );
  printGuard(guard, settings.guard.tlsSelfSigned);
  printLine(pc.dim(`Press Ctrl-C to stop.${hangUpWords(reread, jsonl)}`));
}

/** What SIGHUP does. */
function hangUpWords(reread: readonly string[], jsonl: string | undefined): string {
  const does = [
    ...(reread.length === 0 ? [] : [`read ${reread.join(", ")} again`]),
    ...(jsonl === undefined ? [] : [`open ${jsonl} anew`]),
  ];
  return does.length === 0 ? "" : ` Send SIGHUP to ${does.join(" and to ")}.`;
}

function cameraLine({ name, origin, entry, status }: ListedCamera, url: string): string {
  const from = origin === "api" ? ", made over the API" : "";
  const said = status.state === "disabled" || status.state === "refused" ? `, ${status.state}` : "";
  return `Camera ${pc.bold(name)}: ${shownUrl(entry.url)}${from}${said}. Its events: ${pc.cyan(`${url}/v1/streams/${name}/events`)}`;
}

function historyLine({ history: { path, keep_days, sessions } }: ServeSettings): string {
  const whose = sessions ? "cameras and sessions" : "cameras";
  return `What ${whose} see is kept for ${keep_days} days in ${path} (--no-history keeps nothing).`;
}

function alertLine({ name, origin, rule, how, understood }: ListedAlert): string {
  const from = origin === "api" ? ", made over the API" : "";
  const off = rule.enabled === false ? " It is disabled." : "";
  const said =
    how === null
      ? `never. ${understood}`
      : how === "words"
        ? `when ${understood}.`
        : `asks: "${understood}".`;
  return `Alert ${pc.bold(name)}${from}: ${said}${off}`;
}
