import { ClientError } from "../errors.ts";
import type { ServerAddress } from "../server/server-address.ts";

/**
 * Fetches a picture by a path of the API. The token goes with it, so it is fetched from this server's API alone.
 *
 * @throws {ClientError} `foreign_path`, when it is none of this server's API; `bad_answer`, when it is no picture
 */
export async function pictureAt(
  server: ServerAddress,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Blob> {
  const answer = await server.request(ownPath(server.base, path), { signal });
  const picture = await answer.blob();
  if (picture.type.startsWith("image/")) return picture;
  throw new ClientError("bad_answer", `${path} is no picture: it is ${picture.type || "of no type"}.`, {
    status: answer.status,
  });
}

/** The path as `request` takes it: below the server's address, which may have a path of its own behind a proxy. */
function ownPath(base: URL, path: string): string {
  const below = path.slice(1);
  // Dots lead elsewhere: `/v1/../admin`.
  const isOwn = path.startsWith("/v1/") && new URL(below, base).href.startsWith(new URL("v1/", base).href);
  if (isOwn) return below;
  throw new ClientError("foreign_path", `${path} is no path of this server's API, such as /v1/streams/…`);
}
