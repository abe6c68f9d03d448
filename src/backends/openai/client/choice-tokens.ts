import type { Completion } from "./answer-schemas.ts";

/** Marks of a space before a word, in vocabularies that servers show as they are. */
const AROUND = /^[\s▁Ġ"'*`{[(]+|[\s"'*`.,:;!?\])}]+$/g;

/**
 * The probability of each choice from those of the first token: that of a choice is the sum of those of the tokens that
 * begin it, in any case and with or without a space before it. A token that begins several choices counts for none. A
 * choice that no listed token begins has at most the probability of the least likely one that is listed, and gets that.
 *
 * @returns natural logarithms; null when the server listed nothing, or nothing that begins a choice
 */
export function choiceLogprobs(
  completion: Completion,
  choices: readonly string[],
): Record<string, number> | null {
  const listed = completion.choices[0]?.logprobs?.content?.[0]?.top_logprobs ?? [];
  const sums = new Map<string, number>();
  for (const { token, logprob } of listed) {
    const begun = choices.filter((choice) => begins(token, choice));
    if (begun.length === 1) sums.set(begun[0]!, (sums.get(begun[0]!) ?? 0) + Math.exp(logprob));
  }
  if (sums.size === 0) return null;
  const least = Math.min(...listed.map(({ logprob }) => logprob));
  return Object.fromEntries(
    choices.map((choice) => [choice, sums.has(choice) ? Math.log(sums.get(choice)!) : least]),
  );
}

/** How many tokens a server lists with the first one; 0: it lists none. */
export function listedTokens(completion: Completion): number {
  return completion.choices[0]?.logprobs?.content?.[0]?.top_logprobs.length ?? 0;
}

/** The choice that a text makes: the one that it begins with, else the first that it has as a word; null: none. */
export function chosenIn(text: string, choices: readonly string[]): string | null {
  const words = bare(text);
  const first = choices.find((choice) => words.startsWith(bare(choice)));
  if (first !== undefined) return first;
  const places = choices.flatMap((choice) => {
    const at = ` ${words.replaceAll(/[^\p{L}\p{N}]+/gu, " ")} `.indexOf(` ${bare(choice)} `);
    return at < 0 ? [] : [{ choice, at }];
  });
  return places.sort((a, b) => a.at - b.at)[0]?.choice ?? null;
}

function begins(token: string, choice: string): boolean {
  const piece = bare(token);
  return piece !== "" && bare(choice).startsWith(piece);
}

function bare(text: string): string {
  return text.replaceAll(AROUND, "").toLowerCase();
}
