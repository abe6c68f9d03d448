import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { type IngestError, openVideo } from "../../src/ingest/mod.ts";

const options = { width: 64, height: 48, fps: 4, pace: "max" } as const;

function failure(url: string, firstFrameTimeoutMs = 60_000): Promise<IngestError> {
  return new Promise((resolve, reject) =>
    openVideo(url, { ...options, firstFrameTimeoutMs }).subscribe({
      error: resolve,
      complete: () => reject(new Error("It played.")),
    }),
  );
}

/** A machine that is none of a camera, at the address to which a camera's name leads. */
async function stranger(meet: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    meet(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    place: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.each([
  ["rtsp", "source_lost"],
  ["http", "url_unreachable"],
] as const)("a camera's name (%s)", { concurrent: true }, (scheme, hungUp) => {
  it("that leads nowhere is told", async () => {
    const { code, message } = await failure(`${scheme}://no-such-camera.invalid/video`);
    // Old static builds crash when they resolve names; that is told, too.
    expect(["url_unreachable", "ffmpeg_killed"]).toContain(code);
    expect(message).toContain("no-such-camera.invalid");
  });

  it.each<[string, (socket: Socket) => void]>([
    ["hangs up", (socket) => void socket.end()],
    ["speaks of something else", (socket) => void socket.end("SSH-2.0-OpenSSH_9\r\n")],
  ])("that leads to a machine which %s is told", async (_, meet) => {
    await using other = await stranger(meet);
    const failed = await failure(`${scheme}://${other.place}/video`);
    expect([failed.code, failed.message]).toEqual([hungUp, expect.stringContaining(other.place)]);
  });
});

it("a camera's name that leads to a machine which says nothing is told", async () => {
  await using other = await stranger(() => {});
  const { code, message } = await failure(`rtsp://${other.place}/video`, 500);
  expect([code, message]).toEqual(["first_frame_timeout", expect.stringContaining(other.place)]);
});
