/** Which of some elements a person could see now. */
export class OnScreen {
  private readonly seen = new Map<string, Element>();
  private readonly ids = new Map<Element, string>();
  private readonly observer = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        const id = this.ids.get(target);
        if (id === undefined) continue;
        if (isIntersecting) this.seen.set(id, target);
        else this.seen.delete(id);
      }
    },
    // What is about to be scrolled into sight.
    { rootMargin: "120px" },
  );

  /** Watches an element, until the returned function is called. */
  watch(id: string, element: Element): () => void {
    this.ids.set(element, id);
    this.observer.observe(element);
    return () => {
      this.observer.unobserve(element);
      this.ids.delete(element);
      this.seen.delete(id);
    };
  }

  has(id: string): boolean {
    return this.seen.has(id);
  }

  /** How many pixels of the device an element is wide; 0: it cannot be seen. */
  pixelsOf(id: string): number {
    return Math.ceil((this.seen.get(id)?.clientWidth ?? 0) * devicePixelRatio);
  }
}
