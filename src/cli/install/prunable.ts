import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { InstallError } from "./install-error.ts";
import { bytesOf, type Installation, isThere } from "./installation.ts";
import type { Machine } from "./machine.ts";

/** Something that this machine does not need. */
export interface Prunable {
  /** For people: what it is. */
  readonly what: string;
  /** A file or a folder. */
  readonly path: string;
  readonly bytes: number;
}

/** Packages that bring libraries for machines. The second may be missing. */
export const RUNTIME = "onnxruntime-node";
export const DATABASE = "libsql";
const FFMPEG = "@ffmpeg-installer/ffmpeg";
const BINDING = "onnxruntime_binding.node";
/** Libraries for GPUs, which the runtime's install script fetches on some machines. thinkalong computes on the processor. */
const GPU_LIBRARY = /^(?:lib)?onnxruntime_providers_(?:cuda|tensorrt|shared)\b/;

const SYSTEMS: Readonly<Record<string, string>> = { darwin: "macOS", linux: "Linux", win32: "Windows" };

/**
 * What an installation has for other machines, and for GPUs. Looks only.
 *
 * @param options.ffmpeg whether the ffmpeg that came with the packages is not needed either
 * @throws {InstallError} `binaries_missing` where it lacks what this machine needs; `outside_install`
 */
export async function prunable(
  install: Installation,
  machine: Machine,
  { ffmpeg = false }: { readonly ffmpeg?: boolean } = {},
): Promise<Prunable[]> {
  const found = [
    ...(await ofRuntime(install, machine)),
    ...(await ofDatabase(install, machine)),
    ...(ffmpeg ? await ofFfmpeg(install, machine) : []),
  ];
  for (const { path } of found) await install.requireInside(path);
  return await Promise.all(found.map(async (each) => ({ ...each, bytes: await bytesOf(each.path) })));
}

type Found = Omit<Prunable, "bytes">;

async function ofRuntime(install: Installation, { platform, arch }: Machine): Promise<Found[]> {
  const folder = await install.packageFolder(RUNTIME);
  const versions = folder === null ? [] : await subfolders(join(folder, "bin"));
  const own = await firstThat(versions, (version) => isThere(join(version, platform, arch, BINDING)));
  if (own === null) {
    throw new InstallError(
      "binaries_missing",
      `${RUNTIME} has nothing for this machine (${platform} ${arch}), or is not installed. So nothing is removed. Install thinkalong again.`,
    );
  }
  const others = (await Promise.all(versions.map(subfolders))).flat();
  const machines = (await Promise.all(others.map(subfolders))).flat();
  const kept = join(own, platform, arch);
  const gpu = (await readdir(kept)).filter((name) => GPU_LIBRARY.test(name));
  return [
    ...machines.filter((path) => path !== kept).map((path) => ({ what: machineName(path), path })),
    ...gpu.map((name) => ({ what: `${RUNTIME}, for GPUs of NVIDIA`, path: join(kept, name) })),
  ];
}

/** npm installs its libraries for both C libraries of Linux, each in a package such as `@libsql/linux-x64-musl`. */
async function ofDatabase(install: Installation, machine: Machine): Promise<Found[]> {
  const folder = await install.packageFolder(DATABASE);
  if (folder === null) return [];
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  };
  const packages: (Found & { readonly isOwn: boolean })[] = [];
  for (const name of Object.keys(manifest.optionalDependencies ?? {})) {
    const path = await install.packageFolder(name, folder);
    const target = name.slice(name.indexOf("/") + 1);
    if (path !== null)
      packages.push({ what: `${DATABASE}, for ${target}`, path, isOwn: isFor(target, machine) });
  }
  return packages.some(({ isOwn }) => isOwn)
    ? packages.filter(({ isOwn }) => !isOwn).map(({ what, path }) => ({ what, path }))
    : [];
}

/** @param target such as `linux-x64-gnu`, `linux-arm-musleabihf`, `darwin-arm64` */
function isFor(target: string, { platform, arch, libc }: Machine): boolean {
  const [system, processor, abi = ""] = target.split("-");
  return system === platform && processor === arch && (libc === null || abi.startsWith(libc));
}

async function ofFfmpeg(install: Installation, { platform, arch }: Machine): Promise<Found[]> {
  const installer = await install.packageFolder(FFMPEG);
  if (installer === null) return [];
  const path = await install.packageFolder(`@ffmpeg-installer/${platform}-${arch}`, installer);
  return path === null ? [] : [{ what: "the old ffmpeg that comes with the packages", path }];
}

/** From `…/linux/arm64`. */
function machineName(path: string): string {
  const [system = "", arch = ""] = path.split(/[\\/]/).slice(-2);
  return `${RUNTIME}, for ${SYSTEMS[system] ?? system} on ${arch}`;
}

async function subfolders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name))
    .sort();
}

async function firstThat<T>(all: readonly T[], holds: (each: T) => Promise<boolean>): Promise<T | null> {
  for (const each of all) if (await holds(each)) return each;
  return null;
}
