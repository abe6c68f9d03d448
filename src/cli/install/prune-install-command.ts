import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import pc from "picocolors";
import { IngestError, resolveFfmpeg } from "../../ingest/mod.ts";
import { sizeText } from "../../models/mod.ts";
import { guarded } from "../failure.ts";
import { printLine } from "../output.ts";
import { PACKAGE_DIR } from "../paths.ts";
import { InstallError } from "./install-error.ts";
import { Installation } from "./installation.ts";
import { thisMachine } from "./machine.ts";
import { DATABASE, type Prunable, prunable, RUNTIME } from "./prunable.ts";

interface PruneFlags {
  readonly yes?: true;
  readonly bundledFfmpeg?: true;
}

async function prune({ yes, bundledFfmpeg }: PruneFlags): Promise<void> {
  const install = await Installation.at(PACKAGE_DIR);
  if (bundledFfmpeg) await requireOtherFfmpeg();
  const found = await prunable(install, thisMachine(), { ffmpeg: bundledFfmpeg ?? false });
  if (found.length === 0) {
    printLine(`There is nothing in ${install.modules} that this machine does not need.`);
    return;
  }
  const sizes = found.map(({ bytes }) => sizeText(bytes));
  const width = Math.max(...sizes.map((size) => size.length));
  printLine(`In ${install.modules}, this machine (${process.platform} ${process.arch}) does not need:`);
  for (const [i, { what, path }] of found.entries())
    printLine(`  ${sizes[i]!.padStart(width)}  ${what}  ${pc.dim(relative(install.modules, path))}`);
  const all = sizeText(found.reduce((sum, { bytes }) => sum + bytes, 0));
  if (!yes) {
    printLine(`That is ${all}. Nothing was removed. Add --yes to remove it.`);
    return;
  }
  await requireLibraries(install, "binaries_missing");
  for (const each of found) await remove(each);
  await requireLibraries(install, "broken_by_pruning");
  printLine(`${all} were removed, and what is left was tried. Installing thinkalong again brings them back.`);
}

/** An ffmpeg that is not the one to be removed. */
async function requireOtherFfmpeg(): Promise<void> {
  const { origin } = await resolveFfmpeg();
  if (origin !== "installer") return;
  throw new IngestError(
    "ffmpeg_missing",
    "There is no other ffmpeg than the one that comes with the packages, so it is needed. Install ffmpeg, or leave out --bundled-ffmpeg.",
  );
}

async function remove({ path }: Prunable): Promise<void> {
  await rm(path, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    const message = `${path} could not be removed (${cause.code ?? cause.message}). Run this as the user who installed thinkalong. What was removed before that was not needed either.`;
    throw new InstallError("unremovable", message, { cause });
  });
}

/** Loads the libraries of which parts are removed, each in a process of its own, as the server would. */
async function requireLibraries(
  install: Installation,
  code: "binaries_missing" | "broken_by_pruning",
): Promise<void> {
  for (const name of [RUNTIME, DATABASE])
    if (name === RUNTIME || (await install.packageFolder(name)) !== null)
      await requireLibrary(install, name, code);
}

async function requireLibrary(
  { root }: Installation,
  name: string,
  code: "binaries_missing" | "broken_by_pruning",
): Promise<void> {
  const script = "require('node:module').createRequire(process.argv[1])(process.argv[2])";
  await promisify(execFile)(process.execPath, ["-e", script, join(root, "package.json"), name]).catch(
    (cause) => {
      const what = code === "binaries_missing" ? "so nothing is removed" : "after others were removed";
      const why = String(cause.stderr || cause.message)
        .trim()
        .split("\n")
        .at(-1);
      const message = `${name} cannot be loaded, ${what} (${why}). Install thinkalong again.`;
      throw new InstallError(code, message, { cause });
    },
  );
}

export function pruneInstallCommand(): Command {
  return new Command("prune-install")
    .description(
      "Show what this installation has for other machines and for GPUs, and remove it with --yes. It is in the packages that thinkalong uses; nothing else is touched.",
    )
    .option("-y, --yes", "remove it, instead of showing it only")
    .option(
      "--bundled-ffmpeg",
      "the ffmpeg that comes with the packages, too: another one was found on the PATH or in FFMPEG_PATH",
    )
    .addHelpText(
      "after",
      `
Examples:
  $ thinkalong prune-install
  $ thinkalong prune-install --yes
  $ thinkalong prune-install --bundled-ffmpeg --yes`,
    )
    .action(guarded(prune, [InstallError]));
}
