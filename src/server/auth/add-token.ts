import { randomBytes } from "node:crypto";
import { editTokenFile } from "./edit-token-file.ts";
import type { Scope } from "./grant.ts";
import { digestOf } from "./token-file.ts";

/** A token to be made. */
export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Ids of the streams that it is for; none: all. */
  readonly streams?: readonly string[];
  /** When it ends: a date or time of ISO 8601. */
  readonly expires?: string | undefined;
}

/**
 * Makes a token and adds it to a token file, which is begun if it is not there. The file gets the SHA-256 of the secret
 * only, so that nobody can read the secret again.
 *
 * @returns the secret
 * @throws {ServerError} `tokens_invalid` when the file or the token is wrong, for example because there is such a name;
 *   `tokens_unreadable` when the file cannot be read or written
 */
export async function addToken(
  path: string,
  { name, scopes, streams = [], expires }: NewToken,
): Promise<string> {
  const secret = `tka_${randomBytes(32).toString("base64url")}`;
  await editTokenFile(path, "begin", (list, _tokens, document) => {
    list.flow = false;
    list.add(
      document.createNode({
        name,
        sha256: digestOf(secret).toString("hex"),
        scopes,
        ...(streams.length > 0 && { streams }),
        ...(expires !== undefined && { expires }),
      }),
    );
  });
  return secret;
}
