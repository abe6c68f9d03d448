import { InvalidArgumentError } from "commander";

/** Where the key of a remote model is read from, when no other variable is named. */
export const API_KEY_VARIABLE = "THINKALONG_API_KEY";

/**
 * Reads the key of a remote model from the environment.
 *
 * @param named the variable that the user has named
 * @throws {InvalidArgumentError} when that one is not set
 */
export function readApiKey(named: string | undefined): { apiKeyName: string; apiKey?: string } {
  const apiKeyName = named ?? API_KEY_VARIABLE;
  const apiKey = process.env[apiKeyName];
  if (named !== undefined && !apiKey)
    throw new InvalidArgumentError(
      `The environment variable ${named} is not set. Set it to the API key, or leave --api-key-env out.`,
    );
  return { apiKeyName, ...(apiKey && { apiKey }) };
}
