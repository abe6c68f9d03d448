import { ClientError, type ThinkalongClient } from "../../lib/mod.ts";

/** A camera could not be added. The message says, for people, what to do. */
export class CameraProblem extends Error {
  override readonly name = "CameraProblem";

  /** @param about the field that is to be changed; null: none of them is wrong */
  constructor(
    readonly about: "url" | "id" | null,
    message: string,
    /** `passing`: it may only be away for now, so one may add it all the same; `forbidden`: not with this token. */
    readonly kind: "wrong" | "passing" | "forbidden" = "wrong",
  ) {
    super(message);
  }
}

/** What is not true of the address of a camera, for people; null: nothing. */
export function whyNoAddress(address: string): string | null {
  if (address === "") return "Type the address of the camera.";
  if (!/^(rtsps?|https?):\/\//i.test(address))
    return "The address begins with rtsp://, rtsps://, http:// or https://.";
  return /\s/.test(address) ? "An address has no spaces." : null;
}

const POLL_MS = 400;

/**
 * Lets the server watch a camera, and waits for its first picture. One that gives none is forgotten again, unless it is
 * wanted all the same.
 *
 * @throws {CameraProblem} the server refused it, or there is no picture
 */
export async function addCamera(
  { streams }: Pick<ThinkalongClient, "streams">,
  camera: { readonly id: string; readonly url: string; readonly isWantedWithoutPicture: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { id, url } = camera;
  try {
    await streams.create(id, { url });
  } catch (error) {
    throw problemOf(error);
  }
  if (camera.isWantedWithoutPicture) return;
  try {
    await firstPicture(streams, id, signal);
  } catch (error) {
    await streams.delete(id);
    throw error;
  }
}

async function firstPicture(
  streams: ThinkalongClient["streams"],
  id: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const stream = await streams.get(id);
    const { state } = stream;
    const why = "message" in stream ? stream.message : null;
    if (state === "live") return;
    // A short video may be over before it is looked for.
    if (state === "ended" && stream.newest_media_time_ms !== null) return;
    if (state !== "connecting")
      throw new CameraProblem(
        "url",
        `The server got no picture. ${why ?? ""}`.trim(),
        state === "refused" ? "wrong" : "passing",
      );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function problemOf(error: unknown): CameraProblem {
  if (!(error instanceof ClientError)) throw error;
  const { code, message, param } = error;
  if (code === "forbidden")
    return new CameraProblem(
      null,
      "Your token may not add cameras. A token with the scope admin may.",
      "forbidden",
    );
  if (code === "camera_exists" || code === "stream_exists" || param === "id")
    return new CameraProblem("id", message);
  return new CameraProblem(param === "url" || code === "url_refused" ? "url" : null, message);
}
