import { z } from "zod";

const id = z.string().min(1).max(512);

const part = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("input_text"), text: z.string() }),
    z.object({ type: z.literal("input_image"), image_url: z.string() }),
    z.object({ type: z.literal("output_text"), text: z.string() }),
  ],
  { error: "It must be input_text, input_image or, of an assistant's message, output_text." },
);

const message = z.object({
  id: id.nullish(),
  type: z.literal("message", { error: "Only messages are taken." }),
  role: z.enum(["user", "system", "assistant"]),
  content: z.array(part).min(1),
});

/** What a client says of an item of the conversation. */
export type NewItem = z.infer<typeof message>;

const reference = z.object({ type: z.literal("item_reference"), id });

const tokens = z.union([z.literal("inf"), z.int().min(1)], { error: 'It must be a whole number, or "inf".' });
const textOnly = z.array(z.literal("text", { error: 'This server gives text only: ["text"].' }));
const noTools = z.array(z.unknown()).max(0, { error: "This server cannot call tools. Leave it out." });

/** Settings of a session. Those that are not named here have no effect. */
const session = z.looseObject({
  type: z.literal("realtime", { error: 'It must be "realtime": this server transcribes nothing.' }),
  instructions: z.string().nullish(),
  output_modalities: textOnly.nullish(),
  max_output_tokens: tokens.nullish(),
  tools: noTools.nullish(),
  model: z.string().nullish(),
});

const response = z.looseObject({
  conversation: z.enum(["auto", "none"]).nullish(),
  input: z.array(z.union([reference, message])).nullish(),
  instructions: z.string().nullish(),
  output_modalities: textOnly.nullish(),
  max_output_tokens: tokens.nullish(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  tools: noTools.nullish(),
});

const common = { event_id: id.nullish() };

/** The messages of OpenAI's Realtime API that are taken, by their type. */
export const REALTIME_MESSAGES = {
  "session.update": z.object({ ...common, type: z.literal("session.update"), session }),
  "conversation.item.create": z.object({
    ...common,
    type: z.literal("conversation.item.create"),
    previous_item_id: id.nullish(),
    item: message,
  }),
  "conversation.item.retrieve": z.object({
    ...common,
    type: z.literal("conversation.item.retrieve"),
    item_id: id,
  }),
  "conversation.item.delete": z.object({
    ...common,
    type: z.literal("conversation.item.delete"),
    item_id: id,
  }),
  "response.create": z.object({
    ...common,
    type: z.literal("response.create"),
    response: response.nullish(),
  }),
  "response.cancel": z.object({
    ...common,
    type: z.literal("response.cancel"),
    response_id: id.nullish(),
  }),
} as const;

export type RealtimeMessageType = keyof typeof REALTIME_MESSAGES;
export type RealtimeMessage<T extends RealtimeMessageType = RealtimeMessageType> = {
  [K in T]: z.infer<(typeof REALTIME_MESSAGES)[K]>;
}[T];
