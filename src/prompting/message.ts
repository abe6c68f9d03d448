/** A piece of a prompt: text, or a picture as a JPEG. */
export type PromptPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "picture"; readonly jpeg: Uint8Array };

/** A message of a prompt, in the roles of chat models. */
export interface PromptMessage {
  readonly role: "system" | "user" | "assistant";
  readonly parts: readonly PromptPart[];
}
