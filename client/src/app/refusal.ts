import { ClientError } from "../../lib/mod.ts";
import { tokenWanted } from "./access.ts";

/**
 * A call of the server that has failed, as the error that it is. One that wants a token asks the visitor for it.
 *
 * @throws what is no answer of the server, but a fault of the page
 */
export function refusal(error: unknown): ClientError {
  if (!(error instanceof ClientError)) throw error;
  if (error.status === 401) tokenWanted.value = error.message;
  return error;
}
