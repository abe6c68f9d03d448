import { computed, signal } from "@preact/signals";
import { ThinkalongClient } from "../../lib/mod.ts";

/** The server that this page came from, as far as this visitor may use it. */
const KEY = "thinkalong-token";

/** Secret of the visitor's token; null: none was given. */
export const token = signal<string | null>(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY));

/** Set when the server wants a token, or another one: why, for people. */
export const tokenWanted = signal<string | null>(null);

export const server = computed(
  () => new ThinkalongClient(new URL(".", location.href), token.value === null ? {} : { token: token.value }),
);

/** @param isKept on this device; else until the tab is closed */
export function giveToken(secret: string, isKept: boolean): void {
  forgetToken();
  (isKept ? localStorage : sessionStorage).setItem(KEY, secret);
  token.value = secret;
  tokenWanted.value = null;
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
  token.value = null;
}
