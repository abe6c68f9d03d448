import { describe, expect, it } from "vitest";
import { thinkalong } from "../support/program.ts";

describe.concurrent("thinkalong --help", () => {
  it.each<[string[], string[]]>([
    [["--help"], ["serve", "replay", "models", "--version"]],
    [
      ["replay", "--help"],
      ["--ask", "--pace", "--paradigm", "--json", "--model", "--threads", "Examples:"],
    ],
    [
      ["serve", "--help"],
      ["--port", "--host", "--model", "--threads", "--max-sessions", "--allow-origin", "--log-level"],
    ],
    [
      ["models", "--help"],
      ["list", "info"],
    ],
  ])("explains %j", async (args, words) => {
    const { code, stdout, stderr } = await thinkalong(args).ended;
    expect([code, stderr]).toEqual([0, ""]);
    for (const word of words) expect(stdout).toContain(word);
  });

  it.each<[string, string[]]>([
    ["an unknown option", ["replay", "clip.mp4", "--sideways"]],
    ["an unknown command", ["think"]],
    ["a missing argument", ["replay"]],
    ["an unknown choice", ["replay", "clip.mp4", "--pace", "slow"]],
    ["an invalid number", ["replay", "clip.mp4", "--threads", "0"]],
    ["an invalid port", ["serve", "--port", "http"]],
  ])("is pointed to at %s", async (_, args) => {
    const { code, stdout, stderr } = await thinkalong(args).ended;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain("--help");
    expect(stdout).toBe("");
  });
});
