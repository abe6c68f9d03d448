import { expect, it } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { startNode } from "../support/program.ts";

it.skipIf(process.platform !== "linux")(
  "the inference runtime is kept from reporting how it is used",
  async () => {
    const code = `import { createEngine } from ${JSON.stringify(new URL("../../src/backends/mod.ts", import.meta.url).href)};
    const engine = await createEngine({ model: ${JSON.stringify(TINY_BUNDLE)} });
    console.log("set to " + process.env.ORT_DISABLE_TELEMETRY);
    await engine.close();`;
    // Where it may not write, the runtime complains that it cannot keep the number by which it is known.
    const env = { HOME: "/proc/no-home", XDG_CACHE_HOME: "/proc/no-cache", ORT_DISABLE_TELEMETRY: "" };
    const { stdout, stderr } = await startNode(["--input-type=module", "-e", code], env).ended;
    expect(stdout).toBe("set to 1\n");
    expect(stderr).not.toMatch(/telemetry/i);
  },
);
