import { type Finding, none } from "./trial.ts";
import { Visitor } from "./visitor.ts";

/** Between two pictures (ms): the rate of the bundled model. */
const INTERVAL_MS = 250;

/** A well-behaved camera that is on while others behave badly. */
export class Bystander {
  private sent = 0;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly visitor: Visitor,
    pictures: readonly Buffer[],
  ) {
    this.timer = setInterval(() => {
      if (!visitor.isOpen) return;
      visitor.frame(pictures[this.sent % pictures.length]!, this.sent, this.sent * INTERVAL_MS);
      this.sent++;
    }, INTERVAL_MS);
  }

  static async start(url: string, pictures: readonly Buffer[]): Promise<Bystander> {
    const visitor = await Visitor.connect(url);
    await visitor.next("session.created");
    return new Bystander(visitor, pictures);
  }

  /** Leaves, and says how it went. */
  async findings(): Promise<Finding[]> {
    clearInterval(this.timer);
    const { visitor } = this;
    const code = visitor.isOpen ? await visitor.leave() : visitor.code;
    const units = Math.ceil((this.sent - visitor.dropped) / 2);
    const complaints = visitor.errors.map(({ code: error, message }) => `${error}: ${message}`);
    return [
      none("errors of the camera beside it", complaints),
      {
        what: "thoughts and skips of the camera beside it",
        measured: `${visitor.thoughts}, then close code ${code}`,
        bound: `${units} (one a unit; ${visitor.dropped} of ${this.sent} frames were dropped), then close code 1000`,
        held: visitor.thoughts === units && code === 1000,
      },
    ];
  }
}
