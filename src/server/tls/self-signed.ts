import { KeyObject, webcrypto } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { ServerError } from "../errors.ts";
import { Certificate } from "./certificate.ts";

/** How long a certificate is valid (ms): browsers of Apple take none of more than 825 days. */
const LIFE_MS = 820 * 86_400_000;

/** A certificate that ends so soon is made anew (ms). */
const RENEW_MS = 30 * 86_400_000;

/** Clocks of clients may be so far behind (ms). */
const CLOCK_SLACK_MS = 86_400_000;

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export interface SelfSignedOptions {
  /** Folder in which the certificate is kept; made if need be. */
  readonly dir: string;
  /** Address that the server listens on. */
  readonly host: string;
  /** Further names under which it is reached. */
  readonly names?: readonly string[];
}

/**
 * A certificate that the server has signed itself, so that a webcam on the local network works: browsers give a page its
 * camera over `https:` only. It is for all names and addresses of this machine. It is kept, so that clients which have
 * accepted it need not do so again, and made anew when a name or address is missing or it ends within a month.
 *
 * @throws {ServerError} `tls_unreadable` when it cannot be kept
 */
export async function selfSigned({ dir, host, names = [] }: SelfSignedOptions): Promise<Certificate> {
  const files = { cert: join(dir, "certificate.pem"), key: join(dir, "key.pem") };
  const wanted = [...new Set([...ownNames(host), ...names])];
  // Whatever is wrong with what is kept: a new one is made.
  const kept = await Certificate.read(files).catch(() => null);
  if (kept !== null && isGood(kept, wanted)) return kept;
  const made = await make(wanted);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await write(files.key, made.key);
    await write(files.cert, made.cert);
  } catch (cause) {
    throw new ServerError(
      "tls_unreadable",
      `The certificate cannot be kept in ${dir} (${(cause as NodeJS.ErrnoException).code}). Let THINKALONG_HOME name a folder that can be written to, or give a certificate with --tls-cert and --tls-key.`,
      { cause },
    );
  }
  return await Certificate.read(files);
}

/** All names and addresses under which this machine can be reached at an address that it listens on. */
function ownNames(host: string): string[] {
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const addresses = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith("fe80:"))
    .map(({ address }) => address);
  const name = hostname().toLowerCase();
  return [
    ...["localhost", "127.0.0.1", "::1", name, name.includes(".") ? "" : `${name}.local`],
    ...(isEverywhere ? addresses : [host]),
  ].filter((each) => each !== "");
}

function isGood(certificate: Certificate, wanted: readonly string[]): boolean {
  const { x509: read, expires } = certificate;
  const covers = (name: string) => (isIP(name) ? read.checkIP(name) : read.checkHost(name)) !== undefined;
  return expires.getTime() - Date.now() > RENEW_MS && wanted.every(covers);
}

async function make(names: readonly string[]): Promise<{ readonly cert: string; readonly key: string }> {
  // Only who wants such a certificate has to load it.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: "CN=thinkalong",
      notBefore: new Date(now - CLOCK_SLACK_MS),
      notAfter: new Date(now + LIFE_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value })),
        ),
      ],
    },
    // Programs that know the DOM have another type of the same thing.
    webcrypto as Parameters<typeof x509.X509CertificateGenerator.createSelfSigned>[1],
  );
  const key = KeyObject.from(keys.privateKey as webcrypto.CryptoKey);
  return {
    cert: `${certificate.toString("pem")}\n`,
    key: String(key.export({ type: "pkcs8", format: "pem" })),
  };
}

/** Writes a file that only its owner may read; whole or not at all. */
async function write(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, text, { mode: 0o600 });
  await rename(unfinished, path);
}
