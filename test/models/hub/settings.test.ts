import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hubSettings, parseCheckpointName } from "../../../src/models/hub/mod.ts";
import { makeTempDir } from "../../support/media.ts";

describe("settings of the hub", () => {
  it("have the defaults of Python's client", async () => {
    const settings = await hubSettings({ HF_TOKEN_PATH: "/no/such/file" });
    const cacheDir = join(homedir(), ".cache/huggingface/hub");
    expect(settings).toEqual({ endpoint: "https://huggingface.co", token: null, cacheDir, offline: false });
  });

  it("come from the environment", async () => {
    const found = await hubSettings({
      ...{ HF_ENDPOINT: "https://mirror.example/hf/", HF_TOKEN: " hf_a\n", HF_HOME: "~/models" },
      ...{ HF_HUB_OFFLINE: "yes" },
    });
    const cacheDir = join(homedir(), "models/hub");
    expect(found).toEqual({
      endpoint: "https://mirror.example/hf",
      token: "hf_a",
      cacheDir,
      offline: true,
    });
    expect((await hubSettings({ XDG_CACHE_HOME: "/x" })).cacheDir).toBe("/x/huggingface/hub");
    expect((await hubSettings({ HF_HOME: "/x", HF_HUB_CACHE: "/y" })).cacheDir).toBe("/y");
  });

  it("take the token of a file when none is in the environment, unless that is forbidden", async () => {
    const { path, remove } = await makeTempDir();
    await writeFile(join(path, "token"), "hf_file\n");
    const token = async (more: Record<string, string>) =>
      (await hubSettings({ HF_HOME: path, ...more })).token;
    expect(await token({})).toBe("hf_file");
    expect(await token({ HF_TOKEN: "hf_env" })).toBe("hf_env");
    expect(await token({ HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" })).toBeNull();
    await remove();
  });

  it("refuse what cannot be sent, and do not show the token", async () => {
    await expect(hubSettings({ HF_ENDPOINT: "mirror" })).rejects.toThrow(/HF_ENDPOINT is mirror/);
    const error: Error = await hubSettings({ HF_TOKEN: "hf_sé cret" }).catch((thrown) => thrown);
    expect(error.message).toMatch(/HF_TOKEN has characters/);
    expect(error.message).not.toContain("cret");
  });
});

describe("a checkpoint's name", () => {
  it.each([
    ["Qwen/Qwen3-VL-2B-Instruct", { id: "Qwen/Qwen3-VL-2B-Instruct", revision: null }],
    ["a/b@v1.0", { id: "a/b", revision: "v1.0" }],
    ["a/b@refs/pr/3", { id: "a/b", revision: "refs/pr/3" }],
  ])("%s is read", (text, name) => expect(parseCheckpointName(text)).toEqual(name));

  it.each([
    "a",
    "a/b/c",
    "./a",
    "../a",
    "/a",
    "a/..",
    "a--b/c",
    "a/b@",
    "a/b@../x",
    "a/b@x@y",
    "a/b@-x",
    "a/ b",
  ])("%s is none", (text) => expect(parseCheckpointName(text)).toBeNull());
});
