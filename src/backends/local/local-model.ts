import type { ModelInfo, TaskDone } from "../../engine/mod.ts";
import type { Frame, PictureSize, Scaling } from "../../ingest/mod.ts";
import { type Bundle, Counting, QuestionNotes, TextCodec } from "../../models/mod.ts";
import type { Looks } from "../../reasoner/mod.ts";
import { describeModel } from "./describe-model.ts";

/** What the main thread must know about a model that runs on this machine, whatever its architecture. */
export interface LocalModel {
  readonly info: ModelInfo;
  /** How it was decided that it looks; null for a model that leaves no choice. */
  readonly looks: Looks | null;
  /** Tokens of a question. */
  encode(question: string): readonly number[];
  /** The size to which a frame is scaled (px), and how. */
  scaling(frame: Frame): { readonly size: PictureSize; readonly scaling?: Scaling };
  /** Adds to an answer what the model's bundle has to say about it. */
  annotate(question: string, answer: TaskDone): TaskDone;
  /** Adds to a thought what the model's bundle has to say about it. */
  annotateThought(thought: TaskDone): TaskDone;
}

/** A model that was taught to think while it sees. */
export class TaughtLocalModel implements LocalModel {
  readonly info: ModelInfo;
  readonly looks = null;
  private readonly codec: TextCodec;
  private readonly notes: QuestionNotes;
  private readonly counting: Counting;

  /** @throws {ModelError} when its tokens do not fit */
  constructor(bundle: Bundle) {
    this.info = describeModel(bundle);
    this.codec = new TextCodec(bundle);
    this.notes = new QuestionNotes(bundle.manifest, this.codec);
    this.counting = new Counting(bundle.manifest, this.codec);
  }

  encode(question: string): readonly number[] {
    return this.codec.encode(question);
  }

  scaling(): { readonly size: PictureSize } {
    const { width, height } = this.info;
    return { size: { width, height } };
  }

  annotate(question: string, answer: TaskDone): TaskDone {
    const { cannotAnswer, exampleQuestions: examples } = this.info;
    const isUnanswerable = cannotAnswer !== null && answer.text === cannotAnswer;
    const unanswerable = isUnanswerable
      ? { unknownWords: this.codec.unknownWords(question), examples }
      : null;
    const note = isUnanswerable || answer.text === "" ? null : this.notes.on(question);
    const isCount = answer.outcome === "completed" && this.counting.isCount(question, answer.text);
    return { ...answer, unanswerable, note, isCount };
  }

  annotateThought(thought: TaskDone): TaskDone {
    if (thought.text === "") return thought;
    return { ...thought, overlooked: this.counting.whyOverlooked(thought.text) };
  }
}
