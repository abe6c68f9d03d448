import { signal } from "@preact/signals";

/** Something that a person should know or do. */
export interface Notice {
  /** What it is about. A newer notice about the same takes its place. */
  readonly about: string;
  readonly text: string;
  /** `problem` is told at once by screen readers, `hint` when they are quiet. */
  readonly tone: "problem" | "hint";
  readonly action?: { readonly label: string; readonly run: () => void };
}

export const notices = signal<readonly Notice[]>([]);

export function notify(notice: Notice): void {
  notices.value = [...notices.value.filter(({ about }) => about !== notice.about), notice];
}

/** It is no longer so. */
export function withdraw(about: string): void {
  if (notices.value.some((each) => each.about === about))
    notices.value = notices.value.filter((each) => each.about !== about);
}
