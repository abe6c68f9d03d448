import type { BackendReport, BackendStreamOptions, SkipReason } from "../../engine/mod.ts";
import {
  decisionPrompt,
  type PromptContext,
  SPEAK_OR_SILENT,
  SpeakingDecision,
  ThoughtMemory,
  ThoughtText,
  thoughtPrompt,
} from "../../prompting/mod.ts";
import { RemoteError, type RemoteModel } from "./client/mod.ts";
import type { Reachability } from "./reachability.ts";
import type { SeenUnit } from "./sight.ts";
import { type Said, ThoughtTask } from "./thought-task.ts";

export interface NarratorContext {
  readonly model: RemoteModel;
  readonly options: BackendStreamOptions;
  readonly reachability: Reachability;
  readonly report: (report: BackendReport) => void;
  /** Called when the server has refused a prompt for what is in it. */
  readonly refused: (error: RemoteError, visual: SeenUnit["visual"]) => void;
  /** Called with an error that should not be. */
  readonly broken: (error: Error) => void;
  /** Aborted when the stream is closed. */
  readonly signal: AbortSignal;
}

/**
 * Thinks about the units of one stream, one at a time: it lets the model decide whether there is something to say, and
 * if so lets it say that, as a second request on the same prefix. It never waits for what is late.
 */
export class Narrator {
  readonly memory: ThoughtMemory;
  private readonly speaking = new SpeakingDecision();
  private readonly waiting: SeenUnit[] = [];
  private isHeld: boolean;
  private isThinking = false;

  /** @param onIdle called whenever it has thought about all units that it was given */
  constructor(
    private readonly context: NarratorContext,
    private readonly onIdle: () => void,
  ) {
    const { textWindowTokens, held } = context.options;
    this.memory = new ThoughtMemory(textWindowTokens);
    this.isHeld = held;
  }

  get isIdle(): boolean {
    return !this.isThinking && this.waiting.length === 0;
  }

  add(unit: SeenUnit): void {
    this.waiting.push(unit);
    this.start();
  }

  /** Lets it think about what it was given while it was held back. */
  release(): void {
    this.isHeld = false;
    this.start();
  }

  private start(): void {
    if (!this.isHeld && !this.isThinking && this.waiting.length > 0) this.work().catch(this.context.broken);
  }

  private async work(): Promise<void> {
    this.isThinking = true;
    for (let unit = this.waiting.shift(); unit !== undefined; unit = this.waiting.shift()) {
      const task = new ThoughtTask(unit, this.context.report);
      const said = await this.think(unit, task);
      if (this.context.signal.aborted) return;
      task.done(said);
      if (said.outcome !== "skipped") this.remember(unit, said.text, task.spokenTokens);
      // What the words of the prompt are in tokens, the model's server alone knows.
      const window = { heldTokens: null, evictedTokens: this.memory.evictedTokens };
      this.context.report({ type: "unit.done", unit: unit.unit, ...window });
    }
    this.isThinking = false;
    this.onIdle();
  }

  private async think(unit: SeenUnit, task: ThoughtTask): Promise<Said> {
    const { options, reachability, signal } = this.context;
    if (unit.still) return skipped("still");
    if (options.skipLate && this.waiting.length > 0) return skipped("late");
    const { health } = this.context.model;
    if (!health.up) {
      reachability.fails(health.cause);
      return skipped("unavailable");
    }
    try {
      const said = await this.decideAndSay(unit, task);
      reachability.works();
      return said;
    } catch (error) {
      if (signal.aborted) return skipped("unavailable");
      if (!(error instanceof RemoteError)) throw error;
      if (error.code !== "over_budget") reachability.fails(error);
      if (isRefusal(error)) this.context.refused(error, unit.visual);
      // What was told cannot be taken back.
      if (task.said !== "") return { outcome: "incomplete", text: task.said };
      return skipped(error.code === "over_budget" ? "limited" : "unavailable");
    }
  }

  private async decideAndSay(unit: SeenUnit, task: ThoughtTask): Promise<Said> {
    const { model, options } = this.context;
    const { instructions, temperature, seed } = options;
    const prompt: PromptContext = {
      instructions,
      visual: unit.visual,
      thoughts: this.memory.text,
      nowMs: unit.mediaTimeMs,
    };
    const request = { temperature, seed, signal: this.context.signal, urgent: false };
    const { speak, silent } = SPEAK_OR_SILENT;
    const messages = decisionPrompt(prompt, SPEAK_OR_SILENT);
    const choice = await model.choose({ ...request, messages, maxTokens: 1 }, [speak, silent]);
    task.usage.add(choice.usage);
    if (!this.speaking.decide(scoreOf(choice, speak, silent)).speak) return skipped("nothing_new");
    let said = await this.say(prompt, task);
    const mayBeCopy = said.repeated && this.memory.textForThought !== "";
    this.memory.heard(said.repeated);
    // What only repeats what it was shown says nothing about the unit.
    if (mayBeCopy) said = await this.say(prompt, task);
    this.speaking.heard(said.repeated);
    if (said.repeated) return skipped("repeated");
    return { outcome: said.whole ? "completed" : "incomplete", text: task.said };
  }

  /** Tells a thought about a unit. `repeated`: nothing was told, because it said nothing new. */
  private async say(
    prompt: PromptContext,
    task: ThoughtTask,
  ): Promise<{ repeated: boolean; whole: boolean }> {
    const { temperature, seed, thoughtTokens } = this.context.options;
    const text = new ThoughtText(this.memory.thoughts.map((thought) => thought.text));
    const messages = thoughtPrompt({ ...prompt, thoughts: this.memory.textForThought });
    const request = { messages, temperature, seed, signal: this.context.signal, urgent: false };
    const { finish, usage } = await this.context.model.chat(
      { ...request, maxTokens: thoughtTokens },
      (delta) => task.say(text.add(delta)),
    );
    task.usage.add(usage);
    task.spokenTokens = usage.generated;
    const { rest, repeated, whole } = text.end(finish === "length");
    task.say(rest);
    return { repeated: repeated || task.said === "", whole };
  }

  private remember({ mediaTimeMs }: SeenUnit, text: string, tokens: number): void {
    this.memory.add({ mediaTimeMs, text, tokens });
  }
}

/** Whether a server has found fault with a prompt, so that the same would be refused again. */
function isRefusal({ code, passing }: RemoteError): boolean {
  const codes = ["remote_failed", "remote_context_too_short", "remote_too_many_images"];
  return !passing && codes.includes(code);
}

function skipped(skipReason: SkipReason): Said {
  return { outcome: "skipped", skipReason };
}

/** The log-odds of speaking. Infinite when the server told only what was chosen; null when that was neither. */
function scoreOf(
  { logprobs, chosen }: Awaited<ReturnType<RemoteModel["choose"]>>,
  speak: string,
  silent: string,
): number | null {
  if (logprobs !== null) return logprobs[speak]! - logprobs[silent]!;
  if (chosen === speak) return Number.POSITIVE_INFINITY;
  return chosen === silent ? Number.NEGATIVE_INFINITY : null;
}
