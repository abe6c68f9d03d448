import { signal } from "@preact/signals";
import type { ClientError } from "../../lib/mod.ts";
import { refusal } from "../app/refusal.ts";

/** Something that is asked of the server, and asked anew when one wants something else. Only the last answer counts. */
export class Load<T> {
  /** The last answer, also while the next is on its way; null: none yet. */
  readonly value = signal<T | null>(null);
  /** Why the last one did not come; null: it did. */
  readonly problem = signal<ClientError | null>(null);
  readonly isLoading = signal(false);
  private current = new AbortController();

  /** Asks, in place of what was asked before. */
  async run(ask: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.current.abort();
    this.current = new AbortController();
    const { signal } = this.current;
    this.isLoading.value = true;
    try {
      const value = await ask(signal);
      if (signal.aborted) return;
      this.value.value = value;
      this.problem.value = null;
    } catch (error) {
      if (!signal.aborted) this.problem.value = refusal(error);
    } finally {
      if (!signal.aborted) this.isLoading.value = false;
    }
  }

  /** Forgets the answer, and wants none. */
  clear(): void {
    this.current.abort();
    this.value.value = null;
    this.problem.value = null;
    this.isLoading.value = false;
  }
}
