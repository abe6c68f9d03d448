import { ClientError } from "../errors.ts";

/** What the library needs of a WebSocket. That of browsers and of Node, and that of the package ws, are such. */
export interface SocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  send(data: string | Blob | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { readonly code: number }) => void): void;
}

/**
 * A class of WebSockets. In Node it takes headers; browsers have no such argument.
 *
 * @example
 * await connect(url, { WebSocket: (await import("ws")).WebSocket });
 */
export type SocketClass = new (
  url: string,
  options?: { readonly headers: Readonly<Record<string, string>> },
) => SocketLike;

/** `readyState` of a socket that is open. */
export const OPEN = 1;

/** Whether this is Node, or something like it, whose sockets can send headers. */
export function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return typeof process?.versions?.node === "string";
}

/**
 * The WebSocket of this environment: its own where there is one, else that of the package ws, which is loaded only then.
 *
 * @throws {ClientError} `unsupported`
 */
export async function findSocketClass(): Promise<SocketClass> {
  const { WebSocket } = globalThis as unknown as { WebSocket?: SocketClass };
  if (WebSocket !== undefined) return WebSocket;
  // Under a name that bundlers for browsers do not follow: no browser needs it.
  const name = "ws";
  try {
    return ((await import(/* @vite-ignore */ name)) as { WebSocket: SocketClass }).WebSocket;
  } catch (cause) {
    throw new ClientError(
      "unsupported",
      "There is no WebSocket here. Use Node 22 or later, or install the package ws.",
      { cause },
    );
  }
}
