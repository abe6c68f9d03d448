import { ServerError } from "../errors.ts";
import { editTokenFile } from "./edit-token-file.ts";

/**
 * Takes a token out of a token file. A server that uses the file lets it in until it reads the file again.
 *
 * @throws {ServerError} `tokens_invalid` when the file is wrong or has no such token; `tokens_unreadable` when it cannot
 *   be read or written
 */
export async function removeToken(path: string, name: string): Promise<void> {
  await editTokenFile(path, "fail", (list, tokens) => {
    const at = tokens.findIndex((token) => token.name === name);
    if (at === -1) {
      const there = tokens.length === 0 ? "no token at all" : tokens.map((token) => token.name).join(", ");
      throw new ServerError(
        "tokens_invalid",
        `The token file ${path} has no token ${name}. It has: ${there}.`,
      );
    }
    list.delete(at);
  });
}
