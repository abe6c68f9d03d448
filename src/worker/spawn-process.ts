import { type ChildProcess, fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Flags of Node that bound memory. Others, such as those that load code or open a debugger, are the parent's alone. */
const MEMORY_FLAG = /^--[a-z_-]*(heap|space|stack)[a-z_-]*=/;

/**
 * Starts Node with a module beside its caller: with the TypeScript source in a checkout, with the built file in a
 * package. It has this process's environment, standard output and limits of memory. Messages between the two are any
 * plain values, typed arrays included. Its standard error can be read here.
 *
 * @param base the caller's `import.meta.url`
 * @param name the module's name without its file extension
 * @throws {Error} when the system cannot start a process (`ENOENT`, `EAGAIN`, `EMFILE`, `ENOMEM`)
 */
export async function spawnProcess(base: string, name: string): Promise<ChildProcess> {
  const fromSource = base.endsWith(".ts");
  const loader = fromSource ? ["--import", pathToFileURL(createRequire(base).resolve("tsx")).href] : [];
  const module = fileURLToPath(new URL(`./${name}.${fromSource ? "ts" : "js"}`, base));
  const memory = process.execArgv.filter((flag) => MEMORY_FLAG.test(flag));
  const child = fork(module, {
    execPath: process.execPath,
    execArgv: [...memory, ...loader],
    serialization: "advanced",
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.on("error", reject);
  });
  return child;
}
