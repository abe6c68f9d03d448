import type { ChatTemplate, CheckpointCodec } from "../models/mod.ts";
import {
  answerRequest,
  decisionRequest,
  SPEAK_OR_SILENT,
  thoughtRequest,
  wantedText,
} from "../prompting/mod.ts";

/** No stream is older than that (ms): what has the most digits. */
const LATEST_MS = (99 * 3600 + 59 * 60 + 59) * 1000;

/**
 * What the user says to a prompted model, in its tokens and in the form of its chat template.
 *
 * The conversation in a thinker's C_r goes on where the video ends: {@link head}, then the first request, what the
 * model says, the next request, and so on. A request is fed together with the tokens that close what the model said
 * before.
 */
export class PromptedTurns {
  /** What the user wants, before all requests. The thinker's sink; empty when they said nothing. */
  readonly head: readonly number[];

  constructor(
    private readonly template: Pick<ChatTemplate, "opening" | "turn">,
    private readonly codec: CheckpointCodec,
    instructions: string | null,
  ) {
    this.head = this.makeHead(wantedText(instructions));
  }

  /** Asks whether there is something to say at a time (ms). */
  decision(rest: readonly number[] | null, nowMs: number): number[] {
    return this.ask(rest, decisionRequest(nowMs, SPEAK_OR_SILENT));
  }

  /** Asks for a thought about a time (ms). */
  thought(rest: readonly number[] | null, nowMs: number): number[] {
    return this.ask(rest, thoughtRequest(nowMs));
  }

  /** Asks the user's question at a time (ms). */
  question(rest: readonly number[] | null, nowMs: number, question: string): number[] {
    return this.ask(rest, answerRequest(nowMs, question));
  }

  /**
   * The tokens of a request, up to where the model speaks.
   * @param rest tokens of what the model said last that have not been fed; null when it has said nothing
   */
  ask(rest: readonly number[] | null, request: string): number[] {
    const { codec, template } = this;
    if (rest !== null) return [...rest, ...codec.encodeWords(template.turn, request)];
    const before = this.head.length === 0 ? template.opening.before : "";
    return codec.encodeWords({ before, after: template.opening.after }, request);
  }

  /** Ends what the model said and begins the user's turn, so that the next unit can stand in it. */
  beginTurn(): number[] {
    return this.codec.encode(this.template.turn.before);
  }

  /** The tokens of a request in a turn that has been begun, up to where the model speaks. */
  inTurn(request: string): number[] {
    return this.codec.encodeWords({ before: "", after: this.template.turn.after }, request);
  }

  /** Most tokens that a thinker feeds in one group of its C_r. */
  groupTokens(budgets: {
    readonly thoughtTokens: number;
    readonly answerTokens: number;
    readonly questionTokens: number;
    /** Of a model that thinks before it speaks; default 0. */
    readonly thinkTokens?: number;
  }): number {
    const { answerTokens, questionTokens, thinkTokens = 0 } = budgets;
    // Three more hold its turn together.
    const hidden = thinkTokens === 0 ? 0 : thinkTokens + 3;
    const thoughtTokens = hidden + budgets.thoughtTokens;
    const longest = (ask: (rest: readonly number[] | null) => number[]) =>
      Math.max(ask(null).length, ask([]).length);
    const decision = longest((rest) => this.decision(rest, LATEST_MS));
    const thought = longest((rest) => this.thought(rest, LATEST_MS));
    const question = longest((rest) => this.question(rest, LATEST_MS, ""));
    // One more: the token of the last thought that was not fed.
    return 1 + Math.max(decision, thought + thoughtTokens, question + questionTokens + hidden + answerTokens);
  }

  private makeHead(wanted: string): number[] {
    const { before } = this.template.opening;
    if (wanted === "" && before.trim() === "") return [];
    const words = wanted === "" ? "" : `${wanted}\n\n`;
    // A request begins with a letter, and white space is cut into tokens differently at the end of a text.
    const [letter] = this.codec.encode("A");
    const ids = this.codec.encodeWords({ before, after: "A" }, words);
    return ids.at(-1) === letter ? ids.slice(0, -1) : this.codec.encodeWords({ before, after: "" }, words);
  }
}
