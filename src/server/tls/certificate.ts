import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { ServerError } from "../errors.ts";

/** Where a certificate and its key are. */
export interface CertificateFiles {
  /** The certificate, and those that it depends on, as PEM. */
  readonly cert: string;
  /** Its key, as PEM, without a password. */
  readonly key: string;
}

/**
 * The certificate of a server with its key, from two files.
 *
 * @example
 * const { fingerprint } = await Certificate.read({ cert: "cert.pem", key: "key.pem" });
 */
export class Certificate {
  private constructor(
    readonly files: CertificateFiles,
    private checked: Checked,
  ) {}

  /**
   * Reads a certificate and its key.
   *
   * @throws {ServerError} `tls_unreadable`, or `tls_invalid` when one is not PEM or they do not belong together
   */
  static async read(files: CertificateFiles): Promise<Certificate> {
    return new Certificate(files, await readChecked(files));
  }

  /** What a server needs. */
  get pems(): { readonly cert: string; readonly key: string } {
    return { cert: this.checked.cert, key: this.checked.key };
  }

  /** SHA-256 of the certificate: `AB:CD:…`. Browsers show it, too. */
  get fingerprint(): string {
    return this.checked.x509.fingerprint256;
  }

  /** When it ends. */
  get expires(): Date {
    return new Date(this.checked.x509.validTo);
  }

  /** What it says, for whoever wants to know more. */
  get x509(): X509Certificate {
    return this.checked.x509;
  }

  /**
   * Reads the files again, because a certificate is renewed every few weeks. When that fails, the old one stays.
   *
   * @throws {ServerError} as `read` does
   */
  async reload(): Promise<void> {
    this.checked = await readChecked(this.files);
  }
}

interface Checked {
  readonly cert: string;
  readonly key: string;
  readonly x509: X509Certificate;
}

async function readChecked(files: CertificateFiles): Promise<Checked> {
  const [cert, key] = await Promise.all([textOf(files.cert, "certificate"), textOf(files.key, "key")]);
  const x509 = readCertificate(cert, files.cert);
  if (!x509.checkPrivateKey(readKey(key, files.key)))
    throw new ServerError(
      "tls_invalid",
      `The key ${files.key} does not belong to the certificate ${files.cert}. The server's own certificate must be the first one in that file.`,
    );
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new ServerError(
      "tls_invalid",
      `TLS takes neither the certificate ${files.cert} nor its key (${(cause as Error).message}). Use another one.`,
      { cause },
    );
  }
  return { cert, key, x509 };
}

async function textOf(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new ServerError(
      "tls_unreadable",
      `The ${what} ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}). Check the path and who may read it.`,
      { cause },
    );
  }
}

function readCertificate(pem: string, path: string): X509Certificate {
  try {
    if (pem.includes("-----BEGIN CERTIFICATE-----")) return new X509Certificate(pem);
  } catch {
    // Said below. The library's message says nothing that helps.
  }
  throw new ServerError(
    "tls_invalid",
    `The file ${path} is not a certificate in PEM form. It must have a line -----BEGIN CERTIFICATE-----.`,
  );
}

function readKey(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The library's message says nothing that helps. A key with a password says so in its first lines.
    const isLocked = pem.includes("ENCRYPTED");
    throw new ServerError(
      "tls_invalid",
      isLocked
        ? `The key ${path} has a password. Take it off: openssl pkey -in ${path} -out key.pem`
        : `The file ${path} is not a private key in PEM form. It must have a line -----BEGIN PRIVATE KEY-----.`,
    );
  }
}
