import { ModelError } from "../errors.ts";
import { PassingFault } from "./retry.ts";
import type { HubSettings } from "./settings.ts";

/** What a request asked for, for its error messages. */
export interface Asked {
  /** `owner/name` */
  readonly id: string;
  readonly revision: string;
  /** Path of a file; null: the model itself. */
  readonly file: string | null;
}

const MENDED = "Check the network, and HF_ENDPOINT if it is set.";

/** The fault of a request that got no answer, or whose answer broke off. */
export function networkFault(thrown: unknown, url: string): PassingFault {
  const code = codeOf(thrown);
  const { host, hostname } = new URL(url);
  const why =
    code === "ENOTFOUND"
      ? `There is no host named ${hostname}.`
      : code === "ECONNREFUSED"
        ? `Nothing listens at ${host}.`
        : /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
          ? `The certificate of ${host} is not trusted (${code}). NODE_EXTRA_CA_CERTS adds an authority.`
          : `The connection to ${host} broke${code === "" ? "" : ` (${code})`}.`;
  return new PassingFault(new ModelError("hub_unreachable", `${why} ${MENDED}`, thrown));
}

/** The fault of an answer whose status is not the one that was hoped for. */
export function statusFault(response: Response, asked: Asked, settings: HubSettings): Error {
  const { status } = response;
  const { endpoint, token } = settings;
  const code = response.headers.get("x-error-code") ?? "";
  const said = response.headers.get("x-error-message");
  const page = `${endpoint}/${asked.id}`;
  const tokens = `${endpoint}/settings/tokens`;
  if (code === "GatedRepo" || (status === 403 && /gated|restricted/i.test(said ?? "")))
    return new ModelError(
      "hub_denied",
      `${asked.id} is given only to those who have accepted its licence. Sign in and accept it at ${page}. Then set HF_TOKEN to a token of that account (${tokens}).${token === null ? "" : " The token that was sent belongs to nobody who has, or may not read gated models."}`,
    );
  if (code === "RevisionNotFound")
    return new ModelError(
      "checkpoint_not_found",
      `${asked.id} has no revision ${asked.revision}. Look at ${page}/commits, or leave the revision out.`,
    );
  if (code === "EntryNotFound" || (status === 404 && asked.file !== null))
    return new ModelError(
      "checkpoint_not_found",
      `${asked.id} has no file ${asked.file} at ${asked.revision}. Look at ${page}/tree/${asked.revision}.`,
    );
  if (status === 401 && token !== null && code !== "RepoNotFound")
    return new ModelError(
      "hub_denied",
      `${endpoint} does not know the access token that was sent. Set HF_TOKEN to one that is listed at ${tokens}, or leave it out.`,
    );
  if (status === 401 || status === 404)
    return new ModelError(
      "checkpoint_not_found",
      `There is no model ${asked.id} at ${endpoint}. Its name may be misspelt. If it is private, set HF_TOKEN to ${token === null ? "a token" : "another token; the one that was sent does not show it"} (${tokens}).`,
    );
  if (status === 403)
    return new ModelError(
      "hub_denied",
      `${endpoint} does not give ${asked.id} to ${token === null ? "those without an access token. Set HF_TOKEN" : "the owner of this access token. Set HF_TOKEN to another"} (${tokens}).${said === null ? "" : ` It said: "${excerpt(said)}".`}`,
    );
  if (status === 429)
    return new PassingFault(
      new ModelError(
        "hub_busy",
        `${endpoint} wants fewer requests (status 429)${askedWait(response)}. Try again later${token === null ? ", or set HF_TOKEN: users with a token may ask more often" : ""}.`,
      ),
      retryAfterMs(response),
    );
  const what = `${new URL(response.url || endpoint).host} answered with status ${status} when asked for ${asked.file ?? asked.id}.`;
  if (status >= 500 || status === 408)
    return new PassingFault(
      new ModelError("hub_unreachable", `${what} Try again later.`),
      retryAfterMs(response),
    );
  return new ModelError("hub_unexpected", `${what} Check whether HF_ENDPOINT is the address of a hub.`);
}

const KEPT = "Free some space and try again. What was fetched is kept, and the next try goes on from there.";

/**
 * Turns a failure to write into a sentence where its cause is known.
 *
 * @param variable environment variable that chooses another place
 */
export function writeFault(thrown: unknown, path: string, variable: string): unknown {
  const { code, path: at = path } = thrown as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new ModelError("disk_full", `The disk of ${at} is full. ${KEPT}`, thrown);
  if (/^(EACCES|EPERM|EROFS|ENOTDIR)$/.test(code ?? ""))
    return new ModelError(
      "folder_not_writable",
      `${at} cannot be written (${code}). Check who may write there, or choose another place with ${variable}.`,
      thrown,
    );
  return thrown;
}

/** What a server asks to wait, as a number of seconds, a date, or in the hub's own header (`"api";r=0;t=55`). */
function retryAfterMs({ headers }: Response): number | null {
  const after = headers.get("retry-after") ?? "";
  if (/^\d+$/.test(after)) return Number(after) * 1000;
  const date = Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, date - Date.now());
  const left = /;\s*r\s*=\s*0\s*;\s*t\s*=\s*(\d+)/.exec(headers.get("ratelimit") ?? "");
  return left === null ? null : Number(left[1]) * 1000;
}

function askedWait(response: Response): string {
  const ms = retryAfterMs(response);
  return ms === null ? "" : ` and none for ${Math.ceil(ms / 1000)} s`;
}

function excerpt(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length <= 200 ? line : `${line.slice(0, 200)}…`;
}

/** The code of what lies at the bottom; "" when there is none. */
function codeOf(thrown: unknown): string {
  let code = "";
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const [first] = error instanceof AggregateError ? error.errors : [];
    const found = (error as NodeJS.ErrnoException).code ?? (first as NodeJS.ErrnoException | undefined)?.code;
    if (typeof found === "string") code = found;
  }
  return code;
}
