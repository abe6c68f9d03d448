import { join } from "node:path";
import { expect, it } from "vitest";
import { createEngine } from "../../../src/backends/mod.ts";
import { BUNDLED_MODEL } from "../../support/bundles.ts";
import { jpegsOf } from "../../support/clips.ts";
import { ffmpeg, makeTempDir } from "../../support/media.ts";
import { startServer, until } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

it("a WebSocket client is told that its scene is unfamiliar, and can switch that off", async () => {
  const dir = await makeTempDir();
  const clip = join(dir.path, "slides.mp4");
  await ffmpeg(
    "-f",
    "lavfi",
    "-i",
    "testsrc=size=320x240:rate=8:duration=7",
    "-c:v",
    "mpeg4",
    "-q:v",
    "3",
    clip,
  );
  const pictures = await jpegsOf(clip, 4, 7);
  await dir.remove();
  const engine = await createEngine({ model: BUNDLED_MODEL });
  await using server = await startServer(engine, { limits: { maxCatchUpMs: 60_000 } });
  for (const scene_monitor of [true, false]) {
    const client = await WsClient.connect(server.url);
    client.send({ type: "session.update", session: { scene_monitor } });
    for (const [seq, picture] of pictures.entries()) {
      client.frame(picture, seq, 250 * seq);
      // As fast as it is thought about, so that none is dropped.
      const units = Math.floor((seq + 1) / 2);
      await until("the unit", () => client.all("response.reasoning_text.done").length >= units);
    }
    client.send({ type: "session.close" });
    const { totals } = await client.next("session.closed");
    const scenes = client.all("session.scene");
    if (scene_monitor) {
      expect(scenes).toMatchObject([{ status: "unfamiliar", reason: "screen", since_ms: 250 }]);
      expect(scenes[0]!.message).toContain("screen");
      const doubtful = client.all("response.reasoning_text.done").filter(({ unfamiliar }) => unfamiliar);
      expect(doubtful.length).toBeGreaterThan(2);
      expect(totals.units_unfamiliar).toBe(doubtful.length);
    } else {
      expect(scenes).toEqual([]);
      expect(totals.units_unfamiliar).toBe(0);
    }
    await client.closed();
  }
});
