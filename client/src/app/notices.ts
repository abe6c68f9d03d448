import { signal } from "@preact/signals";

/** Something that a person should know or do. */
export interface Notice {
  /** What it is about. A newer notice about the same takes its place. */
  readonly about: string;
  readonly text: string;
  /** `problem` is told at once by screen readers, `hint` when they are quiet. */
  readonly tone: "problem" | "hint";
  readonly action?: { readonly label: string; readonly run: () => void };
  /** When something is tried again by itself (`performance.now()`, ms). */
  readonly againAtMs?: number;
}

export const notices = signal<readonly Notice[]>([]);

export function notify(notice: Notice): void {
  const at = notices.peek().findIndex(({ about }) => about === notice.about);
  notices.value = at < 0 ? [...notices.peek(), notice] : notices.peek().with(at, notice);
}

/** It is no longer so. */
export function withdraw(...about: readonly string[]): void {
  if (notices.peek().some((each) => about.includes(each.about)))
    notices.value = notices.peek().filter((each) => !about.includes(each.about));
}
