import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ProtocolError, type TicketRequest, ticketRequest } from "../../protocol/mod.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import type { AppEnv } from "./app-env.ts";
import { httpError } from "./http-error.ts";

/** Most bytes of a request. */
const MAX_BYTES = 16 * 1024;

/** `POST /v1/tickets`: a ticket for one connection of a web page, which can send no token there. */
export function tickets(authenticator: Authenticator): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const onError = (c: Context) =>
    httpError(c, 413, "message_too_large", `The body has more than ${MAX_BYTES} bytes.`);
  app.post("/v1/tickets", bodyLimit({ maxSize: MAX_BYTES, onError }), async (c) => {
    const wishes = readRequest(await c.req.text());
    return c.json(authenticator.giveTicket(c.get("client"), wishes), 201);
  });
  return app;
}

/** @throws {ProtocolError} `invalid_json` or `invalid_value` */
function readRequest(text: string): TicketRequest {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError(
      "invalid_json",
      "The body is not JSON. Leave it out, or name scopes and streams.",
      {
        cause,
      },
    );
  }
  const parsed = ticketRequest.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const param = path.length === 0 ? null : path.join(".");
  throw new ProtocolError(
    "invalid_value",
    `${param ?? "The body"} is wrong. ${message}.`.replace(/\.\.$/, "."),
    {
      param,
    },
  );
}
