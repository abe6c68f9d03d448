import { Template } from "@huggingface/jinja";
import { ModelError } from "./errors.ts";

export interface ChatTemplateOptions {
  /** The template, in Jinja. */
  readonly source: string;
  /** Texts of special tokens that a template may name, such as `bos_token`. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** How the video stands in a message, see `FamilyVision.placeholder`; null for a model without eyes. */
  readonly placeholder: { readonly content: object; readonly rendered: string } | null;
  /** What the model is told once and for all. It does not depend on the user. */
  readonly role: string;
}

/** What stands before and after a text of the user's. What comes after it ends where the model speaks. */
export interface Around {
  readonly before: string;
  readonly after: string;
}

interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string | readonly object[];
}

/** What the user and the model say in turn: the user begins and ends. */
type Talk = readonly string[];

interface Shape {
  readonly prefix: string;
  readonly opening: Around;
  readonly turn: Around;
}

/** How messages may be written: parts are a list or a text, and the role is a message of its own or the user's words. */
interface Form {
  readonly parts: boolean;
  readonly system: boolean;
}

const FORMS: readonly Form[] = [
  { parts: true, system: true },
  { parts: false, system: true },
  { parts: true, system: false },
  { parts: false, system: false },
];

/** Conversations on which it is tried whether the cuts hold. */
const TRIALS: readonly Talk[] = [
  ["Look at this."],
  ["Watch the door.\n\nWhat happens?", "A man comes in.", "And now?"],
  ["1", "2", "3", "4", "5", "6", "7"],
  ["¿Qué ves? 😀", "Ein Hund läuft.", "Say more: a, b — c.", "It sleeps.", "Answer this\nquestion."],
];

/**
 * A checkpoint's own chat template, cut into what the engine feeds:
 *
 * - `prefix`: all up to the video. With a role of the system it holds the role's text, and nothing of the user's.
 * - `opening`: what the user says first, from the video to the first place where the model speaks.
 * - `turn`: from the end of something that the model said to the next place where it speaks.
 *
 * So `prefix + video + opening(a) + said + turn(b) + said …` is what the template makes of that conversation. The cuts
 * are found by rendering conversations and comparing them, and are then tried on others.
 */
export class ChatTemplate {
  /** All up to the video, or, for a model without eyes, up to the user's first words. */
  readonly prefix: string;
  /** Around the user's first words. `before` begins right behind the video. */
  readonly opening: Around;
  /** Around later words of the user's. `before` begins right behind what the model said, and ends its turn. */
  readonly turn: Around;
  private readonly template: Template;

  /** @throws {ModelError} `template_unusable` when it is no Jinja, or when a conversation cannot be cut so */
  constructor(private readonly options: ChatTemplateOptions) {
    try {
      this.template = new Template(options.source);
    } catch (error) {
      throw unusable(`it cannot be read (${(error as Error).message})`, error);
    }
    const { prefix, opening, turn } = this.cut();
    this.prefix = prefix;
    this.opening = opening;
    this.turn = turn;
  }

  /** The first form in which the cuts hold. */
  private cut(): Shape {
    const reasons = new Set<string>();
    for (const form of FORMS) {
      try {
        const shape = this.find(form);
        for (const talk of TRIALS) this.try(form, shape, talk);
        return shape;
      } catch (error) {
        reasons.add((error as Error).message);
      }
    }
    throw unusable([...reasons].join("; or "));
  }

  /** @throws {Error} when what is looked for is not there */
  private find(form: Form): Shape {
    const marks = ["[first]", "[answer]", "[second]", "[reply]", "[third]"];
    const whole = this.render(form, marks);
    const video = this.options.placeholder === null ? null : once(whole, this.options.placeholder.rendered);
    const [first, answer, second, , third] = marks.map((mark) => once(whole, mark));
    const start = video?.end ?? first!.start;
    if (start > first!.start) throw new Error("the video does not stand before what the user says about it");
    const role = once(whole, this.options.role);
    if (form.system && role.start > start) throw new Error("the system's words stand behind the video");
    const asks = (talk: Talk, end: number) => this.render(form, talk).slice(end);
    return {
      prefix: whole.slice(0, video?.start ?? start),
      opening: { before: whole.slice(start, first!.start), after: asks(marks.slice(0, 1), first!.end) },
      turn: { before: whole.slice(answer!.end, second!.start), after: whole.slice(third!.end) },
    };
  }

  /**
   * Compares what the cuts make of a conversation with what the template makes of it. White space right before what the
   * model says may be missing in the cuts: then the model says it itself.
   */
  private try(form: Form, { prefix, opening, turn }: Shape, talk: Talk): void {
    const whole = this.render(form, talk);
    let at = 0;
    const expect = (text: string) => {
      if (!whole.startsWith(text, at)) {
        const found = JSON.stringify(whole.slice(at, at + 60));
        throw new Error(`it writes ${found} where ${JSON.stringify(text.slice(0, 60))} is expected`);
      }
      at += text.length;
    };
    expect(prefix + (this.options.placeholder?.rendered ?? ""));
    talk.forEach((said, index) => {
      if (index % 2 === 1) {
        at += /^\s*/u.exec(whole.slice(at))![0].length;
        expect(said);
      } else {
        const { before, after } = index === 0 ? opening : turn;
        expect(before + said + after);
      }
    });
    if (at < whole.length) throw new Error(`it ends with ${JSON.stringify(whole.slice(at, at + 60))}`);
  }

  private render({ parts, system }: Form, talk: Talk): string {
    const { placeholder, role, tokens } = this.options;
    const content = (texts: readonly string[], video: boolean): Message["content"] => {
      if (!parts && video) throw new Error("its messages have no place for a video");
      const said = texts.map((text) => ({ type: "text", text }));
      return parts ? [...(video ? [placeholder!.content] : []), ...said] : texts.join("");
    };
    const messages: Message[] = system ? [{ role: "system", content: content([role], false) }] : [];
    talk.forEach((said, index) => {
      const first = index === 0;
      const texts = first && !system ? [`${role}\n\n`, said] : [said];
      const video = first && placeholder !== null;
      messages.push({ role: index % 2 === 0 ? "user" : "assistant", content: content(texts, video) });
    });
    const more = { tools: null, documents: null, add_vision_id: false, enable_thinking: false };
    return this.template.render({ ...tokens, ...more, messages, add_generation_prompt: true });
  }
}

/** Where a text stands that must be there once. */
function once(whole: string, text: string): { start: number; end: number } {
  const start = whole.indexOf(text);
  if (start < 0) throw new Error(`it leaves out ${JSON.stringify(text.slice(0, 60))}`);
  if (whole.includes(text, start + 1)) throw new Error(`it repeats ${JSON.stringify(text.slice(0, 60))}`);
  return { start, end: start + text.length };
}

function unusable(why: string, cause?: unknown): ModelError {
  return new ModelError(
    "template_unusable",
    `The checkpoint's chat template cannot be used: ${why}. A conversation must be a prefix, the video, and turns that follow each other. Use another checkpoint, or correct chat_template in its bundle.json.`,
    cause,
  );
}
