import type { ProbedServer } from "../backends/mod.ts";

/** A row of the table: what it is about, and what was found. */
export type Row = readonly [head: string, text: string];

/** From here on two requests gain nothing from being sent at once. */
const ONE_BY_ONE = 1.8;

/** What a probe has found, as rows of a table. */
export function probeRows({ found }: ProbedServer): Row[] {
  const { pictures, cache, logprobs, contextTokens, parallel, notMeasured } = found;
  const perSecond = (speed: number) => `${round(speed)} tokens a second`;
  return [
    row("streaming", found.streams, yesNo),
    row("first token", found.firstTokenMs, (ms) => `${round(ms)} ms, where nothing of a prompt is new`),
    row("prefill", found.prefillTokensPerS, perSecond),
    row("decoding", found.decodeTokensPerS, perSecond),
    ...pictures.map(({ side, tokens, ms }): Row => {
      const size = tokens === null ? "tokens not told" : `${tokens} tokens`;
      return [`picture ${side} px`, `${size}, ${round(ms)} ms`];
    }),
    row("prefix cache", cache, ({ works, share }) =>
      share === null ? yesNo(works) : `${yesNo(works)}: ${Math.round(share * 100)} % of an earlier prompt`,
    ),
    row("probabilities", logprobs, (count) => (count === 0 ? "no" : `yes, of ${count} tokens`)),
    row("JSON schema", found.schema, yesNo),
    ["context", contextTokens === null ? "not told" : `${contextTokens} tokens`],
    row("two at once", parallel, (times) => `${times.toFixed(1)} × the time of one`),
    ...notMeasured.map(({ what, why }): Row => ["not measured", `${what}. ${why}`]),
  ];
}

/** What to make of it, in whole sentences, one a line. */
export function probeAdvice({ found, plan, because }: ProbedServer): string[] {
  const { model, pictures, cache, parallel } = found;
  if (plan === null)
    return [
      `thinkalong cannot use ${model}: its context of ${found.contextTokens} tokens is too short for one picture. Start the server with a longer one.`,
    ];
  const ignoresPictures = pictures.every(({ tokens }) => tokens === 0);
  return [
    `thinkalong can use ${model}${plan.keepsUp ? "" : ", but not keep up with live video"}. ${because}`,
    ignoresPictures &&
      "A picture adds no token to the prompt, so the model may not see it. Check that it is a vision model.",
    cache?.works === false &&
      "A prefix cache can be switched on in some servers, such as vLLM with --enable-prefix-caching; llama.cpp has one by default.",
    cache !== null &&
      cache.share === null &&
      "It does not count what it takes from its cache. vLLM does with --enable-prompt-tokens-details.",
    found.logprobs === 0 &&
      "It tells no probabilities, so the model says in words whether there is something to say, which takes longer and cannot be tuned.",
    found.streams === false && "It does not stream, so each answer comes as a whole, at its end.",
    found.reasons &&
      "Reasoning can be switched off in some servers, such as llama.cpp with --reasoning-budget 0.",
    parallel !== null &&
      parallel > ONE_BY_ONE &&
      "Two requests at once take as long as one after the other, so a question waits for the thought under way.",
  ].filter((line) => typeof line === "string");
}

function row<T>(head: string, value: T | null, show: (value: T) => string): Row {
  return [head, value === null ? "not measured" : show(value)];
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

/** Two digits that count; more would pretend to be exact. */
function round(value: number): string {
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(2)));
}
