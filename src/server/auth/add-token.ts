import { randomBytes } from "node:crypto";
import { mkdir, readFile, realpath, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ServerError } from "../errors.ts";
import type { Scope } from "./grant.ts";
import { digestOf, parseTokens } from "./token-file.ts";

/** A token to be made. */
export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Ids of the streams that it is for; none: all. */
  readonly streams?: readonly string[];
  /** When it ends: a date or time of ISO 8601. */
  readonly expires?: string | undefined;
}

/** What a file says that has no token yet. */
const NEW_FILE = `# Who may use the server: docs/security.md. Only hashes of secrets are here.
tokens: []
`;

/**
 * Makes a token and adds it to a token file, of which the rest and its comments stay. The file gets the SHA-256 of the secret
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
  try {
    const { text, mode, target } = await readOrBegin(path);
    await parseTokens(text, path);
    const { isMap, isSeq, parseDocument } = await import("yaml");
    const document = parseDocument(text);
    const tokens = isMap(document.contents) ? document.get("tokens") : null;
    if (!isSeq(tokens))
      throw new ServerError("tokens_invalid", `The token file ${path} has no list of tokens.`);
    tokens.flow = false;
    tokens.add(
      document.createNode({
        name,
        sha256: digestOf(secret).toString("hex"),
        scopes,
        ...(streams.length > 0 && { streams }),
        ...(expires !== undefined && { expires }),
      }),
    );
    const changed = document.toString({ lineWidth: 0, flowCollectionPadding: false });
    await parseTokens(changed, path);
    const unfinished = `${target}.${process.pid}`;
    await writeFile(unfinished, changed, { mode });
    await rename(unfinished, target);
  } catch (cause) {
    if (cause instanceof ServerError) throw cause;
    throw new ServerError(
      "tokens_unreadable",
      `The token file ${path} cannot be read or written (${(cause as NodeJS.ErrnoException).code}). Name another one with --file.`,
      { cause },
    );
  }
  return secret;
}

async function readOrBegin(path: string): Promise<{ text: string; mode: number; target: string }> {
  try {
    const target = await realpath(path);
    return { text: await readFile(target, "utf8"), mode: (await stat(target)).mode & 0o777, target };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return { text: NEW_FILE, mode: 0o600, target: path };
  }
}
