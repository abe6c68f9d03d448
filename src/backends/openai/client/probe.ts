import { RemoteError } from "./errors.ts";
import { decodeSpeed, ProbeQuestions, picture, type Timed, text } from "./probe-questions.ts";
import type { PictureCost, PrefixCache, ProbeResult } from "./probe-result.ts";
import type { RemoteModel } from "./remote-model.ts";
import { testPicture } from "./test-picture.ts";

export interface ProbeOptions {
  /** `short`: pictures of two sizes, prefix cache and probabilities. `full`: everything. */
  readonly depth: "short" | "full";
  /** Most time for all of it (ms); what does not fit is not measured. Default: 30 s, or three minutes. */
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
  /** Widths of the pictures to try (px), the smallest first; default: 256, 512 and, in full, 768. */
  readonly sides?: readonly number[];
  /** Called before each measurement with what is measured. */
  readonly onStep?: (what: string) => void;
}

/** An answer about a picture. */
interface Look extends Timed {
  readonly jpeg: Uint8Array;
}

const SIDES = { short: [256, 512], full: [256, 512, 768] };
const BUDGET_MS = { short: 30_000, full: 180_000 };
const DECODED_TOKENS = 32;
const QUESTION = "What is it?";
/** Enough to see by the time whether a prompt was known. */
const LONG_WORDS = 300;
/** Enough for a cache that begins with 1024 tokens, as those of clouds do. */
const VERY_LONG_WORDS = 1300;
/** A prompt that takes less is too quick to see whether it was known. */
const LEAST_VISIBLE_MS = 30;
const LEAST_SHARE = 0.3;
/** Of the time that is left, for one picture. */
const SHARE_OF_THE_REST = 1 / 3;
/**
 * Measures what a server can do. It asks a handful of short questions; on a small model that takes a second or two.
 *
 * @throws {RemoteError} when the server does not answer a plain question; every later failure is told in the result
 */
export async function probe(remote: RemoteModel, options: ProbeOptions): Promise<ProbeResult> {
  return await new Probe(remote, options).run();
}

class Probe {
  private readonly budgetMs: number;
  private readonly budget: AbortSignal;
  private readonly signal: AbortSignal;
  private readonly sides: readonly number[];
  private readonly questions: ProbeQuestions;
  private readonly endsAtMs: number;
  private lastLook: Look | null = null;
  private readonly notMeasured: { what: string; why: string }[] = [];
  constructor(
    private readonly remote: RemoteModel,
    private readonly options: ProbeOptions,
  ) {
    this.sides = options.sides ?? SIDES[options.depth];
    this.budgetMs = options.budgetMs ?? BUDGET_MS[options.depth];
    this.endsAtMs = performance.now() + this.budgetMs;
    this.budget = AbortSignal.timeout(this.budgetMs);
    this.signal = options.signal ? AbortSignal.any([options.signal, this.budget]) : this.budget;
    this.questions = new ProbeQuestions(remote, this.signal);
  }

  async run(): Promise<ProbeResult> {
    const isFull = this.options.depth === "full";
    this.options.onStep?.("a plain question");
    // The first one may find a model that is still being loaded. It is not counted.
    const first = await this.questions.ask([text(this.questions.unseen(1))], 4).catch((error: unknown) => {
      throw this.budget.aborted ? this.tooSlow() : error;
    });
    await this.step("the context", () => this.remote.learnContext(this.signal));
    const decoded = await this.step("the speed of decoding", () => this.questions.longAnswer(DECODED_TOKENS));
    const base = await this.step("the first token", () =>
      this.quickest(() => this.questions.ask([text(QUESTION)], 1)),
    );
    const logprobs = await this.step("probabilities", () => this.logprobs());
    const { pictures, takesImages } = await this.pictures(base);
    // Right after the last picture: a server with one slot knows nothing older.
    const cache = await this.step("the prefix cache", () => this.cache(base));
    const schema = isFull ? await this.step("a JSON schema", () => this.schema()) : null;
    const prefill = isFull ? await this.step("the speed of prefill", () => this.prefill(base)) : null;
    const parallel = isFull ? await this.step("requests at once", () => this.parallel()) : null;
    return {
      model: this.remote.info.id,
      contextTokens: this.remote.info.contextTokens,
      streams: decoded === null || decoded.usage.generated < 2 ? null : decoded.pieces > 1,
      reasons: first.reasoned || (decoded?.reasoned ?? false),
      takesImages,
      pictures,
      cache,
      logprobs,
      schema,
      firstTokenMs: base?.firstMs ?? null,
      prefillTokensPerS: prefill,
      decodeTokensPerS: decoded === null ? null : decodeSpeed(decoded),
      parallel,
      notMeasured: this.notMeasured,
    };
  }

  /** Of two in full: a busy machine disturbs one more often than both. */
  private async quickest<T extends Timed>(ask: () => Promise<T>): Promise<T> {
    const one = await ask();
    if (this.options.depth === "short") return one;
    const two = await ask();
    return two.firstMs < one.firstMs ? two : one;
  }

  /** From the smallest on. What would take a large part of the time that is left is not tried. */
  private async pictures(
    base: Timed | null,
  ): Promise<{ pictures: readonly PictureCost[]; takesImages: boolean | null }> {
    const pictures: PictureCost[] = [];
    for (const side of this.sides) {
      const what = `a picture of ${side} px`;
      const before = pictures.at(-1);
      const expectedMs = before === undefined ? 0 : before.ms * (side / before.side) ** 2;
      if (expectedMs > (this.endsAtMs - performance.now()) * SHARE_OF_THE_REST) {
        this.notMeasured.push({ what, why: "It would take too much of the time for measuring." });
        continue;
      }
      const answer = await this.step(what, () => {
        return this.quickest(() => this.look(side)).catch((error: unknown) => {
          if (error instanceof RemoteError && error.code === "remote_no_images") return "none" as const;
          throw error;
        });
      });
      if (answer === "none") return { pictures: [], takesImages: false };
      if (answer === null) continue;
      const counts = answer.usage.prompt > 0 && base !== null && base.usage.prompt > 0;
      const tokens = counts ? Math.max(0, answer.usage.prompt - base.usage.prompt) : null;
      pictures.push({ side, tokens, ms: Math.max(0, answer.firstMs - (base?.firstMs ?? 0)) });
    }
    return { pictures, takesImages: pictures.length > 0 ? true : this.remote.info.takesImages };
  }

  private async look(side: number): Promise<Look> {
    const jpeg = await testPicture(side, this.questions.number());
    const answer = await this.questions.ask([picture(jpeg), text(QUESTION)], 1);
    this.lastLook = { jpeg, ...answer };
    return this.lastLook;
  }

  private async cache(base: Timed | null): Promise<PrefixCache | null> {
    const last = this.lastLook;
    if (last !== null) {
      const added = await testPicture(this.sides[0]!, this.questions.number());
      const { usage } = await this.questions.ask([picture(last.jpeg), picture(added), text(QUESTION)], 1);
      const known = share(usage.cached, last.usage.prompt);
      if (known?.works) return known;
      if (known) return await this.cacheOfText(VERY_LONG_WORDS, base);
    }
    return await this.cacheOfText(LONG_WORDS, base);
  }

  /** Sends a long text twice. */
  private async cacheOfText(words: number, base: Timed | null): Promise<PrefixCache | null> {
    const long = [text(this.questions.unseen(words))];
    const before = await this.questions.ask(long, 1);
    const after = await this.questions.ask(long, 1);
    const known = share(after.usage.cached, before.usage.prompt);
    if (known !== null) return known;
    const prefillMs = before.firstMs - (base?.firstMs ?? 0);
    if (prefillMs >= LEAST_VISIBLE_MS)
      return { works: after.firstMs < before.firstMs - prefillMs / 2, share: null };
    const why = "The server does not count what was in its cache, and is too quick to tell it by the time.";
    this.notMeasured.push({ what: "the prefix cache", why });
    return null;
  }

  private async logprobs(): Promise<number | null> {
    await this.remote.choose(this.questions.request([text("Is the sky blue? Answer yes or no.")], 1), [
      "yes",
      "no",
    ]);
    return this.remote.listedProbabilities;
  }

  private schema(): Promise<boolean> {
    const request = this.questions.request([text("Is the sky blue? Answer with JSON.")], 1);
    return this.remote.knowsSchema(request, ["yes", "no"]);
  }

  private async prefill(base: Timed | null): Promise<number | null> {
    const { usage, times, firstMs } = await this.questions.ask([text(this.questions.unseen(LONG_WORDS))], 1);
    if (times !== null && times.prefillMs > 0) return (times.prefillTokens / times.prefillMs) * 1000;
    const tokens = usage.prompt - (usage.cached ?? 0) - (base?.usage.prompt ?? 0);
    const ms = firstMs - (base?.firstMs ?? 0);
    return tokens > 0 && ms > 1 ? (tokens / ms) * 1000 : null;
  }

  private async parallel(): Promise<number> {
    const ask = () =>
      this.questions.ask([text(`${this.questions.unseen(20)} ${this.questions.longOne}`)], DECODED_TOKENS);
    const one = await ask();
    const startedAt = performance.now();
    const two = await Promise.all([ask(), ask()]);
    const bothMs = performance.now() - startedAt;
    const tokens = (two[0].usage.generated + two[1].usage.generated) / 2;
    // An answer may be shorter than another.
    return bothMs / one.wholeMs / (tokens / Math.max(1, one.usage.generated));
  }

  private async step<T>(what: string, run: () => Promise<T>): Promise<T | null> {
    try {
      this.signal.throwIfAborted();
      this.options.onStep?.(what);
      return await run();
    } catch (error) {
      this.options.signal?.throwIfAborted();
      if (!this.budget.aborted && !(error instanceof RemoteError)) throw error;
      const why = error instanceof RemoteError ? error.message : "The time for measuring was up.";
      this.notMeasured.push({ what, why });
      return null;
    }
  }

  private tooSlow(): RemoteError {
    const seconds = Math.round(this.budgetMs / 1000);
    const text = `The model ${this.remote.info.id} did not answer a plain question within ${seconds} s. Try again when it is loaded, or take a smaller one.`;
    return new RemoteError("remote_slow", text);
  }
}

/** null: the server does not count. */
function share(cached: number | null, before: number): PrefixCache | null {
  if (cached === null || before === 0) return null;
  const known = Math.min(1, cached / before);
  return { works: known >= LEAST_SHARE, share: known };
}
