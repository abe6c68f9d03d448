import { randomUUID } from "node:crypto";
import type { Answer } from "../http/streams/answer.ts";
import type { AnswerPart } from "./answer-parts.ts";
import { ownObject } from "./own-object.ts";

/** What stands in every object of one completion. */
export interface ChatHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** As the request names it. */
  readonly model: string;
}

type Done = Extract<AnswerPart, { readonly type: "done" }>;

/** The head of a new completion. */
export function newHead(model: string): ChatHead {
  return {
    id: `chatcmpl-${randomUUID().replaceAll("-", "")}`,
    created: Math.floor(Date.now() / 1000),
    model,
  };
}

/** A whole completion. */
export function completionObject(head: ChatHead, { answer, text }: Done, ignored: readonly string[]) {
  return {
    ...{ id: head.id, object: "chat.completion", created: head.created, model: head.model },
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: text, refusal: null },
        logprobs: null,
        finish_reason: finishReason(answer),
      },
    ],
    usage: usageObject(answer),
    thinkalong: ownObject(answer, ignored),
  };
}

/**
 * The chunks of a completion, in order: `first`, one for each piece of `text`, `last`, and `usage` where it was asked for.
 */
export class ChatChunks {
  /** @param withUsage whether the client has asked for the usage: then every other chunk says that it is not there yet */
  constructor(
    private readonly head: ChatHead,
    readonly withUsage: boolean,
  ) {}

  first() {
    return this.chunk({ role: "assistant", content: "", refusal: null });
  }

  text(delta: string) {
    return this.chunk({ content: delta });
  }

  /** @param ignored what of the request has had no effect */
  last({ answer }: Done, ignored: readonly string[]) {
    return { ...this.chunk({}, finishReason(answer)), thinkalong: ownObject(answer, ignored) };
  }

  usage({ answer }: Done) {
    return { ...this.common, choices: [], usage: usageObject(answer) };
  }

  private get common() {
    const { id, created, model } = this.head;
    return { id, object: "chat.completion.chunk", created, model };
  }

  private chunk(delta: object, finish: "stop" | "length" | null = null) {
    return {
      ...this.common,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(this.withUsage && { usage: null }),
    };
  }
}

function finishReason({ status }: Answer): "stop" | "length" {
  return status === "incomplete" ? "length" : "stop";
}

function usageObject({ usage }: Answer) {
  const { input_tokens, output_tokens, total_tokens } = usage;
  return { prompt_tokens: input_tokens, completion_tokens: output_tokens, total_tokens };
}
