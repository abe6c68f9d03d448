import { Presets, SingleBar } from "cli-progress";

/** Steps of a bar from empty to full. */
const STEPS = 1000;

/** How far something is, on standard error: a bar on a terminal, else a line whenever something else begins. */
export class Progress {
  private readonly bar =
    process.stderr.isTTY === true
      ? new SingleBar(
          {
            format: "{name} {bar} {percentage} %  {eta_formatted}  {doing}",
            barsize: 30,
            hideCursor: true,
            stream: process.stderr,
          },
          Presets.shades_classic,
        )
      : null;
  /** What the bar on the screen is about; null: there is none. */
  private started: string | null = null;
  private last = "";

  /** @param fraction of what `name` says, 0 to 1 */
  show(name: string, fraction: number, doing: string): void {
    if (this.bar === null) {
      const line = `${name}: ${doing}`;
      if (line !== this.last) console.error(line);
      this.last = line;
      return;
    }
    if (this.started !== name) {
      this.stop();
      this.bar.start(STEPS, 0, { name, doing });
      this.started = name;
    }
    this.bar.update(Math.floor(STEPS * fraction), { doing });
  }

  /** Leaves the bar as it is; what is shown next begins another. */
  stop(): void {
    this.bar?.stop();
    this.started = null;
  }
}
