import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { isStreamName } from "../../streams/mod.ts";
import { ServerError } from "../errors.ts";
import { SCOPES, type Scope } from "./grant.ts";

/** Fewest characters of a secret. */
export const LEAST_SECRET_CHARS = 16;

const limits = z
  .strictObject({
    sessions: z.int().min(1).optional(),
    frames_per_second: z.number().positive().optional(),
    bytes_per_second: z.int().min(1024).optional(),
    questions_per_minute: z.number().positive().optional(),
  })
  .default({});

const tokenEntry = z
  .strictObject({
    name: z.string().regex(/^[\w.-]{1,64}$/, { error: "It may have up to 64 letters, digits, -, _ and .." }),
    secret: z
      .string()
      .min(LEAST_SECRET_CHARS, { error: `It must have at least ${LEAST_SECRET_CHARS} characters.` })
      .regex(/^[\x21-\x7e]*$/, {
        error: "It goes into an HTTP header, so it may have ASCII characters only, and no spaces.",
      })
      .optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, { error: "It must be the SHA-256 of the secret, 64 hexadecimal digits." })
      .optional(),
    scopes: z.array(z.enum(SCOPES)).min(1),
    streams: z
      .array(z.string().refine(isStreamName, { error: "It is no name of a stream." }))
      .min(1)
      .optional(),
    expires: z
      .union([z.iso.date(), z.iso.datetime({ offset: true })], {
        error: "It must be a date or a time, such as 2027-01-31 or 2027-01-31T12:00:00Z.",
      })
      .optional(),
    limits,
  })
  .refine((token) => (token.secret === undefined) !== (token.sha256 === undefined), {
    error: "It must have either a secret or a sha256.",
  })
  .refine((token) => token.streams === undefined || !token.scopes.includes("admin"), {
    error: "The scope admin is for all streams, so this token cannot name some.",
  });

const tokenFile = z.strictObject({ tokens: z.array(tokenEntry) });

/** A token as its file has it; of the secret only the digest. */
export interface TokenEntry {
  readonly name: string;
  /** SHA-256 of the secret. */
  readonly digest: Buffer;
  readonly scopes: readonly Scope[];
  readonly streams: readonly string[] | null;
  /** When it ends (ms since 1970). */
  readonly expiresAtMs: number | null;
  readonly limits: z.infer<typeof limits>;
}

/** SHA-256 of a secret. */
export function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/**
 * Reads a token file. No error names a secret or a part of one.
 *
 * @throws {ServerError} `tokens_unreadable` or `tokens_invalid`
 */
export async function readTokenFile(
  path: string,
): Promise<{ tokens: TokenEntry[]; isOpenToOthers: boolean }> {
  let text: string;
  let mode: number;
  try {
    text = await readFile(path, "utf8");
    mode = (await stat(path)).mode;
  } catch (cause) {
    throw new ServerError(
      "tokens_unreadable",
      `The token file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}). Make one with: thinkalong tokens add NAME --scope watch`,
      { cause },
    );
  }
  // Windows has other rights than these.
  return {
    tokens: await parseTokens(text, path),
    isOpenToOthers: process.platform !== "win32" && (mode & 0o007) !== 0,
  };
}

/**
 * Reads the text of a token file.
 *
 * @throws {ServerError} `tokens_invalid`
 */
export async function parseTokens(text: string, path: string): Promise<TokenEntry[]> {
  const parsed = tokenFile.safeParse(await parseYaml(text, path));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const where = issue.path.reduce<string>(
      (before, key) => (typeof key === "number" ? `${before}[${key}]` : `${before}.${String(key)}`),
      "",
    );
    throw invalid(path, `${where === "" ? "" : `${where.replace(/^\./, "")}: `}${wrong(issue)}`);
  }
  const tokens = parsed.data.tokens.map(
    ({ name, secret, sha256, scopes, streams, expires, limits }): TokenEntry => ({
      name,
      digest: secret === undefined ? Buffer.from(sha256!, "hex") : digestOf(secret),
      scopes,
      streams: streams ?? null,
      expiresAtMs: expires === undefined ? null : Date.parse(expires),
      limits,
    }),
  );
  for (const [at, token] of tokens.entries()) {
    const before = tokens.slice(0, at);
    if (before.some(({ name }) => name === token.name))
      throw invalid(path, `Two tokens have the name ${token.name}.`);
    const same = before.find(({ digest }) => digest.equals(token.digest));
    if (same) throw invalid(path, `The tokens ${same.name} and ${token.name} have the same secret.`);
  }
  return tokens;
}

/** @throws {ServerError} `tokens_invalid`. The library's own messages repeat parts of the text, which are secrets. */
async function parseYaml(text: string, path: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) throw invalid(path, `Line ${lines.linePos(error.pos[0]).line} is not YAML (${error.code}).`);
  try {
    return document.toJS();
  } catch {
    throw invalid(path, "It has an alias (*) without an anchor. Put text that begins with * in quotes.");
  }
}

/** Names of unknown fields are repeated only when they are too short to be a secret. */
function wrong(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return `There is no field ${key.length < LEAST_SECRET_CHARS ? key : "of this name"} here.`;
  }
  return issue.message.endsWith(".") ? issue.message : `${issue.message}.`;
}

function invalid(path: string, what: string): ServerError {
  return new ServerError("tokens_invalid", `The token file ${path} is wrong. ${what} See docs/security.md.`);
}
