import { z } from "zod";

const count = z.number().int().nonnegative();

/** Counts of tokens, as OpenAI names them; `prompt_cache_hit_tokens` is DeepSeek's. */
const usage = z.object({
  prompt_tokens: count,
  completion_tokens: count.nullish(),
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
  prompt_cache_hit_tokens: count.nullish(),
});

/** llama.cpp's own counts and times. */
const timings = z.object({
  cache_n: count.nullish(),
  prompt_n: count,
  prompt_ms: z.number().nonnegative(),
  predicted_n: count,
  predicted_ms: z.number().nonnegative(),
});

const text = z.string().nullish();
const finish = z.string().nullish();

const counts = { usage: usage.nullish().catch(null), timings: timings.nullish().catch(null) };

/** A message, or a piece of one. What a model thinks to itself first has either of two names. */
const piece = z.object({ content: text, reasoning_content: text, reasoning: text });

const listed = z.object({ token: z.string(), logprob: z.number() });

/** A chunk of a streamed chat completion. */
export const chunkSchema = z.object({
  choices: z.array(z.object({ delta: piece.nullish(), finish_reason: finish })),
  ...counts,
});

/** A whole chat completion. */
export const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: piece,
        finish_reason: finish,
        logprobs: z
          .object({ content: z.array(listed.extend({ top_logprobs: z.array(listed).catch([]) })).nullish() })
          .nullish()
          .catch(null),
      }),
    )
    .min(1),
  ...counts,
});

/** The models of a server, with what llama.cpp and vLLM add. */
export const modelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string().min(1),
      meta: z.object({ n_ctx: count.nullish() }).nullish().catch(null),
      max_model_len: count.nullish().catch(null),
      architecture: z
        .object({ input_modalities: z.array(z.string()).nullish() })
        .nullish()
        .catch(null),
    }),
  ),
});

/** What llama.cpp says of itself. */
export const propsSchema = z.object({ default_generation_settings: z.object({ n_ctx: count }) });

/** Which models Ollama has loaded. */
export const loadedSchema = z.object({
  models: z.array(z.object({ name: z.string(), context_length: count.nullish().catch(null) })),
});

/** An error as servers tell of it, in one of the shapes that are in use. */
export const errorSchema = z.union([
  z
    .object({ error: z.object({ message: z.string(), code: z.unknown(), type: z.unknown() }) })
    .transform(({ error }) => ({ message: error.message, kind: `${error.code ?? ""} ${error.type ?? ""}` })),
  z.object({ error: z.string() }).transform(({ error }) => ({ message: error, kind: "" })),
  z.object({ message: z.string() }).transform(({ message }) => ({ message, kind: "" })),
  // FastAPI's own, and its list of what is wrong with the request.
  z.object({ detail: z.union([z.string(), z.array(z.unknown())]) }).transform(({ detail }) => ({
    message: typeof detail === "string" ? detail : JSON.stringify(detail),
    kind: "",
  })),
]);

export type Chunk = z.infer<typeof chunkSchema>;
export type Completion = z.infer<typeof completionSchema>;
export type ModelList = z.infer<typeof modelsSchema>["data"];
