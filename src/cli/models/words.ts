import { forbiddenBy, type KnownCheckpoint, sizeText, type Transfer } from "../../models/mod.ts";

/** Most and least columns of a progress bar. */
const [MOST_BAR, LEAST_BAR] = [30, 8];

/** A time for people: `0:45`, `1:02:03`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A number of parameters: `256M`, `2.2B`. */
export function parametersText(parameters: number): string {
  return parameters < 1e9 ? `${Math.round(parameters / 1e6)}M` : `${(parameters / 1e9).toFixed(1)}B`;
}

/** How far a transfer is, in words. */
export function transferText({ done, total, bytesPerS, secondsLeft }: Omit<Transfer, "file">): string {
  const parts = [`${percent(done, total)} of ${sizeText(total)}`];
  if (bytesPerS !== null) parts.push(`${sizeText(bytesPerS)}/s`);
  if (secondsLeft !== null && done < total) parts.push(`${durationText(secondsLeft)} left`);
  return parts.join(", ");
}

/** The same with a bar before it, where there is room for one. */
export function transferBar(transfer: Omit<Transfer, "file">, columns: number): string {
  const { done, total } = transfer;
  const text = transferText(transfer);
  const width = Math.min(MOST_BAR, columns - text.length - 1);
  if (width < LEAST_BAR) return text;
  const full = total === 0 ? width : Math.floor((width * done) / total);
  return `${"█".repeat(full)}${"░".repeat(width - full)} ${text}`;
}

/** A licence and what it forbids. */
export function licenseText(id: string, license: string | null): string {
  if (license === null) return "none named: look at its page before you use it";
  const forbids = forbiddenBy(id, license);
  return forbids === null ? license : `${license} (forbids ${forbids})`;
}

/** What a known checkpoint is, in a line. */
export function knownText({ id, parameters, bytesAParameter, license, about }: KnownCheckpoint): string {
  const download =
    bytesAParameter === null
      ? `at most ${sizeText(4 * parameters)}`
      : `about ${sizeText(bytesAParameter * parameters)}`;
  return `${parametersText(parameters)} parameters, ${download} to fetch, licence ${licenseText(id, license)}. ${about}`;
}

function percent(done: number, total: number): string {
  return `${total === 0 ? 100 : Math.floor((100 * done) / total)} %`;
}
