import { noteRefused, server } from "../../app/access.ts";
import { refusal } from "../../app/refusal.ts";
import { listStreams } from "../../app/streams-poll.ts";

/**
 * Pauses a camera of the server, or goes on with it.
 *
 * @returns why the server has refused it, for people; null: it is done
 */
export function changeCamera(id: string, change: { readonly enabled: boolean }): Promise<string | null> {
  return done(() => server.peek().streams.change(id, change));
}

/** Closes a camera, which the server forgets. What is kept of it in the history stays. */
export function removeCamera(id: string): Promise<string | null> {
  return done(() => server.peek().streams.delete(id));
}

async function done(call: () => Promise<unknown>): Promise<string | null> {
  try {
    await call();
  } catch (error) {
    const { message, status } = refusal(error);
    if (status === 403) noteRefused("admin");
    return message;
  }
  await listStreams();
  return null;
}
