/** Every way in which a server can fail to start. */
export type ServerErrorCode =
  | "port_in_use"
  | "address_unavailable"
  | "listen_failed"
  | "open_to_the_network"
  | "tokens_unreadable"
  | "tokens_invalid"
  | "tls_unreadable"
  | "tls_invalid";

/** Why the server could not start, and what to do about it. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }

  /** The error for a failed `listen` call. */
  static ofListen(cause: NodeJS.ErrnoException, host: string, port: number): ServerError {
    switch (cause.code) {
      case "EADDRINUSE":
        return new ServerError(
          "port_in_use",
          `Port ${port} on ${host} is already in use. Choose another one (--port).`,
          { cause },
        );
      case "EADDRNOTAVAIL":
      case "ENOTFOUND":
        return new ServerError(
          "address_unavailable",
          `This machine has no address ${host}. Choose another one (--host).`,
          { cause },
        );
      default:
        return new ServerError(
          "listen_failed",
          `The server cannot listen on ${host}:${port} (${cause.message}). Choose another port (--port).`,
          {
            cause,
          },
        );
    }
  }
}
