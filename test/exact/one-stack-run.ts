import { largestAxis, minus, type Position, plus, type UnitPlace } from "../../src/cache/mod.ts";
import {
  type Checkpoint,
  CheckpointCodec,
  EmbeddingTable,
  type FamilyVision,
  familyRuntime,
  type PictureSize,
} from "../../src/models/mod.ts";
import {
  type CheckpointRunner,
  type NarratorPolicy,
  openCheckpointThinkers,
  ReasonerStream,
  type ReasoningOptions,
  type Schedulable,
  Scheduler,
  SLACK_UNITS,
  Thinker,
} from "../../src/reasoner/mod.ts";
import type { EncodedUnit } from "../../src/vision/mod.ts";
import { random } from "../support/random.ts";
import { ReportLog } from "../support/report-log.ts";
import type { HistoryToken, Sight } from "./masked-dense.ts";

/** The logits that were chosen from, and the token of the history behind which they stand. */
export interface RecordedLogits {
  readonly token: number;
  readonly logits: Float32Array;
}

interface VisualUnit extends UnitPlace {
  readonly nodes: readonly number[];
  readonly positions: readonly Position[];
  /** Where what follows it begins. */
  readonly end: Position;
}

/** A thinker's text: token by token, which one of the history it is and where it stands. */
interface Told {
  readonly nodes: number[];
  readonly positions: number[];
  /** Tokens of the sink, and number of the oldest token of the window, when the newest one was fed. */
  held: { readonly sink: number; readonly oldest: number };
}

export interface OneStackOptions {
  readonly windowUnits: number;
  readonly textWindowTokens: number;
  readonly instructions: string | null;
  readonly seed: number;
}

const UNIT_MS = 1000;
const NOTHING: Told = { nodes: [], positions: [], held: { sink: 0, oldest: 0 } };

/**
 * A stream of a checkpoint on the real caches, thinkers, scheduler and graphs, driven step by step in this thread. Beside
 * it the whole history is written down with what each token is meant to see: from the rules of the windows, not from the
 * caches. Only how much of its own text a thinker still holds is taken from its rows.
 */
export class OneStackRun {
  readonly log = new ReportLog();
  readonly history: HistoryToken[] = [];
  /** Ids of the tokens of the history; null for visual ones. */
  readonly ids: (number | null)[] = [];
  readonly recorded: RecordedLogits[] = [];
  /** Thinkers and prefills that took a step together, at the most. */
  widest = 0;
  private readonly vision: FamilyVision;
  private readonly codec: CheckpointCodec;
  private readonly embeddings: EmbeddingTable;
  private readonly stream: ReasonerStream;
  private readonly scheduler: Scheduler<{ thinkers(): readonly Schedulable[] }>;
  private readonly below: (below: number) => number;
  private readonly units: VisualUnit[] = [];
  private readonly told = new Map<Thinker, Told>();
  private readonly prefix: readonly number[];
  private prefixNodes: number[] = [];
  private sent = 0;
  /** Units that have come and have not begun. */
  private readonly waiting: EncodedUnit[] = [];
  /** Tokens of each thinker before the step that is running. */
  private before = new Map<Thinker, number>();
  private narration: Thinker | null = null;
  private end: Position;
  /** Everybody of the step that is running. */
  private all: readonly Schedulable[] = [];
  /** The newest unit to which slots have been given. */
  private begunUnit = -1;
  private fromOfStep = new Map<Thinker, UnitPlace | undefined>();
  private lastLogits: readonly (readonly Float32Array[])[] = [];
  private lastMs = 0;
  private asked = 0;

  constructor(
    private readonly checkpoint: Checkpoint,
    runner: CheckpointRunner,
    private readonly options: OneStackOptions,
  ) {
    const { manifest, tokenizer, dir } = checkpoint;
    this.below = random(options.seed);
    this.vision = familyRuntime(manifest.family).vision(manifest)!;
    const { vocabulary } = manifest.transformer;
    this.codec = new CheckpointCodec({ tokenizer, dir, vocabulary, endTokens: manifest.end_tokens });
    this.embeddings = new EmbeddingTable(checkpoint);
    const sink = { now: () => 0, report: this.log.add };
    const { prefix, makeThinkers } = openCheckpointThinkers(checkpoint, runner.memory);
    const units = manifest.cache.visual_sink_units + options.windowUnits;
    this.prefix = prefix({ units, unitMs: UNIT_MS });
    this.end = this.prefix.length;
    const reasoning: ReasoningOptions = {
      visualWindowUnits: options.windowUnits,
      textWindowTokens: options.textWindowTokens,
      positions: null,
      thoughtTokens: 6,
      answerTokens: 5,
      temperature: 1,
      seed: options.seed,
      instructions: options.instructions,
      recap: null,
      skipLate: false,
      looks: { side: manifest.vision!.sides[0]!, unitMs: UNIT_MS },
      held: false,
    };
    this.stream = new ReasonerStream("stream", false, makeThinkers(reasoning, sink), sink);
    this.scheduler = new Scheduler({
      stepTokens: 32,
      run: async (steps) => {
        const logits = await runner.run(steps);
        this.fromOfStep = new Map(
          [...this.told.keys()].map((thinker) => [thinker, thinker.policy.next()?.from]),
        );
        const isBusy = [...this.all].some((each) => !(each instanceof Thinker) && each.demand > 0);
        this.begunUnit = this.stream.newestUnit + (isBusy ? 1 : 0);
        this.lastLogits = logits.map((rows) => rows.map((row) => row.slice()));
        return logits;
      },
      onFailed: (_, error) => {
        throw error;
      },
    });
    this.scheduler.join({ thinkers: () => this.everybody() });
  }

  /** Units that have been admitted. */
  get seen(): number {
    return this.log.all("seen").length;
  }

  /** The sequence that the narrator has told: tokens of the history, without those that were taken back. */
  get chat(): number[] {
    const { nodes } = this.told.get(this.narration!)!;
    const told = nodes.slice(0, this.narration!.context.position);
    return [...this.prefixNodes, ...nodesOf(this.units), ...told].sort((a, b) => a - b);
  }

  /** A unit of random features comes; now and then one that shows nothing new. */
  show(size: PictureSize, gapMs = 0): void {
    const { width, deep_layers } = this.checkpoint.manifest.transformer;
    const unit = this.sent++;
    this.lastMs += UNIT_MS + gapMs;
    const mediaTimeMs = this.lastMs;
    const noise = () =>
      Float32Array.from(
        { length: this.vision.visualTokens(size) * width },
        () => this.below(2000) / 1000 - 1,
      );
    const isStill = unit > 0 && this.below(6) === 0;
    const encoded: EncodedUnit = {
      ...{ unit, mediaTimeMs, size, startedAtMs: 0 },
      firstSeconds: mediaTimeMs / 1000 - 1,
      lastSeconds: mediaTimeMs / 1000 - 0.5,
      x: isStill ? null : noise(),
      deep: isStill ? [] : Array.from({ length: deep_layers }, noise),
    };
    if (this.isInterleaved) this.waiting.push(encoded);
    else this.writeDown(encoded);
    this.stream.receive(encoded);
  }

  ask(text: string): void {
    const task = `answer_${this.asked++}`;
    this.stream.ask({ task, text, tokens: [], when: "now" });
  }

  /** One step of everybody; false when nobody has one. */
  async step(): Promise<boolean> {
    const turns = await this.scheduler.step();
    this.widest = Math.max(this.widest, turns.length);
    turns.forEach(({ thinker, step }, i) => {
      if (!(thinker instanceof Thinker)) return;
      const from = this.fromOfStep.get(thinker)!;
      const before = this.before.get(thinker)!;
      step.tokens.forEach((token, k) => {
        const node = this.writeText(thinker, token as number, before + k, step.rows[k]!, from);
        const logits = this.lastLogits[i]![k]!;
        if (logits.length > 0) this.recorded.push({ token: node, logits });
      });
    });
    return turns.length > 0;
  }

  async settle(): Promise<void> {
    while (await this.step()) {}
  }

  release(): void {
    this.stream.release();
    this.embeddings.close();
  }

  private everybody(): Schedulable[] {
    const all = this.stream.thinkers();
    this.all = all;
    for (const each of all) {
      if (!(each instanceof Thinker) || this.told.has(each)) continue;
      this.narration ??= each;
      // An answerer goes on from what the narrator has told.
      const { position } = each.context;
      const { nodes, positions, held } = this.told.get(this.narration) ?? NOTHING;
      this.told.set(each, { nodes: nodes.slice(0, position), positions: positions.slice(0, position), held });
    }
    // An interleaved unit begins when the narrator is done with the one before it.
    const { current } = this.narration!.policy as NarratorPolicy;
    while (this.waiting.length > 0 && this.waiting[0]!.unit <= current) this.writeDown(this.waiting.shift()!);
    this.before = new Map([...this.told.keys()].map((thinker) => [thinker, thinker.context.position]));
    return all;
  }

  private embed(token: number): Float32Array {
    const x = new Float32Array(this.checkpoint.manifest.transformer.width);
    this.embeddings.read(token, x, 0);
    return x;
  }

  /** Writes a unit into the history, with what its tokens are meant to see. */
  private writeDown(unit: EncodedUnit): void {
    if (this.prefixNodes.length === 0)
      this.prefix.forEach((token, i) => {
        this.prefixNodes.push(this.history.length);
        const sights = [{ others: [...this.prefixNodes], position: i }];
        this.ids.push(token);
        this.history.push({ x: this.embed(token), deep: [], position: i, sights });
      });
    const { unit: index, mediaTimeMs, size, firstSeconds, lastSeconds, x, deep } = unit;
    const thoughts = this.isInterleaved ? this.thoughts() : [];
    if (this.isInterleaved && thoughts.length > 0)
      this.end = Math.max(largestAxis(this.end), thoughts.at(-1)!.position + 1);
    if (x === null) {
      this.units.push({ unit: index, mediaTimeMs, nodes: [], positions: [], end: this.end });
      return;
    }
    const { width } = this.checkpoint.manifest.transformer;
    const encode = (text: string) => this.codec.encode(text);
    const times = { seconds: firstSeconds, lastSeconds };
    const layout = this.vision.layOut({ unit: index, size, ...times, start: this.end }, encode);
    this.end = layout.end;
    const { positions } = layout;
    const nodes: number[] = [];
    const now = { unit: index, mediaTimeMs, nodes, positions, end: layout.end };
    this.units.push(now);
    const window = this.windowOf(now).filter((other) => other !== now);
    const sinks = this.sinksOf(now).filter((other) => other !== now);
    const shift = this.shiftOf(index < this.sinkUnits ? [] : [...window, now]);
    let next = 0;
    layout.tokens.forEach((token, i) => {
      nodes.push(this.history.length);
      const position = positions[i]!;
      const part = (of: Float32Array) => of.subarray(next * width, (next + 1) * width);
      const sights: Sight[] = [
        { others: [...this.prefixNodes, ...nodesOf(sinks)], position: minus(position, shift) },
        { others: [...thoughts.map(({ node }) => node), ...nodesOf(window), ...nodes], position },
      ];
      const features =
        token === null ? { x: part(x), deep: deep.map(part) } : { x: this.embed(token), deep: [] };
      if (token === null) next++;
      this.ids.push(token);
      this.history.push({ ...features, position, sights });
    });
  }

  /** What the narrator holds of its text now. */
  private thoughts(): { node: number; position: number }[] {
    const told = this.told.get(this.narration!)!;
    const { position } = this.narration!.context;
    const { sink, oldest } = told.held;
    const all = told.nodes.map((node, i) => ({ node, position: told.positions[i]! })).slice(0, position);
    return all.filter((_, i) => i < sink || i >= oldest);
  }

  /** @param at number of the token in its thinker's text */
  private writeText(
    thinker: Thinker,
    token: number,
    at: number,
    { segments }: { segments: readonly { ranges: readonly { count: number }[] }[] },
    from: UnitPlace,
  ): number {
    const told = this.told.get(thinker)!;
    const { nodes } = told;
    const node = this.history.length;
    nodes[at] = node;
    nodes.length = at + 1;
    const held = (segment: number) => segments[segment]!.ranges.reduce((sum, { count }) => sum + count, 0);
    const [sinkTokens, windowTokens] = [held(2), held(3)];
    const oldest = windowTokens === 0 ? at + 1 : at - windowTokens + 1;
    told.held = { sink: sinkTokens, oldest };
    // The number of the token among those that are still held: its place when the window closes up to the sink.
    const place = windowTokens === 0 || this.isGrowing ? at : sinkTokens + at - oldest;
    const { windowUnits } = this.options;
    const now = this.units[from.unit]!;
    // A long answer looks from a unit of which the window is overwritten by and by.
    const window = this.windowOf(now).filter(({ unit }) => unit > this.begunUnit - windowUnits - SLACK_UNITS);
    const shift = this.shiftOf(window);
    const sinks = this.sinksOf(now);
    const lastsOf = (units: readonly VisualUnit[], by: Position) =>
      units.flatMap(({ positions }) => positions.map((each) => largestAxis(minus(each, by)) + 1));
    const start = Math.max(this.prefix.length, ...lastsOf(sinks, 0), ...lastsOf(window, shift));
    // In one sequence a token stands right behind its thinker's last one, or behind the unit that has come since.
    const position = this.isInterleaved
      ? Math.max((told.positions[at - 1] ?? -1) + 1, largestAxis(now.end))
      : at;
    const video = this.isInterleaved ? position : start + place;
    told.positions[at] = position;
    told.positions.length = at + 1;
    const sights: Sight[] = [
      { others: [...this.prefixNodes, ...nodesOf(sinks)], position: video },
      { others: nodesOf(window), position: plus(video, shift) },
      { others: nodes.slice(0, sinkTokens), position: this.isInterleaved ? position : place },
      { others: nodes.slice(oldest, at + 1), position },
    ].filter(({ others }) => others.length > 0);
    this.ids.push(token);
    this.history.push({ x: this.embed(token), deep: [], position, sights });
    return node;
  }

  /** The units that are seen from one: a window of units, none of them too old. */
  private windowOf(now: VisualUnit): VisualUnit[] {
    const { windowUnits } = this.options;
    const maxAgeMs = (windowUnits + 0.5) * UNIT_MS;
    return this.units.filter(
      ({ unit, mediaTimeMs }) =>
        unit >= this.sinkUnits &&
        unit <= now.unit &&
        unit > now.unit - windowUnits &&
        now.mediaTimeMs - mediaTimeMs <= maxAgeMs,
    );
  }

  /** The first units, which always stay. */
  private sinksOf(now: VisualUnit): VisualUnit[] {
    return this.units.filter(({ unit }) => unit < this.sinkUnits && unit <= now.unit);
  }

  private get isInterleaved(): boolean {
    return this.checkpoint.manifest.cache.mask === "interleaved";
  }

  private get isGrowing(): boolean {
    return this.checkpoint.manifest.cache.positions === "growing";
  }

  private get sinkUnits(): number {
    return this.checkpoint.manifest.cache.visual_sink_units;
  }

  /** By how much the oldest of some units lies behind the place of the first unit of all. */
  private shiftOf(window: readonly VisualUnit[]): Position {
    if (this.isGrowing) return 0;
    const oldest = window.find(({ positions }) => positions.length > 0);
    const first = this.units.find(({ unit, positions }) => unit >= this.sinkUnits && positions.length > 0);
    return oldest === undefined || first === undefined ? 0 : minus(oldest.positions[0]!, first.positions[0]!);
  }
}

const nodesOf = (units: readonly VisualUnit[]): number[] => units.flatMap(({ nodes }) => nodes);
