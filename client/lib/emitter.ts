/** Whoever wants to hear of something, by its name. */
export class Emitter<Heard extends object> {
  private readonly handlers = new Map<keyof Heard, Set<(value: never) => void>>();

  /** @returns what takes the handler off again */
  on<Name extends keyof Heard>(name: Name, handler: (value: Heard[Name]) => void): () => void {
    const handlers = this.handlers.get(name) ?? new Set();
    this.handlers.set(name, handlers);
    handlers.add(handler);
    return () => void handlers.delete(handler);
  }

  emit<Name extends keyof Heard>(name: Name, value: Heard[Name]): void {
    for (const handler of [...(this.handlers.get(name) ?? [])]) {
      try {
        (handler as (value: Heard[Name]) => void)(value);
      } catch (error) {
        // The fault is that of the handler. The others still hear of it, and it is told as any fault that nobody catches.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
