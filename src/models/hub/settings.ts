import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { ModelError } from "../errors.ts";

/** Where models are fetched from and kept, as the environment says it to Python's `huggingface_hub`, too. */
export interface HubSettings {
  /** Address of the hub, without a slash at its end. */
  readonly endpoint: string;
  /** Access token of the user; null: none. */
  readonly token: string | null;
  /** Absolute path of the folder that holds a folder for each model. */
  readonly cacheDir: string;
  /** Whether no request may be made. */
  readonly offline: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from the environment: `HF_ENDPOINT`, `HF_TOKEN` (else the file `token` in `HF_HOME`), `HF_HOME`,
 * `HF_HUB_CACHE` and `HF_HUB_OFFLINE`, as in
 * https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 *
 * @throws {ModelError} `hub_unexpected` for an address or a token that cannot be sent
 */
export async function hubSettings(env: Environment = process.env): Promise<HubSettings> {
  const home = folder(
    env.HF_HOME,
    join(folder(env.XDG_CACHE_HOME, join(homedir(), ".cache")), "huggingface"),
  );
  return {
    endpoint: endpoint(env.HF_ENDPOINT),
    token: await token(env, home),
    cacheDir: folder(env.HF_HUB_CACHE ?? env.HUGGINGFACE_HUB_CACHE, join(home, "hub")),
    offline: isTrue(env.HF_HUB_OFFLINE) || isTrue(env.TRANSFORMERS_OFFLINE),
  };
}

function endpoint(text: string | undefined): string {
  const url = URL.canParse(text || "https://huggingface.co")
    ? new URL(text || "https://huggingface.co")
    : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ModelError(
      "hub_unexpected",
      `HF_ENDPOINT is ${text}, which is no address of a hub. Set it to one such as https://huggingface.co, or leave it out.`,
    );
  return url.href.replace(/\/+$/, "");
}

async function token(env: Environment, home: string): Promise<string | null> {
  if (isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return null;
  const file = folder(env.HF_TOKEN_PATH, join(home, "token"));
  const named = (env.HF_TOKEN ?? env.HUGGING_FACE_HUB_TOKEN ?? "").trim();
  const found = named || (await readFile(file, "utf8").catch(() => "")).trim();
  // A header takes no line breaks, and the token itself must not be shown.
  if (!/^[\x21-\x7e]*$/.test(found))
    throw new ModelError(
      "hub_unexpected",
      `The access token in ${named ? "HF_TOKEN" : file} has characters that no token has. Copy it anew.`,
    );
  return found || null;
}

function folder(path: string | undefined, otherwise: string): string {
  return resolve((path || otherwise).replace(/^~(?=\/|$)/, homedir()));
}

function isTrue(text: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(text ?? "");
}
