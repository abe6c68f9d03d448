/** What can be known of the container without anything that builds it. build-image.sh beside this builds it for real. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { selfSigned } from "../support/certificate.ts";
import { freePort, makeTempDir } from "../support/media.ts";
import { thinkalong } from "../support/program.ts";
import { startScriptedServer } from "../support/server.ts";
import { saysOf, stagesOf } from "./dockerfile.ts";

const root = join(import.meta.dirname, "../..");
const read = (name: string) => readFile(join(root, name), "utf8");
const run = promisify(execFile);

const stages = stagesOf(await read("Dockerfile"));
const image = stages.at(-1)!;
const entry = JSON.parse(saysOf(image, "ENTRYPOINT")[0]!) as string[];
const command = JSON.parse(saysOf(image, "CMD")[0]!) as string[];
const check = JSON.parse(saysOf(image, "HEALTHCHECK")[0]!.replace(/^.*? CMD /, "")) as string[];

/** What a path in the image is in this checkout. */
const inCheckout = (path: string) => join(root, path.replace(/^\/app\//, ""));

describe("the Dockerfile", () => {
  it("ends in an image that runs as nobody special, keeps its data in a volume, and is asked to end", () => {
    const [user] = saysOf(image, "USER");
    expect(Number(user!.split(":")[0])).toBeGreaterThan(0);
    const [volume] = saysOf(image, "VOLUME");
    expect(saysOf(image, "ENV").join(" ")).toContain(`THINKALONG_HOME=${volume}`);
    expect(saysOf(image, "WORKDIR")).toEqual([volume]);
    expect(saysOf(image, "STOPSIGNAL")).toEqual(["SIGTERM"]);
    // The user is the last word on who owns what: nothing is copied or made after it.
    const names = image.instructions.map(({ name }) => name);
    expect(names.slice(names.indexOf("USER"))).not.toEqual(expect.arrayContaining(["COPY"]));
    expect(names.slice(names.indexOf("USER"))).not.toEqual(expect.arrayContaining(["RUN"]));
  });

  it("copies what is there, out of stages that are, and leaves nothing of it out of the build", async () => {
    const allowed = (await read(".dockerignore")).match(/^!.*/gm)!.map((line) => line.slice(1));
    expect(allowed.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const copies = stages.flatMap((stage) => saysOf(stage, "COPY"));
    const named = stages.map(({ name }) => name);
    for (const copy of copies) {
      const [, stage] = /^--from=(\S+)/.exec(copy) ?? [];
      if (stage !== undefined) expect(named).toContain(stage);
      else
        for (const path of copy.split(" ").slice(0, -1))
          expect(path === "." || allowed.includes(path), path).toBe(true);
    }
    const fromSources = stages
      .flatMap((stage) => saysOf(stage, "RUN"))
      .flatMap((text) => [...text.matchAll(/\/src\/([\w./-]+)/g)].map(([, path]) => path!))
      .filter((path) => path !== "dist");
    expect(fromSources.length).toBeGreaterThan(5);
    for (const path of fromSources) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect(
        allowed.some((each) => path === each || path.startsWith(`${each}/`)),
        path,
      ).toBe(true);
    }
  });

  it("runs only what a shell can read", async () => {
    for (const text of stages.flatMap((stage) => saysOf(stage, "RUN"))) await run("sh", ["-nc", text]);
    await expect(run("sh", ["-nc", "if true; then"])).rejects.toThrowError();
  });

  it("starts a program that is there, with options that it has", async () => {
    expect(entry).toEqual(["/app/dist/cli/main.js"]);
    const manifest = JSON.parse(await read("package.json")) as { bin: { thinkalong: string } };
    expect(entry[0]).toBe(`/app/${manifest.bin.thinkalong}`);
    const unit = /^ExecStart=\S+ (.*)$/m.exec(await read("packaging/thinkalong.service"))![1]!.split(" ");
    const compose = parse(await read("compose.yaml")) as { services: { thinkalong: { command: string[] } } };
    const { stdout: help } = await thinkalong(["serve", "--help"]).ended;
    for (const args of [command, unit, compose.services.thinkalong.command]) {
      expect(args[0]).toBe("serve");
      const flags = args.filter((arg) => arg.startsWith("--"));
      expect(flags.length).toBeGreaterThan(0);
      for (const flag of flags) expect(help).toContain(`${flag} <`);
    }
  });
});

// Without openssl there is none.
const pems = await selfSigned();

describe("the health check", () => {
  /** Its exit code. */
  const asked = (port: number): Promise<number> =>
    run(check[0]!, [inCheckout(check[1]!)], { env: { ...process.env, THINKALONG_PORT: String(port) } }).then(
      () => 0,
      (error: { readonly code: number }) => error.code,
    );
  const portOf = (url: string) => Number(new URL(url).port);

  it("says that a server lives, and that there is none", async () => {
    {
      await using server = await startScriptedServer();
      expect(await asked(portOf(server.url))).toBe(0);
    }
    expect(await asked(await freePort())).toBe(1);
  });

  it.skipIf(pems === null)("says so of one that speaks TLS, too", async () => {
    const dir = await makeTempDir();
    onTestFinished(() => dir.remove());
    const tls = { cert: join(dir.path, "cert.pem"), key: join(dir.path, "key.pem") };
    await writeFile(tls.cert, pems!.cert);
    await writeFile(tls.key, pems!.key);
    await using server = await startScriptedServer({}, { tls });
    expect(await asked(portOf(server.url))).toBe(0);
  });
});

describe("compose.yaml", () => {
  it("gives the container no more than it needs", async () => {
    const { services, volumes } = parse(await read("compose.yaml"));
    const { thinkalong: service } = services;
    expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"], tmpfs: ["/tmp"] });
    expect(service.security_opt).toContain("no-new-privileges:true");
    const [state, config] = service.volumes as string[];
    expect(state).toBe(`${Object.keys(volumes)[0]}:${saysOf(image, "VOLUME")[0]}`);
    expect(config).toMatch(/:ro$/);
    // What Docker waits for is longer than the server takes to end.
    expect(Number.parseInt(service.stop_grace_period, 10)).toBeGreaterThanOrEqual(30);
  });
});
