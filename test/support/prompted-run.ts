import { KvMemory, type KvStore, type SlotRange, TextCache, type UnitPlace } from "../../src/cache/mod.ts";
import { ChatTemplate, CheckpointCodec } from "../../src/models/mod.ts";
import { type Policy, PromptedTurns, type Thinker, ThinkerContext } from "../../src/reasoner/mod.ts";
import { block, SMALL } from "./kv.ts";
import { ReportLog } from "./report-log.ts";
import { TINY_SPECIALS, tinyTokenizer } from "./tiny-tokenizer.ts";

const TEMPLATE = `{% for m in messages %}{{ {'user': '<|user|>', 'assistant': '<|model|>', 'system': 'System: '}[m.role] }}{% for part in m.content %}{{ part.text if part.type == 'text' else '<|video|>' }}{% endfor %}<|end|>{% endfor %}{% if add_generation_prompt %}<|model|>{% endif %}`;

const tokenizer = tinyTokenizer([
  " speak",
  " silent",
  "Speak",
  "Silent",
  " a",
  " the",
  " man",
  " Answer",
  "走",
]);

/** The codec of a tiny byte-level tokenizer. `<|end|>` ends what the model says. */
export const codec = new CheckpointCodec({
  tokenizer,
  dir: "tiny",
  vocabulary: tokenizer.vocabulary,
  endTokens: [
    new CheckpointCodec({ tokenizer, dir: "", vocabulary: tokenizer.vocabulary, endTokens: [] }).id(
      "<|end|>",
    ),
  ],
});

export const template = new ChatTemplate({
  source: TEMPLATE,
  placeholder: { content: { type: "video" }, rendered: "<|video|>" },
  role: "You watch.",
});

/** Text of tokens, in which special ones are written by their names. */
export function written(ids: readonly number[]): string {
  const names = new Map(TINY_SPECIALS.map((name) => [codec.id(name), name]));
  const decoder = codec.decoder();
  const text = (id: number) => (names.has(id) ? decoder.end() + names.get(id) : decoder.add(id));
  return ids.map(text).join("") + decoder.end();
}

/** What a scripted model sees: the text of a thinker, up to the token behind which it speaks. */
export interface Heard {
  /** The newest unit that it looks at. */
  readonly unit: number;
  /** What the user said last. */
  readonly request: string;
  /** Tokens that the model has said since. */
  readonly said: readonly number[];
  /** All of it, as {@link written}. */
  readonly text: string;
}

/** What a scripted model says: the whole text of its turn, or how much it would rather say some tokens. */
export type Script = (heard: Heard) => string | ReadonlyMap<number, number>;

/**
 * Runs thinkers whose model is a script, in a real C_r: into the slot of each token its id is written as keys and values,
 * and what the model sees is read from the slots of the token's row.
 */
export class PromptedRun {
  readonly log = new ReportLog();
  readonly sink = { now: () => performance.now(), report: this.log.add };
  readonly turns: PromptedTurns;
  readonly context: ThinkerContext;
  readonly places: UnitPlace[] = [];
  /** What was fed, step by step. */
  readonly fed: { readonly policy: Policy; readonly tokens: readonly number[] }[] = [];
  private readonly model = codec.id("<|model|>");

  constructor(
    private readonly script: Script,
    { instructions = null as string | null, windowTokens = 4000, groupTokens = 2000 } = {},
  ) {
    this.turns = new PromptedTurns(template, codec, instructions);
    const memory = new KvMemory();
    const text = new TextCache({ memory, shape: SMALL, sinkTokens: 500, windowTokens, groupTokens });
    const { places } = this;
    const reader = {
      get newest() {
        return places.length - 1;
      },
      place: (unit: number) => places[unit] ?? null,
      look: () => () => [],
    };
    this.context = new ThinkerContext(reader, text);
  }

  /** A unit of one second is seen. */
  show(): void {
    const unit = this.places.length;
    this.places.push({ unit, mediaTimeMs: unit * 1000 });
  }

  /** Lets a thinker take one step. Returns false when it has nothing to do. */
  step(thinker: Thinker, spare = 0): boolean {
    const { demand } = thinker;
    if (demand === 0) return false;
    const { tokens, rows, wanted = 0 } = thinker.prepare(spare);
    this.fed.push({ policy: thinker.policy, tokens: tokens as number[] });
    tokens.forEach((id, i) => {
      rows[i]!.store.write(rows[i]!.slot, block(SMALL, [id as number]));
    });
    const { from } = thinker.policy.next()!;
    const logits = rows.map(({ segments }, row) => {
      if (row < wanted) return new Float32Array();
      const seen = segments.flatMap(({ store, ranges }) => slots(ranges).map((slot) => tokenAt(store, slot)));
      return this.answer(seen, from.unit);
    });
    thinker.accept(logits);
    return true;
  }

  /** Lets a thinker work until it has nothing to do. */
  settle(thinker: Thinker, spare = 0): void {
    for (let steps = 0; this.step(thinker, spare); steps++) {
      if (steps > 5000) throw new Error("The thinker does not come to an end.");
    }
  }

  /** Tokens that a context holds, in their order. */
  held(context = this.context): number[] {
    const [row] = context.rows({ unit: 0, mediaTimeMs: 0 }, 1);
    const all = row!.segments.flatMap(({ store, ranges }) => slots(ranges).map((slot) => ({ store, slot })));
    // The last one is where the next token goes.
    return all.slice(0, -1).map(({ store, slot }) => tokenAt(store, slot));
  }

  private answer(seen: readonly number[], unit: number): Float32Array {
    const logits = new Float32Array(codec.vocabulary);
    const at = seen.lastIndexOf(this.model);
    if (at < 0) return logits;
    const said = seen.slice(at + 1);
    const text = written(seen);
    const before = written(seen.slice(0, at));
    const request = before
      .split("<|user|>")
      .at(-1)!
      .replace(/<\|end\|>$/, "");
    const says = this.script({ unit, request, said, text });
    if (typeof says === "string") {
      const ids = codec.encode(says);
      logits[ids[said.length] ?? [...codec.ends][0]!] = 10;
    } else for (const [id, logit] of says) logits[id] = logit;
    return logits;
  }
}

/** The token whose id was written to a slot. */
function tokenAt(store: KvStore, slot: number): number {
  return store.memory.floats[store.valueAddress(slot) / 4]! / 64;
}

function slots(ranges: readonly SlotRange[]): number[] {
  return ranges.flatMap(({ slot, count }) => Array.from({ length: count }, (_, i) => slot + i));
}
