import { z } from "zod";
import { deliveryFields } from "../delivery-schema.ts";

/** A file to which each notice is appended as a line of JSON. */
export const jsonlSchema = z.strictObject({
  type: z.literal("jsonl").describe("`jsonl`: each notice is a line of JSON in a file."),
  path: z
    .string()
    .min(1)
    .refine((path) => path !== "-", {
      error: "Name a file. The standard output says where the server is.",
    })
    .describe("The file. It is appended to, and opened again at SIGHUP, as log rotation needs it."),
  ...deliveryFields,
});

export type JsonlEntry = z.infer<typeof jsonlSchema>;
