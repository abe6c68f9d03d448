import { RemoteError } from "./errors.ts";
import { Secrets } from "./secrets.ts";

/** Where an OpenAI-compatible server is, and how one is let in. */
export interface BaseUrl {
  /** For people: without credentials and query. */
  readonly label: string;
  /** URL of a resource below the root of the API: `models`, `chat/completions`. */
  at(resource: string): string;
  /** URL of a resource of the server beside the API: llama.cpp has `props`. */
  beside(resource: string): string;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
}

const VERSION = /\/v\d\w*(?:\/|$)/;
const KEY_CHARACTERS = 12;
const RESOURCE = /\/(?:chat\/completions|completions|models)$/;

/**
 * Reads the URL of a server. The root of the API is the path that was given, with `/v1` added unless it names a version
 * already. A user name and a password in the URL are sent as HTTP Basic, a key as a Bearer token; a key goes before them.
 *
 * @param apiKey key to send; null: none
 * @throws {RemoteError} `remote_unreachable` when this is no URL of a server
 * @example
 * parseBaseUrl("http://127.0.0.1:8080", null).at("models"); // http://127.0.0.1:8080/v1/models
 */
export function parseBaseUrl(text: string, apiKey: string | null): BaseUrl {
  // "gpu-box:8080" is a URL of the scheme "gpu-box:", and means a host.
  const given = text.trim();
  const url = parse(given) ?? (given.includes("://") ? null : parse(`http://${given}`));
  if (url === null) {
    const shown = text.includes("@") ? "The base URL" : `“${text}”`;
    const hint = "Write it like http://127.0.0.1:8080 or https://host/v1.";
    throw new RemoteError("remote_unreachable", `${shown} is no http or https URL. ${hint}`);
  }
  const path = url.pathname.replace(/\/+$/, "").replace(RESOURCE, "");
  const root = VERSION.test(path) ? path : `${path}/v1`;
  const outside = root.slice(0, root.search(VERSION));
  const user = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  const basic = user === "" && password === "" ? null : Buffer.from(`${user}:${password}`).toString("base64");
  // Some servers take their key in the query. Short values are versions and the like.
  const query = [...url.searchParams.values()].filter((value) => value.length >= KEY_CHARACTERS);
  return {
    label: `${url.protocol}//${url.host}${root}`,
    at: (resource) => `${url.protocol}//${url.host}${root}/${resource}${url.search}`,
    beside: (resource) => `${url.protocol}//${url.host}${outside}/${resource}${url.search}`,
    headers: authorization(apiKey, basic),
    secrets: new Secrets([apiKey, basic, password, ...query].filter((secret) => secret !== null)),
  };
}

function parse(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.hostname !== "" ? url : null;
}

function authorization(apiKey: string | null, basic: string | null): Record<string, string> {
  if (apiKey !== null) return { authorization: `Bearer ${apiKey}` };
  return basic === null ? {} : { authorization: `Basic ${basic}` };
}
