import { ClientError } from "../../lib/mod.ts";

/**
 * A call of the server that has failed, as the error that it is. Where it wants a token, `server` has asked the visitor.
 *
 * @throws what is no answer of the server, but a fault of the page
 */
export function refusal(error: unknown): ClientError {
  if (!(error instanceof ClientError)) throw error;
  return error;
}
