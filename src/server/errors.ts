/** Every way in which a server can fail to start. */
export type ServerErrorCode = "port_in_use" | "address_unavailable" | "listen_failed";

/** Why the server could not start, and what to do about it. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }

  /** The operating system did not let us listen. */
  static ofListen(cause: NodeJS.ErrnoException, host: string, port: number): ServerError {
    switch (cause.code) {
      case "EADDRINUSE":
        return new ServerError(
          "port_in_use",
          `port ${port} on ${host} is taken: choose another with --port`,
          { cause },
        );
      case "EADDRNOTAVAIL":
      case "ENOTFOUND":
        return new ServerError("address_unavailable", `${host} is not an address of this machine`, { cause });
      default:
        return new ServerError("listen_failed", `cannot listen on ${host}:${port}: ${cause.message}`, {
          cause,
        });
    }
  }
}
