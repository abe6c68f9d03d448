import { errorSchema } from "./answer-schemas.ts";
import type { BaseUrl } from "./base-url.ts";
import { RemoteError, type RemoteErrorCode } from "./errors.ts";

/** What an error of a server is about. */
export interface Asked {
  readonly url: BaseUrl;
  /** Environment variable that holds the key. */
  readonly keyName: string;
  readonly hasKey: boolean;
  /** Model that was asked; null: none, the request was about something else. */
  readonly model: string | null;
}

interface Answer {
  readonly status: number;
  readonly said: string;
  readonly retryAfterMs: number | null;
}

/** How servers say it, by what was run here (llama.cpp, vLLM) and by what is documented or reported of others. */
const NO_IMAGES =
  /image input is not supported|missing data required for image|mmproj|not (?:a )?multimodal|(?:not|n't) support (?:image|vision|multimodal)|no vision|(?:image|image_url)\S* (?:is|are) not supported|invalid content type.*image|at most 0 image/i;
const TOO_MANY_IMAGES = /at most \d+ image|too many images|image count exceeds|limit.mm.per.prompt/i;
const CONTEXT =
  /exceed_context_size|context_length_exceeded|(?:context|sequence) (?:length|size|window)|n_ctx|prompt is too long|too many (?:input )?tokens|longer than the maximum model length/i;
const MODEL_MISSING = /model_not_found|model\b.*\b(?:not found|does not exist|not exist)|no such model/i;
const QUOTA = /insufficient_quota|billing|payment/i;

/** The error for a status other than success. */
export function explainStatus(status: number, headers: Headers, body: string, asked: Asked): RemoteError {
  const parsed = errorSchema.safeParse(parseJson(body));
  const message = parsed.success ? parsed.data.message : isHtml(body) ? "" : body;
  const kind = parsed.success ? parsed.data.kind : "";
  const said = asked.url.secrets.excerpt(message);
  return explain({ status, said, retryAfterMs: retryAfter(headers) }, `${message} ${kind}`, asked);
}

/** The error for one that a server tells of in the middle of a stream, where the status was sent long ago. */
export function explainTold(body: unknown, asked: Asked): RemoteError {
  const parsed = errorSchema.safeParse(body);
  const { message, kind } = parsed.success ? parsed.data : { message: JSON.stringify(body), kind: "" };
  const status = Number(/\b[45]\d\d\b/.exec(kind)?.[0] ?? 500);
  const said = asked.url.secrets.excerpt(message);
  return explain({ status, said, retryAfterMs: null }, `${message} ${kind}`, asked);
}

function explain(answer: Answer, text: string, { url, keyName, hasKey, model }: Asked): RemoteError {
  const { status, said, retryAfterMs } = answer;
  const words = said === "" ? "" : ` It says: “${said}”.`;
  const error = (code: RemoteErrorCode, sentence: string, passing = false, hint = "") =>
    new RemoteError(code, `${sentence}${words}${hint}`, { passing, retryAfterMs, status, said });
  if (status === 401 || status === 403) {
    const [what, hint] = refusal(keyName, hasKey, "authorization" in url.headers);
    return error("remote_refused", `${url.label} ${what} (${status}).`, false, ` ${hint}`);
  }
  if (QUOTA.test(text) && (status === 429 || status === 402))
    return error("remote_refused", `${url.label} wants to be paid first (${status}).`);
  if (model !== null && NO_IMAGES.test(text))
    return error("remote_no_images", `The model ${model} at ${url.label} takes no pictures (${status}).`);
  if (model !== null && TOO_MANY_IMAGES.test(text))
    return error("remote_too_many_images", `${url.label} takes fewer pictures in one prompt (${status}).`);
  if (model !== null && CONTEXT.test(text))
    return error("remote_context_too_short", `The prompt is too long for ${model} at ${url.label}.`);
  if (model !== null && (status === 404 || MODEL_MISSING.test(text)))
    return error("remote_model_missing", `${url.label} has no model named ${model} (${status}).`);
  if (status === 429 || status === 503)
    return error("remote_busy", `${url.label} has too much to do (${status}).`, true);
  if (status === 408 || status === 504)
    return error("remote_slow", `${url.label} took too long (${status}).`, true);
  if (status >= 500 && status !== 501)
    return error("remote_failed", `${url.label} failed (${status}).`, true);
  if (status >= 400) return error("remote_failed", `${url.label} refuses the request (${status}).`);
  const hint = "Give the URL that it leads to, if you trust it.";
  return error("remote_nonsense", `${url.label} answers with a redirection (${status}). ${hint}`);
}

/** What a server does that lets nobody in, and what to do. */
function refusal(keyName: string, hasKey: boolean, hasPassword: boolean): readonly [string, string] {
  if (hasKey) return ["refuses the key", `Check the environment variable ${keyName}.`];
  if (hasPassword) return ["refuses the user name and password", "Check them in the base URL."];
  return ["asks for a key", `Set the environment variable ${keyName} to it.`];
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isHtml(text: string): boolean {
  return /^\s*<(?:!doctype|html)/i.test(text);
}

/** `Retry-After` (seconds or a date), or OpenAI's own in ms. */
function retryAfter(headers: Headers): number | null {
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (ms >= 0) return ms;
  const text = headers.get("retry-after");
  if (text === null) return null;
  const waitMs = /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}
