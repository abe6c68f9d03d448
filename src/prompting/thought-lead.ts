/** Marks before a thought: white space, quotes, Markdown, a template's tokens, what is left of a label. */
const MARKS = /^(?:[\s"'“”‘’«»*_`#>~:,;.!?…|–—-]|<\|[^|\s]*\|>|<\/?s>)+/u;
/** `2. `, `0:12 `, `[1:02:03] - `: a list's number, or the time that stands before earlier thoughts. */
const NUMBER =
  /^(?:\d{1,2}[.)]\s+|[[(]?\d{1,2}(?::\d{2}){1,2}[\])]?(?=[\s,–—-]|:\s)|[[(]\d{1,2}(?::\d{2}){1,2}[\])])/u;
const NUMBER_BEGUN = /^[[(]?\d{0,2}(?:[.)]|(?::\d{0,2}){0,2}[\])]?:?)$/u;
const POLITE = ["sure", "sure thing", "certainly", "of course", "okay", "ok", "alright", "absolutely"];
const LABELS = [
  "thought",
  "thoughts",
  "answer",
  "response",
  "narration",
  "observation",
  "note",
  "description",
].concat(
  ["caption", "sentence", "output", "assistant", "commentary", "update"].flatMap((label) => [
    label,
    `${label}s`,
  ]),
);
const LABELLED = ["", "my ", "new ", "the ", "short ", "my new "].flatMap((lead) =>
  LABELS.map((label) => lead + label),
);
const POLITELY = new RegExp(`^(?:${POLITE.join("|")})[!.,:]`, "iu");
const LABEL = new RegExp(`^(?:${LABELLED.join("|")})[*_]*\\s*(?:\\d+\\s*)?:`, "iu");
const HERE = /^here(?:['’]s| is| are)[^.!?\n:]{0,60}:(?=[\s"“*])/iu;
const HERE_BEGUN = /^here(?:['’]s?| is?| are?)?[^.!?\n:]{0,60}:?$/iu;

/** What a text says once its opening phrases are taken off. */
export interface WithoutLead {
  readonly text: string;
  /** Whether what follows could still change `text`, because it may be the beginning of an opening phrase. */
  readonly open: boolean;
  /** Whether a quote was opened, whose end is at the end of the thought. */
  readonly quoted: boolean;
}

/** Takes off what models say before a thought: `Sure! Here is a thought: "…"`, `**Thought:** …`, `- 0:12 …`. */
export function withoutLead(raw: string): WithoutLead {
  let text = raw;
  let quoted = false;
  for (;;) {
    const lead = [MARKS, NUMBER, POLITELY, LABEL, HERE].map((form) => form.exec(text)?.[0]).find(Boolean);
    if (lead === undefined) return { text, open: mayBecomeLead(text), quoted };
    quoted ||= /["“«]/u.test(lead);
    text = text.slice(lead.length);
  }
}

function mayBecomeLead(text: string): boolean {
  const lower = text.toLowerCase();
  if (lower === "" || NUMBER_BEGUN.test(lower) || HERE_BEGUN.test(lower)) return true;
  if (/^<[^>\s]{0,20}$/u.test(lower)) return true;
  const word = lower.replace(/[*_]*\s*\d*\s*$/u, "");
  return (
    "here".startsWith(lower) ||
    [...POLITE, ...LABELLED].some((lead) => lead.startsWith(lower) || lead === word)
  );
}
