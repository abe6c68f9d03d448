import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Makes a certificate that no one else has signed, as cameras do; null where there is no openssl. */
export async function selfSigned(): Promise<{ cert: string; key: string } | null> {
  const options = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=cam.test";
  const args = ["req", ...options.split(" "), "-keyout", "-", "-out", "-"];
  const made = await promisify(execFile)("openssl", args).catch((error) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  return made === null ? null : { cert: made.stdout, key: made.stdout };
}
