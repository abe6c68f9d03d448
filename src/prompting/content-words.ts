/** Words that say nothing of their own about a picture. Words that turn a meaning round, such as `not`, are no such words. */
const STOP = new Set(
  (
    "a an the this that these those there here it its is are was were be been being am has have had do does did " +
    "and or of to in on at by with as i we you he she they his her their can see we're it's there's i'm now still " +
    "currently just also again appears seems seen visible shown picture image frame video scene"
  ).split(" "),
);
/** `0:12`: what happens again at another time is the same. */
const TIME = /\d{1,2}(?::\d{2})+/g;
const WORDS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}\p{N}]+(?:['’][\p{L}]+)?/gu;

/** The plain form of an English word, roughly, so that `walks`, `walking` and `walked` are one. */
function stem(word: string): string {
  if (word.length < 4) return word;
  const plain = word.replace(/(?:ies|ied)$/, "y").replace(/(?:ing|ed|es|s)$/, "");
  return plain.length < 3 ? word : plain.replace(/([bdgklmnprt])\1$/, "$1").replace(/e$/, "");
}

/** What two sentences must have in common to say the same. */
export interface ContentWords {
  /** In order of the text, each in its plain form; all words where none would be left. */
  readonly words: readonly string[];
  readonly pairs: readonly string[];
  /** Whether `words` are only those that say nothing. */
  readonly hollow: boolean;
}

export function contentWords(text: string): ContentWords {
  const all = (text.normalize("NFKC").replace(TIME, "").toLowerCase().match(WORDS) ?? []).map((word) =>
    word.replace("’", "'"),
  );
  const telling = all.filter((word) => !STOP.has(word)).map(stem);
  const words = telling.length > 0 ? telling : all;
  const pairs = words.slice(1).map((word, index) => `${words[index]} ${word}`);
  return { words, pairs, hollow: telling.length === 0 };
}
