import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

export interface ServerProcess {
  readonly child: ChildProcess;
  /** Where clients connect. */
  readonly url: string;
}

/** Starts the server in a process of its own, as a user starts it. The caller ends it. */
export async function startServerProcess(maxSessions: number): Promise<ServerProcess> {
  const options = ["serve", "--port", "0", "--max-sessions", String(maxSessions)];
  const command = ["--import", "tsx", join(root, "src/cli/main.ts"), ...options];
  const child = spawn(process.execPath, command, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error("The server did not start.")));
    child.stdout.on("data", (text) => {
      said += text;
      const found = /ws:\/\/[\w.:]+\/v1\/stream/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    });
  });
  return { child, url };
}
