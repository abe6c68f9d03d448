import { type Estimate, estimate } from "../lib/estimate.ts";
import type { LabelledQuestion, QuestionFamily } from "../lib/labelled-clips.ts";
import { commonest } from "./guesses.ts";
import type { ScoredClip } from "./scored-clip.ts";

/** A question, what was answered, and whether that is right. */
export interface Answered {
  /** Place of its clip among all. */
  readonly clip: number;
  readonly question: LabelledQuestion;
  readonly family: QuestionFamily;
  readonly said: string;
  readonly right: boolean;
}

export interface AnswerScores {
  readonly name: string;
  readonly asked: number;
  readonly right: Estimate;
  /** What the commonest true answer of each kind would score; of durations, the best single one. */
  readonly majority: number;
  /** Share of them that were answered with "i cannot tell". */
  readonly cannotTell: number;
}

/** A duration is right within so long of the truth (s). */
const DURATION_TOLERANCE_S = 1;

const CANNOT_TELL = /^i cannot tell/;

/** Seconds that an answer says: `12 seconds`, `1 minute 5 seconds`; null where it says none. */
export function parseSeconds(text: string): number | null {
  const minutes = /(\d+(?:\.\d+)?) ?minutes?\b/.exec(text);
  const seconds = /(\d+(?:\.\d+)?) ?seconds?\b/.exec(text);
  if (minutes === null && seconds === null) return null;
  return 60 * Number(minutes?.[1] ?? 0) + Number(seconds?.[1] ?? 0);
}

/** Word for word; a duration when it is within a second of the true one. */
export function isRight(question: LabelledQuestion, said: string): boolean {
  const truth = question.seconds ?? null;
  if (truth === null) return said === question.answer;
  const seconds = parseSeconds(said);
  return seconds !== null && Math.abs(seconds - truth) <= DURATION_TOLERANCE_S;
}

/** Labels without families: what counts is counting. */
function familyOf({ family, kind }: LabelledQuestion): QuestionFamily {
  return family ?? (kind.startsWith("count") ? "counting" : "other");
}

/** Whether the only right answer is that it cannot be told: those are kept apart. */
export function isUnanswerable({ kind, answer }: LabelledQuestion): boolean {
  return kind === "cannot tell" || CANNOT_TELL.test(answer);
}

/** All questions of some clips with their answers. */
export function answered(clips: readonly ScoredClip[]): Answered[] {
  return clips.flatMap(({ clip, narration }, i) =>
    clip.questions.map((question, q) => {
      const said = narration.answers[q] ?? "";
      return { clip: i, question, family: familyOf(question), said, right: isRight(question, said) };
    }),
  );
}

/** @param clips how many there are, whether or not they have such questions */
export function scoreAnswers(name: string, some: readonly Answered[], clips: number): AnswerScores {
  const [right, asked] = [new Array<number>(clips).fill(0), new Array<number>(clips).fill(0)];
  for (const one of some) {
    asked[one.clip]! += 1;
    if (one.right) right[one.clip]! += 1;
  }
  const sum = (weights: readonly number[], values: readonly number[]) =>
    values.reduce((total, value, i) => total + value * weights[i]!, 0);
  return {
    name,
    asked: some.length,
    right: estimate(clips, (weights) => {
      const all = sum(weights, asked);
      return all === 0 ? Number.NaN : sum(weights, right) / all;
    }),
    majority: majority(some),
    cannotTell: some.filter(({ said }) => CANNOT_TELL.test(said)).length / some.length,
  };
}

/** Share that would be right if each question got the commonest true answer of its kind; NaN of nothing. */
export function majority(some: readonly Answered[]): number {
  const kinds = new Set(some.map(({ question }) => question.kind));
  const right = [...kinds].reduce((sum, kind) => {
    const questions = some.map(({ question }) => question).filter((question) => question.kind === kind);
    return sum + bestConstant(questions);
  }, 0);
  return right / some.length;
}

/** How many questions of a kind one and the same answer gets right. */
function bestConstant(questions: readonly LabelledQuestion[]): number {
  const count = (said: string) => questions.filter((question) => isRight(question, said)).length;
  if (questions.every(({ seconds }) => (seconds ?? null) === null))
    return count(commonest(questions, ({ answer }) => answer)?.answer ?? "");
  const answers = new Set(
    questions.map(({ answer, seconds }) => (seconds == null ? answer : `${seconds} seconds`)),
  );
  return Math.max(...[...answers].map(count));
}
