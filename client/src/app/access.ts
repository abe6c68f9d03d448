import { computed, signal } from "@preact/signals";
import { ThinkalongClient } from "../../lib/mod.ts";

const KEY = "thinkalong-token";

/** Secret of the visitor's token; null: none was given. */
export const token = signal<string | null>(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY));

/** Set when the server wants a token, or another one: why, for people. */
export const tokenWanted = signal<string | null>(null);

let isPutOff = false;

/** What the server has refused to whoever has this token, so that it is not offered any more. */
export const refused = signal<ReadonlySet<"push" | "admin">>(new Set());

/** The server that this page came from, as far as this visitor may use it. It is another one when the token changes. */
export const server = computed(() => serverFor(token.value));

/** Whether the token is kept on this device, and not only until the tab is closed. */
export function isTokenKept(): boolean {
  return localStorage.getItem(KEY) !== null;
}

/**
 * Takes a token from now on.
 *
 * @param isKept on this device; else until the tab is closed
 */
export function giveToken(secret: string, isKept: boolean): void {
  dropToken();
  (isKept ? localStorage : sessionStorage).setItem(KEY, secret);
  refused.value = new Set();
  tokenWanted.value = null;
  token.value = secret;
}

export function forgetToken(): void {
  dropToken();
  refused.value = new Set();
  token.value = null;
}

/**
 * The server wants a token, or another one, so the page asks for it. Whoever has put that off is not asked again.
 *
 * @param why for people; empty: none was given yet
 */
export function wantToken(why: string): void {
  if (!isPutOff) tokenWanted.value = why;
}

/** Asks for no token until the visitor wants to give one. */
export function putOffToken(): void {
  isPutOff = true;
  tokenWanted.value = null;
}

/** The visitor wants to give a token. */
export function askForToken(): void {
  isPutOff = false;
  tokenWanted.value = "";
}

/** Why a token is not taken, for people; null: it is. Nothing is kept of it. */
export async function whyNotTaken(secret: string): Promise<string | null> {
  if (!/^[\x21-\x7e]+$/.test(secret))
    return "A token has no spaces and no special letters. Copy all of it, and nothing else.";
  try {
    await new ThinkalongClient(base(), { token: secret }).streams.list();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The server has refused something to this token, so the page does not try it again. */
export function noteRefused(scope: "push" | "admin"): void {
  refused.value = new Set([...refused.value, scope]);
}

function dropToken(): void {
  isPutOff = false;
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
}

function base(): URL {
  return new URL(".", location.href);
}

/** Every request of the page goes over its `fetch`, so whoever is refused is asked for a token, wherever that happens. */
function serverFor(secret: string | null): ThinkalongClient {
  const heeding: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    // Another token may have been given while the answer was on its way.
    if (response.status === 401 && token.peek() === secret)
      wantToken(secret === null ? "" : await messageOf(response.clone()));
    return response;
  };
  return new ThinkalongClient(base(), { fetch: heeding, ...(secret === null ? {} : { token: secret }) });
}

async function messageOf(response: Response): Promise<string> {
  try {
    return ((await response.json()) as { error: { message: string } }).error.message;
  } catch {
    return "The token was not taken.";
  }
}
