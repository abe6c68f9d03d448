import type { EntryType, HistoryEntry } from "../../lib/mod.ts";
import { ThoughtText } from "../ui/thought-text.tsx";

const KIND_WORDS: Readonly<Record<EntryType, string>> = {
  thought: "thought",
  question: "question",
  answer: "answer",
  alert: "alert",
  gap: "gap",
  state: "camera",
  scene: "scene",
  notice: "notice",
  count: "count",
  error: "error",
};

/** What it is, in a word; an alert has its name. */
export function kindOf({ type, event }: HistoryEntry): string {
  return event.type === "alert.raised" ? `alert ${event.alert}` : KIND_WORDS[type];
}

/** What it says. The name and the rule of an alert stand elsewhere. */
export function EntryText({ entry: { type, text, event } }: { readonly entry: HistoryEntry }) {
  if (type === "thought") return <ThoughtText text={text} />;
  return <>{event.type === "alert.raised" ? event.message : text}</>;
}
