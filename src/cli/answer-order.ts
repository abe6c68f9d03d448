interface Asked {
  readonly shown: (() => void)[];
  isDone: boolean;
}

/**
 * Shows answers in the order in which they were asked. Questions are answered side by side, so a short answer is done
 * before a long one that was asked earlier. It waits for that one.
 */
export class AnswerOrder {
  private readonly waiting = new Map<string, Asked>();

  /** A question was asked. */
  asked(id: string): void {
    this.waiting.set(id, { shown: [], isDone: false });
  }

  /** Calls `show` when it is this answer's turn; at once when no such question is waiting. */
  show(id: string, show: () => void): void {
    const asked = this.waiting.get(id);
    if (asked) asked.shown.push(show);
    else show();
  }

  /** Nothing more is shown of this answer. */
  done(id: string): void {
    const asked = this.waiting.get(id);
    if (asked) asked.isDone = true;
    for (const [first, { shown, isDone }] of this.waiting) {
      if (!isDone) return;
      this.waiting.delete(first);
      for (const show of shown) show();
    }
  }

  /** Shows all that still waits. */
  flush(): void {
    for (const id of [...this.waiting.keys()]) this.done(id);
  }
}
