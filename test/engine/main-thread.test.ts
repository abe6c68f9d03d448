import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** Names of the inference runtime's libraries that a process has loaded after some code. */
async function loadedRuntime(code: string): Promise<string> {
  const report = "process.report.getReport().sharedObjects.filter((name) => name.includes('onnxruntime'))";
  const script = `${code}.then(() => console.log(${report}.length))`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "-e", script]);
  return stdout.trim();
}

it("the main thread does not load the inference runtime: only workers compute", async () => {
  expect(await loadedRuntime("import('./src/index.ts')")).toBe("0");
  expect(await loadedRuntime("import('onnxruntime-node')"), "it would be noticed").not.toBe("0");
});
