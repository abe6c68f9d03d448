import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { startTinyEngine } from "../../support/engine.ts";
import { makeTempDir, makeVideo } from "../../support/media.ts";
import { hasOpenai, requireOpenai } from "../../support/openai/installation.ts";
import { picture, startServer } from "../../support/server.ts";
import { secretOf, startGuardedServer } from "../../support/tokens.ts";
import { WsClient } from "../../support/ws-client.ts";

const data = (mime: string, bytes: Uint8Array) =>
  `data:${mime};base64,${Buffer.from(bytes).toString("base64")}`;

/** Runs Python, and returns what it prints. */
async function python(args: readonly string[], input = ""): Promise<string> {
  const running = promisify(execFile)(requireOpenai(), args);
  running.child.stdin?.end(input);
  return (await running).stdout;
}

describe.skipIf(!hasOpenai)("OpenAI's client for Python", () => {
  it("asks about a picture, a video and a live stream, and hears the words as they come", async () => {
    const dir = await makeTempDir();
    onTestFinished(() => dir.remove());
    const clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 2 });
    await using server = await startServer(await startTinyEngine());
    const { id, fps, framesPerUnit } = server.engine.model;
    const session = await WsClient.connect(server.url);
    await session.next("session.created");
    for (let seq = 0; seq < framesPerUnit; seq++) session.frame(await picture(), seq, (seq * 1000) / fps);
    await session.next("response.reasoning_text.done");
    const script = join(import.meta.dirname, "../../support/openai/ask.py");
    const shown = [data("image/jpeg", await picture()), data("video/mp4", await readFile(clip))];
    const said = JSON.parse(await python([script, server.url, id], JSON.stringify(shown)));
    const { text } = session.all("response.output_text.done")[0]!;
    expect(said).toEqual({
      models: [id, "stream:session_0"],
      image: ((framesPerUnit - 1) * 1000) / fps,
      video: [2000 - 1000 / fps, expect.stringMatching(/stop|length/)],
      same: true,
      usage: true,
      live: expect.stringContaining(text),
      realtime: [expect.any(String), expect.stringMatching(/completed|incomplete/), said.realtime[0]],
      errors: [
        ["BadRequestError", "unsupported_parameter", "tools"],
        ["NotFoundError", "model_not_found", "model"],
      ],
    });
  });

  it("knows a wrong key, and one that may not, by their errors", async () => {
    await using server = await startGuardedServer([{ name: "watcher", scopes: ["watch"] }]);
    const script = `
import openai, sys
for key in sys.argv[2:]:
    client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key=key, max_retries=0)
    try:
        client.chat.completions.create(model="stream:door", messages=[{"role": "user", "content": "why?"}])
    except openai.APIStatusError as error:
        print(type(error).__name__, error.code)
`;
    const said = await python(["-c", script, server.url, "sk-wrong", secretOf("watcher")]);
    expect(said.trim().split("\n")).toEqual([
      "AuthenticationError unauthorized",
      "PermissionDeniedError forbidden",
    ]);
  });
});
