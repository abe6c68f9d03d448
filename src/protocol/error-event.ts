import { z } from "zod";
import { eventId } from "./fields.ts";

export const errorType = z
  .enum(["invalid_request_error", "limit_error", "server_error"])
  .describe("Whose turn it is: the client's to change what it sends, to send less, or the server's owner's.");

export const errorEvent = z
  .object({
    type: z.literal("error"),
    event_id: eventId,
    error: z
      .object({
        type: errorType,
        code: z.string().describe("Stable; see the error codes."),
        message: z.string().describe("What was wrong and what to do, in words."),
        param: z.string().nullable().describe("Path of the field that was wrong, such as `session.fps`."),
        event_id: z
          .string()
          .nullable()
          .describe("`event_id` of the client's message that caused it, where it had one."),
        fatal: z.boolean().describe("The session ends with this; else it goes on."),
      })
      .describe("What was refused or went wrong."),
  })
  .describe("Something was refused or went wrong.");

export type ErrorType = z.infer<typeof errorType>;
export type ErrorEvent = z.infer<typeof errorEvent>;
