import { createParser } from "eventsource-parser";
import { type Chunk, chunkSchema, completionSchema } from "./answer-schemas.ts";
import type { Deadline } from "./deadline.ts";
import type { Endpoint } from "./endpoint.ts";
import { RemoteError } from "./errors.ts";
import { explainTold, parseJson } from "./status-errors.ts";
import { type ServerTimes, serverTimes, type Usage, usageOf } from "./usage.ts";

/** What a model has answered. */
export interface ChatResult {
  readonly text: string;
  /** `length`: it has used up its tokens. */
  readonly finish: "stop" | "length";
  readonly usage: Usage;
  /** Times by the server's own clock; null: it does not say. */
  readonly times: ServerTimes | null;
  /** The model has thought to itself first, which costs tokens that are not part of the text. */
  readonly reasoned: boolean;
}

export interface ReadOptions {
  /** Called with each piece of text. */
  readonly onDelta: (text: string) => void;
  readonly maxTokens: number;
  /** Most time between two pieces (ms). */
  readonly tokenMs: number;
}

const MOST_EVENT_CHARACTERS = 1_000_000;
/** A server counts tokens in another way than it sends them, but not in a very different one. */
const PIECES_PER_TOKEN = 2;
const MORE_PIECES = 16;
/** How long the counts may follow the end of the text (ms). */
const COUNTS_MS = 1_000;

/**
 * Reads the answer to a chat completion: a stream of events, or a whole completion from a server that does not stream.
 *
 * @throws {RemoteError}, or the reason of the signal
 */
export async function readChat(
  endpoint: Endpoint,
  response: Response,
  deadline: Deadline,
  options: ReadOptions,
): Promise<ChatResult> {
  if (/^application\/json\b/.test(response.headers.get("content-type") ?? ""))
    return whole(endpoint, await endpoint.json(response, deadline), options);
  const stream = new ChatStream(endpoint, deadline, options);
  try {
    for await (const piece of endpoint.pieces(response, deadline)) {
      stream.feed(piece);
      if (stream.isDone) break;
    }
  } catch (error) {
    return stream.brokeOff(error);
  }
  return stream.result();
}

/** Reads a whole chat completion. */
function whole(endpoint: Endpoint, body: unknown, { onDelta }: ReadOptions): ChatResult {
  const completion = completionSchema.safeParse(body);
  if (!completion.success) throw wrong(endpoint, body);
  const { message, finish_reason } = completion.data.choices[0]!;
  const text = message.content ?? "";
  if (text !== "") onDelta(text);
  return {
    text,
    finish: finish_reason === "length" ? "length" : "stop",
    usage: usageOf(completion.data, text === "" ? 0 : 1),
    times: serverTimes(completion.data),
    reasoned: Boolean(message.reasoning_content || message.reasoning),
  };
}

/** The error for a document of another shape; servers also send their errors with status 200. */
export function wrong(endpoint: Endpoint, body: unknown): RemoteError {
  const isError = typeof body === "object" && body !== null && "error" in body && body.error !== null;
  return isError ? explainTold(body, endpoint.asked) : endpoint.nonsense(JSON.stringify(body));
}

class ChatStream {
  isDone = false;
  private text = "";
  private pieces = 0;
  private reasoned = false;
  private finish: string | null = null;
  private counts: Pick<Chunk, "usage" | "timings"> = {};
  private received = "";

  private readonly parser = createParser({
    maxBufferSize: MOST_EVENT_CHARACTERS,
    onEvent: ({ data }) => this.take(data),
    onError: ({ type }) => {
      if (type === "max-buffer-size-exceeded") throw this.endpoint.nonsense(this.received);
    },
  });

  constructor(
    private readonly endpoint: Endpoint,
    private readonly deadline: Deadline,
    private readonly options: ReadOptions,
  ) {}

  feed(piece: string): void {
    if (this.pieces === 0) this.received = (this.received + piece).slice(0, 1000);
    this.parser.feed(piece);
  }

  /** What there is when the connection has ended as it should. */
  result(): ChatResult {
    if (this.finish === null && !this.isDone) throw this.cut(undefined);
    return {
      text: this.text,
      finish: this.finish === "length" ? "length" : "stop",
      usage: usageOf(this.counts, this.pieces),
      times: serverTimes(this.counts),
      reasoned: this.reasoned,
    };
  }

  /** What there is when the connection has broken: all of it, where only the counts were missing. */
  brokeOff(error: unknown): ChatResult {
    const isOver = this.finish !== null && error instanceof RemoteError;
    if (isOver) return this.result();
    if (error instanceof RemoteError && error.code === "remote_unreachable") throw this.cut(error);
    throw error;
  }

  private take(data: string): void {
    if (this.isDone) return;
    if (data.trim() === "[DONE]") {
      this.isDone = true;
      return;
    }
    const body = parseJson(data);
    const chunk = chunkSchema.safeParse(body);
    if (!chunk.success) throw body === undefined ? this.endpoint.nonsense(data) : wrong(this.endpoint, body);
    const { choices, usage, timings } = chunk.data;
    if (usage || timings)
      this.counts = { usage: usage ?? this.counts.usage, timings: timings ?? this.counts.timings };
    for (const { delta, finish_reason } of choices.slice(0, 1)) {
      this.add(delta?.content ?? "", Boolean(delta?.reasoning_content || delta?.reasoning));
      this.finish ??= finish_reason ?? null;
    }
    if (this.finish === null) this.deadline.expect("the next token", this.options.tokenMs);
    else this.deadline.expect("its counts", COUNTS_MS);
  }

  private add(text: string, reasoned: boolean): void {
    this.reasoned ||= reasoned;
    if (text === "" && !reasoned) return;
    this.pieces++;
    if (text !== "") {
      this.text += text;
      this.options.onDelta(text);
    }
    // A server that never ends is stopped.
    if (this.pieces <= this.options.maxTokens * PIECES_PER_TOKEN + MORE_PIECES) return;
    this.finish = "length";
    this.isDone = true;
  }

  private cut(cause: unknown): RemoteError {
    const isStream = this.pieces > 0 || /^(?:data|event|id|retry)?:/m.test(this.received);
    if (!isStream && cause === undefined) return this.endpoint.nonsense(this.received);
    const { label } = this.endpoint.url;
    const text = `The answer of ${label} ended in the middle. Look into the server's log.`;
    return new RemoteError("remote_cut", text, { cause, passing: true });
  }
}
