import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { dataFolder } from "../models/mod.ts";
import { Certificate, requireGuard, type ServerOptions, selfSigned, TokenStore } from "../server/mod.ts";
import { printLine } from "./output.ts";

/** Flags that say who may use the server, and how safe the way there is. A flag that was not given is not there. */
export interface GuardFlags {
  readonly tokens?: string;
  readonly insecure?: true;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsSelfSigned?: true;
}

/** What guards a server, as flags and file together say it. */
export interface GuardSettings {
  readonly tokens: string | undefined;
  readonly insecure: boolean;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly tlsSelfSigned: boolean;
}

/** What is to be guarded. */
export interface Guarded {
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly guard: GuardSettings;
}

/** What guards a server. */
export interface Guard {
  readonly tokens: TokenStore | null;
  readonly certificate: Certificate | null;
  /** The same, as `createServer` takes it. */
  readonly options: Pick<ServerOptions, "tokens" | "tls" | "insecure">;
}

export function addGuardFlags(command: Command): Command {
  return command
    .option("--tokens <file>", "file of the tokens that clients need; thinkalong tokens add makes it")
    .option("--insecure", "start without tokens although others can reach the server")
    .option("--tls-cert <file>", "speak TLS with this certificate (PEM, with those that it depends on)")
    .option("--tls-key <file>", "key of the certificate (PEM)")
    .addOption(
      new Option(
        "--tls-self-signed",
        "speak TLS with a certificate of its own, so that a webcam works on the local network",
      ).conflicts(["tlsCert", "tlsKey"]),
    );
}

/**
 * Reads what guards a server, before anything else is started.
 *
 * @throws {ServerError} `open_to_the_network`, and what is wrong with tokens or certificate
 * @throws {InvalidArgumentError} for a certificate without its key, or a key without its certificate
 */
export async function readGuard(guarded: Guarded): Promise<Guard> {
  const { host, allowedHosts, guard } = guarded;
  const { tokens, insecure } = guard;
  requireGuard({ host, allowedHosts, tokens, insecure });
  const certificate = await readCertificate(guarded);
  return {
    tokens: tokens === undefined ? null : await TokenStore.read(tokens),
    certificate,
    options: {
      ...(tokens !== undefined && { tokens }),
      ...(certificate && { tls: certificate.files }),
      insecure,
    },
  };
}

async function readCertificate({ host, allowedHosts, guard }: Guarded): Promise<Certificate | null> {
  const { tlsCert, tlsKey, tlsSelfSigned } = guard;
  if (tlsSelfSigned) return await selfSigned({ dir: join(dataFolder(), "tls"), host, names: allowedHosts });
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new InvalidArgumentError(
      "A certificate and its key belong together. Name both: --tls-cert FILE --tls-key FILE",
    );
  return await Certificate.read({ cert: tlsCert, key: tlsKey });
}

/** Says what a client must know to trust the server. */
export function printGuard({ tokens, certificate, options }: Guard, isSelfSigned: boolean): void {
  if (tokens)
    printLine(
      `Clients need a token: ${tokens.size === 1 ? "there is one" : `there are ${tokens.size}`} in ${tokens.path}.`,
    );
  else if (options.insecure)
    printLine(pc.yellow("Everybody who can reach the server may use it (--insecure)."));
  if (certificate && isSelfSigned)
    printLine(
      `Browsers warn of its certificate. Accept it when its SHA-256 fingerprint is ${certificate.fingerprint}`,
    );
}
