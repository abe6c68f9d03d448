import { link, mkdir, readdir, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { Installation } from "../../../src/cli/install/installation.ts";
import { prunable } from "../../../src/cli/install/prunable.ts";
import { makeTempDir } from "../../support/media.ts";

/** A FAKE installation: files with the names of the real ones. test/e2e/readme.test.ts prunes a real one. */
let home: string;
beforeEach(async () => {
  const dir = await makeTempDir();
  onTestFinished(() => dir.remove());
  home = dir.path;
});

const RUNTIME = "yours/node_modules/onnxruntime-node";
const write = async (path: string, text = "x") => {
  await mkdir(dirname(join(home, path)), { recursive: true });
  await writeFile(join(home, path), text);
};

/** thinkalong and what it uses, in a user's project. */
async function install() {
  await write("yours/node_modules/thinkalong/package.json", "{}");
  await write(`${RUNTIME}/package.json`, "{}");
  for (const machine of ["linux/x64", "linux/arm64", "darwin/arm64", "win32/x64"])
    await write(`${RUNTIME}/bin/napi-v6/${machine}/onnxruntime_binding.node`, "12345");
  await write(`${RUNTIME}/bin/napi-v6/linux/x64/libonnxruntime.so.1`);
  for (const name of ["cuda", "tensorrt", "shared"])
    await write(`${RUNTIME}/bin/napi-v6/linux/x64/libonnxruntime_providers_${name}.so`, "123");
  await write("yours/node_modules/@ffmpeg-installer/ffmpeg/package.json", "{}");
  await write("yours/node_modules/@ffmpeg-installer/linux-x64/package.json", "{}");
  await write("yours/node_modules/@ffmpeg-installer/linux-x64/ffmpeg", "1234567");
  return await Installation.at(join(home, "yours/node_modules/thinkalong"));
}

/** The database, with some of its libraries. */
async function writeDatabase(...targets: readonly string[]) {
  const known = ["darwin-arm64", "linux-arm64-gnu", "linux-x64-gnu", "linux-x64-musl", "win32-x64-msvc"];
  const optionalDependencies = Object.fromEntries(known.map((target) => [`@libsql/${target}`, "1.0.0"]));
  // As in the real one, nobody may import its package.json.
  const manifest = { exports: { ".": "./index.js" }, optionalDependencies };
  await write("yours/node_modules/libsql/package.json", JSON.stringify(manifest));
  for (const target of targets) await write(`yours/node_modules/@libsql/${target}/package.json`, "{}");
}

const linux = { platform: "linux", arch: "x64", libc: "gnu" } as const;
const names = (found: readonly { readonly path: string }[]) =>
  found.map(({ path }) => path.split("/node_modules/")[1]).sort();

describe("what an installation does not need", () => {
  it("is what is for other machines and for GPUs, and nothing of this one", async () => {
    const found = await prunable(await install(), linux);
    const bin = "onnxruntime-node/bin/napi-v6";
    expect(names(found)).toEqual([
      `${bin}/darwin/arm64`,
      `${bin}/linux/arm64`,
      ...["cuda", "shared", "tensorrt"].map((name) => `${bin}/linux/x64/libonnxruntime_providers_${name}.so`),
      `${bin}/win32/x64`,
    ]);
    expect(found.map(({ bytes }) => bytes)).toEqual([5, 5, 5, 3, 3, 3]);
    expect(found.map(({ what }) => what)).toContain("onnxruntime-node, for macOS on arm64");
  });

  it("is the bundled ffmpeg where that is asked for", async () => {
    const found = await prunable(await install(), linux, { ffmpeg: true });
    expect(names(found)).toContain("@ffmpeg-installer/linux-x64");
    expect(found.at(-1)!.bytes).toBe(9);
  });

  it.each([
    [linux, "linux-x64-musl"],
    [{ ...linux, libc: "musl" }, "linux-x64-gnu"],
  ] as const)("is the database's library for the other C library", async (machine, other) => {
    const installed = await install();
    await writeDatabase("linux-x64-gnu", "linux-x64-musl");
    const found = await prunable(installed, machine);
    expect(names(found).filter((name) => name!.includes("libsql"))).toEqual([`@libsql/${other}`]);
    expect(found.map(({ what }) => what)).toContain(`libsql, for ${other}`);
  });

  it("is none of the database's libraries where this machine's own one is missing", async () => {
    const installed = await install();
    await writeDatabase("linux-x64-musl");
    expect(names(await prunable(installed, linux)).join()).not.toContain("libsql");
  });

  it("is nothing where there is no runtime for this machine", async () => {
    const found = prunable(await install(), { ...linux, arch: "riscv64" });
    await expect(found).rejects.toMatchObject({ code: "binaries_missing" });
  });

  it("is found where it is nested, and where packages are links within the same folder", async () => {
    await install();
    const modules = join(home, "yours/node_modules");
    await mkdir(join(modules, ".store"));
    await rename(join(modules, "onnxruntime-node"), join(modules, ".store/onnxruntime-node"));
    await mkdir(join(modules, "thinkalong/node_modules"));
    await symlink(
      join(modules, ".store/onnxruntime-node"),
      join(modules, "thinkalong/node_modules/onnxruntime-node"),
    );
    const found = await prunable(await Installation.at(join(modules, "thinkalong")), linux);
    expect(names(found)[0]).toBe(".store/onnxruntime-node/bin/napi-v6/darwin/arm64");
  });

  it.each(["onnxruntime-node", "onnxruntime-node/bin/napi-v6/darwin/arm64"])(
    "is not touched where %s is a link to somewhere else, and neither is the rest",
    async (linked) => {
      const installed = await install();
      const at = join(home, "yours/node_modules", linked);
      await rename(at, join(home, "elsewhere"));
      await symlink(join(home, "elsewhere"), at);
      const found = prunable(installed, linux);
      if (linked === "onnxruntime-node")
        await expect(found).rejects.toMatchObject({ code: "outside_install" });
      // A link is no folder of the package, so it is not even looked at.
      else expect(names(await found)).not.toContain(linked);
      expect(await readdir(join(home, "elsewhere"))).not.toEqual([]);
    },
  );

  it("counts once what has two names", async () => {
    const installed = await install();
    const dylib = `${RUNTIME}/bin/napi-v6/darwin/arm64/libonnxruntime.dylib`;
    await write(dylib, "1234567890");
    await link(join(home, dylib), join(home, `${dylib}.1`));
    const found = await prunable(installed, linux);
    expect(found.find(({ path }) => path.includes("darwin"))!.bytes).toBe(15);
  });
});
