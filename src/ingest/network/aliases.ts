import { randomBytes } from "node:crypto";

/** Where a URL may stand in a playlist (HLS) or manifest (DASH): at the start of a line, in quotes, or in an element. */
const LINK = /(^[ \t]*|["'>])((?:https?:)?\/\/[^\s"'<>\\/?#]+)/gim;

/**
 * Names that stand for HTTP(S) servers. ffmpeg is given these only: they exist nowhere but in a relay, so without it
 * ffmpeg reaches nothing. An alias carries its origin, and a secret, so that the relay takes no other names.
 *
 * @example aliases.of(new URL("https://cam.example/1.m3u8")) // "http://68747470….3f9a….invalid/1.m3u8"
 */
export class Aliases {
  private readonly secret = randomBytes(8).toString("hex");
  private readonly form = `http://(?:[^@/\\s]*@)?([0-9a-f]+)\\.${this.secret}\\.invalid(?::\\d+)?`;
  private readonly anywhere = new RegExp(this.form, "g");
  private readonly atStart = new RegExp(`^${this.form}(?=[/?]|$)`);

  of({ origin, username, password, pathname, search }: URL): string {
    const user = username === "" && password === "" ? "" : `${username}:${password}@`;
    return `http://${user}${Buffer.from(origin).toString("hex")}.${this.secret}.invalid${pathname}${search}`;
  }

  /** The URL that an alias stands for; null when the text is none. */
  urlOf(text: string): URL | null {
    if (!this.atStart.test(text)) return null;
    const url = text.replace(this.atStart, originOf);
    return URL.canParse(url) ? new URL(url) : null;
  }

  /** A text in which origins stand for their aliases. */
  reveal(text: string): string {
    return text.replace(this.anywhere, originOf);
  }

  /** A playlist or manifest in which aliases stand for origins. Relative links are right as they are. */
  hide(text: string, base: URL): string {
    return text.replace(LINK, (whole, before: string, link: string) => {
      if (!URL.canParse(link, base.href)) return whole;
      return before + this.of(new URL(link, base)).replace(/\/$/, "");
    });
  }
}

const originOf = (_: string, hex: string) => Buffer.from(hex, "hex").toString();
