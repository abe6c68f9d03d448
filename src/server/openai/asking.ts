import type { ModelInfo } from "../../engine/mod.ts";
import { MAX_QUESTION_CHARS } from "../../protocol/mod.ts";
import { HttpProblem } from "../http/http-problem.ts";
import { type MediumUrl, mediaOf, type Turn, textOf } from "./turns.ts";

/** What names a live stream, as a model or as a video. */
const STREAM = "stream:";

/** How an answer is to be made. What is undefined is as the model has it. */
export interface AnswerWishes {
  readonly temperature?: number | undefined;
  readonly seed?: number | undefined;
  /** Most tokens of the answer. */
  readonly answerTokens?: number | undefined;
}

/** A question to a model, and what it is about. */
export interface Asking {
  /** Id of the live stream that is asked; null: what was sent is asked about. */
  readonly stream: string | null;
  readonly question: string;
  /** What was sent, in order; empty when a live stream is asked. */
  readonly media: readonly MediumUrl[];
  /** For a model that takes them; null: none. */
  readonly instructions: string | null;
  readonly wishes: AnswerWishes;
  /** For people: what of the request has had no effect. */
  readonly ignored: readonly string[];
}

/** The name that a live stream has as a model. */
export function modelOfStream(id: string): string {
  return `${STREAM}${id}`;
}

/** The live stream that a name of a model or a URL means; null: none. */
export function streamOf(name: string): string | null {
  return name.startsWith(STREAM) ? name.slice(STREAM.length) : null;
}

/**
 * Refuses a model that is not there. A live stream is a model, too; whether it is there is found out when it is asked.
 *
 * @throws {HttpProblem} 404 `model_not_found`
 */
export function requireModel(name: string, model: ModelInfo): void {
  if (name === model.id || streamOf(name) !== null) return;
  const shown = JSON.stringify(name.slice(0, 64));
  const message = `There is no model ${shown} here. Name ${model.id}, or a live stream, such as stream:door. GET /v1/models lists them.`;
  throw new HttpProblem(404, "model_not_found", message, "model");
}

/**
 * Reads a conversation as a question: that of its last user message, about the pictures and videos of all messages.
 *
 * @param param the field of the request in which the conversation stands
 * @throws {HttpProblem} 400 or 404, with the field that is wrong
 */
export function askingOf(
  name: string,
  turns: readonly Turn[],
  model: ModelInfo,
  { wishes = {}, param }: { readonly wishes?: AnswerWishes; readonly param: string },
): Asking {
  requireModel(name, model);
  const question = questionOf(turns, param);
  const media = mediaOf(turns);
  const stream = streamAmong(name, media, param);
  const system = turns.filter(({ role }) => role === "system").map(textOf);
  const instructions = system.join("\n").trim() || null;
  const takesThem = stream === null && model.can.instructions;
  return {
    ...{ stream, question, wishes: stream === null ? wishes : {} },
    media: stream === null ? media : [],
    instructions: takesThem ? instructions : null,
    ignored: [
      ...(instructions !== null && !takesThem ? [noInstructions(stream, model)] : []),
      ...(turns.filter(({ role }) => role !== "system").length > 1 ? [EARLIER] : []),
      ...(stream !== null && Object.values(wishes).some((wish) => wish !== undefined) ? [OWN_WISHES] : []),
    ],
  };
}

const EARLIER =
  "The words of earlier messages: a question is answered by itself, from what there is to see and what was thought about it.";
const OWN_WISHES = "temperature, seed and the most tokens: a live stream has its own.";

function noInstructions(stream: string | null, { id }: ModelInfo): string {
  return stream === null
    ? `The system message: the model ${id} takes no instructions.`
    : "The system message: a live stream has its own instructions.";
}

/** @throws {HttpProblem} 400 */
function questionOf(turns: readonly Turn[], param: string): string {
  const last = turns.findLast(({ role }) => role === "user");
  const question = last === undefined ? "" : textOf(last);
  if (question === "") {
    const message = "The last message of the user asks nothing. Add a text with a question.";
    throw new HttpProblem(400, "question_empty", message, param);
  }
  if (question.length <= MAX_QUESTION_CHARS) return question;
  const message = `The question has ${question.length} characters. It may have at most ${MAX_QUESTION_CHARS}.`;
  throw new HttpProblem(400, "question_too_long", message, param);
}

/**
 * The live stream that a conversation is about; null: what was sent.
 *
 * @throws {HttpProblem} 400 when it is about several things, or about nothing
 */
function streamAmong(name: string, media: readonly MediumUrl[], param: string): string | null {
  const named = streamOf(name);
  const ids = media.map(({ kind, url }) => (kind === "video" ? streamOf(url) : null));
  const stream = named ?? ids.find((id) => id !== null) ?? null;
  const other = media.find((_, i) => ids[i] !== stream);
  if (stream !== null && other !== undefined) {
    const message = `The stream ${stream} is asked by itself, because it has its own pictures. Leave out other pictures and streams.`;
    throw new HttpProblem(400, "invalid_value", message, other.param);
  }
  if (stream !== null || media.length > 0) return stream;
  const message =
    "There is nothing to look at. Add an image_url or a video_url to a message, or name a live stream as the model, such as stream:door.";
  throw new HttpProblem(400, "nothing_to_see", message, param);
}
