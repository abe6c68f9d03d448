import { z } from "zod";
import { deliveryFields } from "../delivery-schema.ts";
import { LEAST_SECRET_BYTES, signingKey } from "./signature.ts";

/** Headers that the sink sets itself. */
const OWN_HEADERS = /^(?:content-|webhook-|host$|connection$|transfer-encoding$)/i;

const headerName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: "It is not the name of a header." })
  .refine((name) => !OWN_HEADERS.test(name), { error: "This header is set by the server itself." });

/** Printable characters of Latin-1, as HTTP can carry them. */
const headerValue = z.string().regex(/^[\t\x20-\x7e\xa0-\xff]*$/, {
  error: "It may hold printable characters of Latin-1 only, on one line.",
});

const SECRET_ERROR = `It must have at least ${LEAST_SECRET_BYTES} bytes, and be base64 behind whsec_; or be a list of two such secrets.`;

const VARIABLE_ERROR = "It must be the name of an environment variable, or a list of two.";

/** A second one is for the time in which a receiver goes over from one to the other. */
function oneOrTwo<T extends z.ZodType>(one: T, error: string) {
  return z.union([one, z.array(one).min(1, { error }).max(2, { error })], { error });
}

/** A webhook: each notice is a POST request. */
export const webhookSchema = z
  .strictObject({
    type: z.literal("webhook").describe("`webhook`: each notice is a POST request with JSON."),
    url: z
      .string()
      .refine((url) => URL.canParse(url) && /^https?:\/\//i.test(url), {
        error: "It must be a URL that begins with http:// or https://.",
      })
      .describe(
        "Where it is sent. It may be a private address. A name and a password in it become `Authorization`. Only its host is ever shown.",
      ),
    secret: oneOrTwo(
      z.string().refine((secret) => signingKey(secret) !== null, { error: SECRET_ERROR }),
      SECRET_ERROR,
    )
      .optional()
      .describe(
        "Signs each request ([how to check that](sinks.md#is-it-from-my-server)). It may begin with `whsec_`; then base64 follows. A list of two: each request has both signatures ([why](sinks.md#another-secret)). Default: nothing is signed.",
      ),
    secret_env: oneOrTwo(z.string().regex(/^[A-Za-z_]\w*$/, { error: VARIABLE_ERROR }), VARIABLE_ERROR)
      .optional()
      .describe("Environment variable that holds the secret, in place of `secret`; or a list of two."),
    headers: z
      .record(headerName, headerValue)
      .optional()
      .describe("Further headers of each request, such as `Authorization`. They are never shown."),
    ...deliveryFields,
  })
  .refine(({ secret, secret_env }) => secret === undefined || secret_env === undefined, {
    error: "There is a secret already. Leave out secret, or secret_env.",
    path: ["secret_env"],
  });

export type WebhookEntry = z.infer<typeof webhookSchema>;
