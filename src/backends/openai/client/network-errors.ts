import { RemoteError } from "./errors.ts";

/**
 * The error for a request that got no answer, or whose answer broke off.
 *
 * @param thrown what `fetch` threw, or the reading of its body
 * @param label the server, for people
 */
export function explainNetwork(thrown: unknown, label: string): RemoteError {
  const code = codeOf(thrown);
  const { hostname, port } = new URL(label);
  const unreachable = (text: string, passing = true) =>
    new RemoteError("remote_unreachable", text, { cause: thrown, passing });
  if (code.startsWith("HPE_"))
    return new RemoteError(
      "remote_nonsense",
      `What answers at ${label} does not speak HTTP. Check the port, and whether it should be https.`,
      { cause: thrown },
    );
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG")
    return unreachable(
      `The server at ${label} does not speak TLS. Write http:// in place of https://.`,
      false,
    );
  if (/CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_VERIFY/.test(code)) {
    const how = "Add its authority with the environment variable NODE_EXTRA_CA_CERTS.";
    return unreachable(`The certificate of ${label} is not trusted (${code}). ${how}`, false);
  }
  // Fetch refuses some, such as those of mail and of X11.
  if (thrown instanceof Error && thrown.cause instanceof Error && thrown.cause.message === "bad port")
    return unreachable(`Port ${port} is not one for HTTP. Let the server listen at another.`, false);
  switch (code) {
    case "ENOTFOUND":
      return unreachable(`There is no host named ${hostname}. Check the base URL.`);
    case "EAI_AGAIN":
      return unreachable(`The name ${hostname} cannot be looked up now. Check the network and the base URL.`);
    case "ECONNREFUSED": {
      const where = port === "" ? hostname : `${hostname}, port ${port}`;
      return unreachable(`Nothing listens at ${where}. Start the server, or check the port.`);
    }
    case "ETIMEDOUT":
    case "UND_ERR_CONNECT_TIMEOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return unreachable(
        `The host of ${label} does not answer (${code}). Check the address and the network.`,
      );
    default: {
      const why = code === "" ? "no cause given" : code;
      return unreachable(`The connection to ${label} broke (${why}). Look into the server's log.`);
    }
  }
}

/** The code of what lies at the bottom; "" when there is none. */
function codeOf(thrown: unknown): string {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    // Since Node 24 it has no code.
    if (error.name === "HTTPParserError") return "HPE_INVALID";
    const [first] = error instanceof AggregateError ? error.errors : [];
    const code = (error as NodeJS.ErrnoException).code ?? (first as NodeJS.ErrnoException | undefined)?.code;
    // A DOMException has a number.
    if (typeof code === "string") return code;
  }
  return "";
}
