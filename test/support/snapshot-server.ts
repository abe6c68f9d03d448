import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { LoopbackServer } from "./loopback-server.ts";

const md5 = (...parts: readonly string[]) => createHash("md5").update(parts.join(":")).digest("hex");

/** A camera that gives one picture at a time. */
export class SnapshotServer extends LoopbackServer {
  /** What it shows now. */
  picture: Uint8Array = new Uint8Array();
  contentType = "image/jpeg";
  /** Whether it marks its pictures, and says when one is known. */
  marks = false;
  /** Answers with this status instead of a picture. */
  status = 200;
  /** Who may see it, and how the password must be sent. Default: everybody. */
  access: { readonly user: string; readonly password: string; readonly scheme: "Basic" | "Digest" } | null =
    null;
  requests = 0;
  /** Times that it has sent a picture. */
  sent = 0;

  protected async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    if (!this.mayPass(request)) {
      const challenge = `${this.access!.scheme} realm="cam, door"${this.access!.scheme === "Digest" ? `, qop="auth", nonce="n${this.requests}", opaque="o"` : ""}`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
      return;
    }
    if (this.status !== 200) return void response.writeHead(this.status).end();
    const etag = `"${md5(Buffer.from(this.picture).toString("base64"))}"`;
    if (this.marks && request.headers["if-none-match"] === etag) return void response.writeHead(304).end();
    this.sent++;
    response.writeHead(200, {
      "content-type": this.contentType,
      "content-length": this.picture.length,
      ...(this.marks && { etag }),
    });
    response.end(this.picture);
  }

  private mayPass({ headers: { authorization = "" }, method, url }: IncomingMessage): boolean {
    if (this.access === null) return true;
    const { user, password, scheme } = this.access;
    if (scheme === "Basic")
      return authorization === `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const field = (name: string) => new RegExp(`\\b${name}="?([^",]+)"?`).exec(authorization)?.[1] ?? "";
    const counted = [field("nonce"), field("nc"), field("cnonce"), "auth"];
    const right = md5(md5(user, "cam, door", password), ...counted, md5(method!, url!));
    return authorization.startsWith("Digest") && field("uri") === url && field("response") === right;
  }
}
