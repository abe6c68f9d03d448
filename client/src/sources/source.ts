/** Where a video comes from: from this page, which sends it, or from a stream that the server has. */
export type Source =
  | { readonly kind: "sample"; readonly file: string; readonly title: string; readonly about?: string }
  | Webcam
  | { readonly kind: "screen" }
  | { readonly kind: "file"; readonly file: File }
  | OfServer;

/** A camera of this device. */
export interface Webcam {
  readonly kind: "webcam";
  /** Which one, as the browser names it. Default: the one that the browser prefers. */
  readonly deviceId?: string;
}

/** A stream that the server has: a camera that it watches, or the session of another client. */
export interface OfServer {
  readonly kind: "stream";
  readonly id: string;
}

/** A source whose pictures this page sends. */
export type OwnSource = Exclude<Source, OfServer>;

/** A live source has no past to which one could go back. */
export function isLive(source: Source): boolean {
  return source.kind !== "sample" && source.kind !== "file";
}

/** What a person calls it. */
export function nameOf(source: Source): string {
  switch (source.kind) {
    case "sample":
      return source.title;
    case "webcam":
      return "Webcam";
    case "screen":
      return "Screen";
    case "file":
      return source.file.name;
    case "stream":
      return source.id;
  }
}

/** A source could not be opened. The message says what a person can do. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}
