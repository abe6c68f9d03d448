import { z } from "zod";

/** Which events a picture is kept with. */
export const PICTURES = ["all", "alerts", "none"] as const;

/** The section `history` of the config file. */
export const historySchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Whether what cameras see is kept, so that one can look back (`--no-history`: it is not)."),
  path: z
    .string()
    .min(1)
    .optional()
    .describe("File of the history (`--history`). Default: `history.db` in the folder of `server.state`."),
  keep_days: z
    .number()
    .positive()
    .max(36_500)
    .default(30)
    .describe("After so many days an event is deleted, with its picture."),
  max_bytes: z
    .int()
    .min(1024 * 1024)
    .default(2 * 1024 ** 3)
    .describe("Most bytes that are kept. With more, the oldest events are deleted, with their pictures."),
  sessions: z
    .boolean()
    .default(false)
    .describe(
      "Whether the sessions of clients are kept, too. Those who push their video did not ask for it.",
    ),
  pictures: z
    .enum(PICTURES)
    .default("all")
    .describe(
      "Which events a small picture is kept with: `all` thoughts and alerts (one in 5 seconds of a stream), `alerts` only, or `none`.",
    ),
});

/** What is kept, where, and for how long. */
export type HistorySettings = z.infer<typeof historySchema>;
