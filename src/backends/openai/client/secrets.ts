const HIDDEN = "[hidden]";
const EXCERPT_CHARACTERS = 200;

/** What must never be shown: keys and passwords, in every form in which a server may repeat them. */
export class Secrets {
  private readonly forms: readonly string[];

  constructor(secrets: readonly string[]) {
    const forms = secrets.flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString("base64"),
    ]);
    // The longest first, so that no part of one remains where a shorter one stood in it.
    this.forms = [...new Set(forms)].filter((form) => form !== "").sort((a, b) => b.length - a.length);
  }

  /** A text without the secrets. */
  hide(text: string): string {
    return this.forms.reduce((shown, form) => shown.replaceAll(form, HIDDEN), text);
  }

  /** The beginning of what a server sent, on one line and without the secrets. */
  excerpt(text: string): string {
    const line = this.hide(text)
      .replaceAll(/[\s\p{Cc}]+/gu, " ")
      .trim();
    return line.length <= EXCERPT_CHARACTERS ? line : `${line.slice(0, EXCERPT_CHARACTERS)}…`;
  }
}
