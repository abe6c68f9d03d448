import { describe, expect, it } from "vitest";
import { thinkalong } from "../support/program.ts";

describe.concurrent("thinkalong --help", () => {
  it.each<[string[], string[]]>([
    [["--help"], ["serve", "replay", "models", "engines", "tokens", "prune-install", "--version"]],
    [
      ["replay", "--help"],
      [
        ...["--ask", "--pace", "--paradigm", "--json", "--model", "--threads", "Examples:"],
        ...[
          "--live",
          "--no-live",
          "--reconnect",
          "--fps, --input-fps",
          "--connect-timeout",
          "--stall-timeout",
        ],
        ...[
          "--transport",
          "--interval",
          "--watch",
          "/dev/video0",
          "RTMP, SRT, UDP or RTP",
          "--jsonl",
          "--vtt",
        ],
        ...["--decode", "--hwaccel"],
      ],
    ],
    [
      ["serve", "--help"],
      [
        ...["--port", "--host", "--model", "--threads", "--max-sessions", "--allow-origin", "--log-level"],
        ...["--isolation", "--hang-timeout", "--tokens", "--insecure"],
        ...["--tls-cert", "--tls-key", "--tls-self-signed", "--jsonl"],
      ],
    ],
    [
      ["tokens", "add", "--help"],
      ["<name>", "--scope", "--stream", "--expires", "--file", "Examples:"],
    ],
    [
      ["prune-install", "--help"],
      ["--yes", "--bundled-ffmpeg", "Examples:"],
    ],
    [
      ["models", "--help"],
      ["pull", "list", "info", "check", "remove"],
    ],
    [
      ["models", "pull", "--help"],
      ["<id-or-dir>", "--weights", "--revision", "--force", "HF_TOKEN", "HF_HOME", "Examples:"],
    ],
    [
      ["models", "check", "--help"],
      ["<id-or-dir>", "--picture-size", "--threads", "--json", "exit code", "Examples:"],
    ],
    [
      ["models", "remove", "--help"],
      ["<id>", "--weights", "--downloads"],
    ],
    [
      ["engines", "probe", "--help"],
      ["<url>", "--model", "--api-key-env", "THINKALONG_API_KEY", "--json", "Examples:"],
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
    ["an unknown command of models", ["models", "show"]],
  ])("is pointed to at %s", async (_, args) => {
    const { code, stdout, stderr } = await thinkalong(args).ended;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain("--help");
    expect(stdout).toBe("");
  });

  it.each<[string, string[], RegExp]>([
    ["a port above 65535", ["serve", "--port", "99999"], /'99999' is invalid\. .*from 0 to 65535\./],
    ["a port below 0", ["serve", "--port=-1"], /'-1' is invalid\. .*from 0 to 65535\./],
    ["an empty port", ["serve", "--port", ""], /from 0 to 65535\./],
    ["2000 threads of serve", ["serve", "--threads", "2000"], /'2000' is invalid\. .*from 1 to 64\./],
    ["0 frames a second", ["replay", "x.mp4", "--fps", "0"], /'0' is invalid\. .*greater than 0\./],
    ["no time-out", ["replay", "x.mp4", "--stall-timeout", "soon"], /'soon' is invalid\. .*seconds greater/],
    ["65 threads of replay", ["replay", "x.mp4", "--threads", "65"], /'65' is invalid\. .*from 1 to 64\./],
  ])("names the range at %s", async (_, args, words) => {
    await using program = thinkalong(args);
    const { code, stdout, stderr } = await program.ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/ at |RangeError|ERR_/);
  });
});
