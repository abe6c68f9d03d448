import type { PromptMessage } from "../../../prompting/mod.ts";
import type { Endpoint } from "./endpoint.ts";

/** So many more requests than another server has make up for a warm prefix cache. */
const CLEARLY_BUSIER = 3;
const MOST_TEXTS = 1000;
const TEXT_CHARACTERS = 500;

/** Several servers of one model: which of them takes a request. */
export class Endpoints {
  /** Which server had the prompts that begin with a picture. */
  private readonly byPicture = new WeakMap<Uint8Array, Endpoint>();
  /** The same for prompts without one. The order is that of their last use. */
  private readonly byText = new Map<string, Endpoint>();

  constructor(readonly all: readonly Endpoint[]) {}

  /**
   * The server for a prompt: one that works, and of these the one that had the same prefix last, because its prefix
   * cache is warm, unless it is clearly busier than another; else the least busy. When none works, the one that failed
   * is tried too.
   *
   * @param tried servers on which this very request has failed
   */
  pick(messages: readonly PromptMessage[], tried: ReadonlySet<Endpoint>, nowMs: number): Endpoint {
    const best = [...this.all].sort(
      (a, b) =>
        Number(tried.has(a)) - Number(tried.has(b)) ||
        Number(a.cause !== null) - Number(b.cause !== null) ||
        Number(a.restsUntilMs > nowMs) - Number(b.restsUntilMs > nowMs) ||
        a.inFlight - b.inFlight,
    )[0]!;
    const warm = this.warm(messages);
    const isFit = warm !== undefined && warm.cause === null && warm.restsUntilMs <= nowMs && !tried.has(warm);
    const chosen = isFit && warm.inFlight - best.inFlight < CLEARLY_BUSIER ? warm : best;
    this.remember(messages, chosen);
    return chosen;
  }

  private warm(messages: readonly PromptMessage[]): Endpoint | undefined {
    const picture = firstPicture(messages);
    return picture === undefined ? this.byText.get(beginning(messages)) : this.byPicture.get(picture);
  }

  private remember(messages: readonly PromptMessage[], endpoint: Endpoint): void {
    const picture = firstPicture(messages);
    if (picture !== undefined) {
      this.byPicture.set(picture, endpoint);
      return;
    }
    const text = beginning(messages);
    this.byText.delete(text);
    this.byText.set(text, endpoint);
    if (this.byText.size > MOST_TEXTS) this.byText.delete(this.byText.keys().next().value!);
  }
}

function firstPicture(messages: readonly PromptMessage[]): Uint8Array | undefined {
  for (const { parts } of messages) {
    for (const part of parts) if (part.type === "picture") return part.jpeg;
  }
  return undefined;
}

/** The beginning of the first two messages: the system prompt alone is that of every stream. */
function beginning(messages: readonly PromptMessage[]): string {
  return messages
    .slice(0, 2)
    .flatMap(({ parts }) => parts.slice(0, 1))
    .map((part) => (part.type === "text" ? part.text.slice(0, TEXT_CHARACTERS) : ""))
    .join("\n");
}
