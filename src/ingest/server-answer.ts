import { IngestError } from "./errors.ts";
import type { VideoInput } from "./video-input.ts";

const STATUS = /(?:HTTP error|method \w+ failed:|Server returned) ([1-5]\d\d)\b/;

/**
 * The error for a server that can be reached and answers with a status other than success; null when ffmpeg tells of
 * none.
 *
 * @param stderr what ffmpeg said
 */
export function explainAnswer({ label, url }: VideoInput, stderr: readonly string[]): IngestError | null {
  const status = Number(
    stderr.map((line) => STATUS.exec(line)?.[1]).findLast((found) => found !== undefined),
  );
  if (!(status >= 400)) return null;
  if (stderr.some((line) => /Failed to open segment/.test(line))) {
    const text = `The playlist ${label} was read, but a part of the video that it names was answered with ${status}. Check the server's playlist.`;
    return new IngestError("url_refused", text, { status });
  }
  return refusal({ label, url }, status);
}

/** The error for a server that answered with a status other than success. */
export function refusal({ label, url }: Pick<VideoInput, "label" | "url">, status: number): IngestError {
  const hasCredentials = URL.canParse(url) && new URL(url).username !== "";
  const text = `The server answered ${label} with ${status} ${meaning(status, hasCredentials)}`;
  return new IngestError("url_refused", text, { status });
}

function meaning(status: number, hasCredentials: boolean): string {
  switch (status) {
    case 401:
      return hasCredentials
        ? "(not authorised). Check the user name and password in the URL."
        : "(not authorised). Give a user name and password in the URL: scheme://user:password@host/path.";
    case 403:
      return "(forbidden). Check what this user, or this machine, may see.";
    case 404:
    case 410:
      return "(not found). Check the path of the URL.";
    default:
      return status < 500
        ? "(refused). Check the URL, and what the server says about it in its log."
        : "(its own fault). Try again later, or look into its log.";
  }
}
