/** One piece of a message of a conversation. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "image" | "video";
      /** A `data:`, `http:` or `https:` URL; of a video also `stream:` and the id of a live stream. */
      readonly url: string;
      /** Where it stands in the request. */
      readonly param: string;
    };

/** One message of a conversation, whichever of OpenAI's APIs it came over. */
export interface Turn {
  readonly role: "system" | "user" | "assistant";
  readonly parts: readonly Part[];
}

/** Where a picture or video is, and where that stands in the request. */
export type MediumUrl = Exclude<Part, { readonly kind: "text" }>;

/** What a turn says, without its pictures. */
export function textOf({ parts }: Turn): string {
  return parts
    .flatMap((part) => (part.kind === "text" ? [part.text] : []))
    .join("\n")
    .trim();
}

/** The pictures and videos of turns, in their order. */
export function mediaOf(turns: readonly Turn[]): MediumUrl[] {
  return turns.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === "text" ? [] : [part])));
}
