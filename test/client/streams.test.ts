import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CameraObject,
  ClientError,
  connect,
  type ServerEvent,
  type SessionStreamObject,
  ThinkalongClient,
} from "../../client/lib/mod.ts";
import { makeTempDir, makeVideo } from "../support/media.ts";
import { startScriptedServer, until } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 60, fps: 10, size: "320x240" });
});
afterAll(() => dir.remove());

const start = () =>
  startScriptedServer(
    { answer: () => "two cars have left", pauseMs: 1 },
    { cameras: { street: { url: clip, loop: true } }, cameraNetwork: { allowPrivate: true } },
  );

/** Every field that the library's type of a stream names. */
const SHOWN: { camera: (keyof CameraObject)[]; session: (keyof SessionStreamObject)[] } = {
  camera: [
    "created",
    "id",
    "kind",
    "latest_alert",
    "latest_thought",
    "message",
    "newest_media_time_ms",
    "object",
    "origin",
    "recap",
    "restarts",
    "settings",
    "state",
    "stats",
    "url",
    "watchers",
  ],
  session: [
    "created",
    "id",
    "kind",
    "latest_alert",
    "latest_thought",
    "newest_media_time_ms",
    "object",
    "recap",
    "settings",
    "state",
    "stats",
    "watchers",
  ],
};

describe("the streams of a server over HTTP", () => {
  it("are listed, shown, asked and pictured", async () => {
    await using server = await start();
    const { streams } = new ThinkalongClient(server.url);
    const session = await connect(server.url);
    const listed = await streams.list();
    expect(listed.map(({ id, kind }) => [id, kind])).toEqual([
      ["street", "camera"],
      [session.info!.id, "session"],
    ]);
    for (const stream of listed) expect(Object.keys(stream).sort()).toEqual(SHOWN[stream.kind]);
    await until("a picture", () => (server.engine.opened[0]?.frames.length ?? 0) > 1);
    const { picture, mediaTimeMs } = await streams.snapshot("street", { side: 160 });
    expect([...new Uint8Array(await picture.arrayBuffer()).subarray(0, 2)]).toEqual([0xff, 0xd8]);
    expect(mediaTimeMs).toBeGreaterThanOrEqual(0);
    // The camera sends picture after picture, so one that has not changed is that of a session that sends none.
    session.sendFrame(new Uint8Array(await picture.arrayBuffer()), { mediaTimeMs: 1000 });
    await until("the session's picture", () => (server.engine.opened[1]?.frames.length ?? 0) > 0);
    const own = await streams.newerSnapshot(session.info!.id, null, { side: 160 });
    expect(own!.mediaTimeMs).toBe(1000);
    expect(await streams.newerSnapshot(session.info!.id, own, { side: 160 }), "there is none").toBeNull();
    session.sendFrame(new Uint8Array(await picture.arrayBuffer()), { mediaTimeMs: 2000 });
    await until("another one", () => (server.engine.opened[1]?.frames.length ?? 0) > 1);
    expect(await streams.newerSnapshot(session.info!.id, own, { side: 160 })).toMatchObject({
      mediaTimeMs: 2000,
    });
    const answer = streams.ask("street", "how many cars have left?");
    let text = "";
    for await (const piece of answer) text += piece;
    expect([text, (await answer.whole).status]).toEqual(["two cars have left", "completed"]);
    const stop = new AbortController();
    const stopped = streams.ask("street", "how many cars have left?", { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(stopped.whole).rejects.toThrowError("enough");
    for (const wrong of [streams.get("shed"), streams.ask("shed", "who?").whole])
      await expect(wrong).rejects.toMatchObject({ code: "stream_not_found", status: 404 });
  });

  it("are opened, changed and closed", async () => {
    await using server = await start();
    const { streams } = new ThinkalongClient(server.url);
    const url = "http://127.0.0.1:1/video.mjpg";
    expect(await streams.create("door", { url, fps: 2 })).toMatchObject({
      id: "door",
      origin: "api",
      settings: { fps: 2 },
    });
    expect(await streams.change("door", { enabled: false, fps: null })).toMatchObject({
      state: "disabled",
      settings: { enabled: false },
    });
    await streams.delete("door");
    await expect(streams.get("door")).rejects.toBeInstanceOf(ClientError);
  });

  it("tell their events, each once, over a connection that breaks", async () => {
    await using server = await start();
    await using proxy = await TcpProxy.start(server.url);
    const { streams } = new ThinkalongClient(proxy.url);
    const heard: ServerEvent[] = [];
    const stop = new AbortController();
    const { signal } = stop;
    const reading = (async () => {
      for await (const event of streams.events("street", {
        fromStart: true,
        signal,
        retry: { firstMs: 20 },
      })) {
        heard.push(event);
        if (heard.length % 10 === 0) proxy.cut();
        if (heard.length === 45) stop.abort(new Error("enough"));
      }
    })();
    await expect(reading).rejects.toThrowError("enough");
    expect(heard.map(({ event_id }) => event_id)).toEqual(heard.map((_, i) => `event_${i}`));
    expect(proxy.connections).toBeGreaterThan(2);
    await expect(streams.events("shed").next()).rejects.toMatchObject({ code: "stream_not_found" });
  });
});
