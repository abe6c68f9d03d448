import type { TextCodec } from "../models/mod.ts";

/** Words that come one by one, as text: what the newest of them added to it. */
export class Speech {
  private text = "";

  constructor(private readonly codec: TextCodec) {}

  /** @param words all of them so far */
  add(words: readonly number[]): string {
    const whole = this.codec.decode(words);
    const delta = whole.slice(this.text.length);
    this.text = whole;
    return delta;
  }
}
