import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";

const isThere = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

/**
 * Programs of Debian that stand before servers. Where `THINKALONG_NEED_NGINX` is set, as in CI, that of nginx is not skipped.
 * Caddy is 9 MB for a site of one line, so CI does without.
 */
export const hasProxy = {
  nginx: isThere("/usr/sbin/nginx", "-v") || Boolean(process.env.THINKALONG_NEED_NGINX),
  caddy: isThere("caddy", "version"),
};
for (const [name, packaged] of [
  ["nginx", "nginx-light"],
  ["caddy", "caddy"],
] as const)
  if (!hasProxy[name])
    console.warn(
      `${name} is not installed (Debian package: ${packaged}). The test that needs it is skipped.`,
    );

/** A reverse proxy in a process of its own. `await using` kills it. */
export class ReverseProxy implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {}

  /**
   * @param folder for its files
   * @param site a `server` and what belongs to it, as it stands in a file of `conf.d`
   * @param port on which the site listens
   */
  static async nginx(folder: string, site: string, port: number): Promise<ReverseProxy> {
    const path = join(folder, "nginx.conf");
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    const http = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
    await writeFile(
      path,
      `daemon off; pid ${folder}/nginx.pid; error_log stderr; user root;
events {}
http {
access_log off;
${http}
${site}
}
`,
    );
    const args = ["-e", "stderr", "-p", folder, "-c", path];
    return await ReverseProxy.start(
      spawn("/usr/sbin/nginx", args, { stdio: ["ignore", "ignore", "pipe"] }),
      port,
    );
  }

  /** @param site what stands in a Caddyfile */
  static async caddy(folder: string, site: string, port: number): Promise<ReverseProxy> {
    const path = join(folder, "Caddyfile");
    await mkdir(folder, { recursive: true });
    await writeFile(path, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
    const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const args = ["run", "--config", path, "--adapter", "caddyfile"];
    return await ReverseProxy.start(spawn("caddy", args, { env, stdio: ["ignore", "ignore", "pipe"] }), port);
  }

  private static async start(child: ChildProcess, port: number): Promise<ReverseProxy> {
    let said = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    let failure: Error | null = null;
    child.on("error", (error) => {
      failure = error;
    });
    const deadline = performance.now() + 20_000;
    while (!(await listens(port))) {
      if (failure !== null) throw failure;
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`The proxy does not listen. It said: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return new ReverseProxy(child, port);
  }

  /** Its address, by this machine's own name for itself. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGTERM");
    await once(this.child, "exit");
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
