import type { Json } from "./chat-body.ts";
import type { RemoteError } from "./errors.ts";

/** Fields without which an answer is still one. */
const DISPENSABLE = ["temperature", "seed", "stream_options"] as const;
const REFUSED =
  /unsupported|not support|unrecognized|unknown|unexpected|not (?:permitted|allowed)|extra|only the default/i;

type Body = Readonly<Record<string, Json>>;

/** Which fields of a request one server does not take, or under another name, as it has said itself. */
export class Dialect {
  private readonly dropped = new Set<string>();
  private tokensField = "max_tokens";

  /** A body as this server takes it. */
  speak(body: Body): Body {
    const fields = Object.entries(body).filter(([field]) => !this.dropped.has(field));
    return Object.fromEntries(
      fields.map(([field, value]) => [field === "max_tokens" ? this.tokensField : field, value]),
    );
  }

  /**
   * Learns from a refusal.
   *
   * @returns whether the request may be taken when it is sent once more
   */
  learn({ status, said }: RemoteError): boolean {
    if (status !== 400 && status !== 422) return false;
    // OpenAI's newer models count what they think to themselves, too, and named the field anew.
    const isRenamed = this.tokensField === "max_tokens" && said.includes("max_completion_tokens");
    if (isRenamed) this.tokensField = "max_completion_tokens";
    const refused = REFUSED.test(said)
      ? DISPENSABLE.filter((field) => said.includes(field) && !this.dropped.has(field))
      : [];
    for (const field of refused) this.dropped.add(field);
    return isRenamed || refused.length > 0;
  }
}
