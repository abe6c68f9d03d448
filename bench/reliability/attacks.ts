import type { Socket } from "node:net";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import sharp from "sharp";
import { WebSocket } from "ws";
import { encodeFrameHeader } from "../../src/protocol/mod.ts";

/** So many bytes wait in a socket before an attacker waits, too: more would only fill its own memory. */
const ENOUGH_BYTES = 4 * 2 ** 20;

/** Prepares an attack, so that its preparation is not measured. What it returns attacks until it is stopped. */
type Attack = () => Promise<(url: string) => Promise<never>>;

async function connect(url: string): Promise<WebSocket> {
  for (;;) {
    const socket = new WebSocket(url);
    socket.on("message", () => {}).on("error", () => {});
    const isOpen = await new Promise((resolve) =>
      socket.once("open", () => resolve(true)).once("close", () => resolve(false)),
    );
    if (isOpen) return socket;
    await sleep(10);
  }
}

/** Sends as fast as it can, and connects again when it is thrown out. */
function flood(sendOne: (socket: WebSocket, count: number) => void, prepare?: (socket: WebSocket) => void) {
  return async (url: string): Promise<never> => {
    for (;;) {
      const socket = await connect(url);
      prepare?.(socket);
      for (let count = 0; socket.readyState === socket.OPEN; count++) {
        if (socket.bufferedAmount > ENOUGH_BYTES) await sleep(1);
        else sendOne(socket, count);
        if (count % 64 === 0) await turn();
      }
    }
  };
}

/** The same from several connections. */
function together(count: number, attack: (url: string) => Promise<never>) {
  return (url: string): Promise<never> => Promise.race(Array.from({ length: count }, () => attack(url)));
}

const question = (text: string) =>
  JSON.stringify({
    type: "conversation.item.create",
    item: { type: "message", role: "user", content: [{ type: "input_text", text }] },
  });

const frame = (image: Uint8Array, seq: number, captureTimeMs: number) =>
  Buffer.concat([encodeFrameHeader({ seq, captureTimeMs }), image]);

function noise(side: number) {
  const mean = { type: "gaussian", mean: 128, sigma: 30 } as const;
  return sharp({ create: { width: side, height: side, channels: 3, background: "grey", noise: mean } });
}

const smallPicture = () => noise(320).jpeg().toBuffer();

/** One picture after the other, a quarter of a second apart by their capture times. */
const pictures = (image: Buffer) => flood((socket, seq) => socket.send(frame(image, seq, 250 * seq)));

/** Text in pieces of one byte each, as many as there may be of one message. */
const PIECES = Buffer.concat([
  Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x78]),
  ...Array(500).fill(Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x78])),
  Buffer.from([0x80, 0x81, 0, 0, 0, 0, 0x78]),
]);

/** Everything that a client can make the server do too much of, by what it sends. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  "the text x": async () => flood((socket) => socket.send("x")),
  pings: async () => flood((socket) => socket.ping()),
  "nested JSON of 60 kB": async () => {
    const nested = "[".repeat(30_000) + "]".repeat(30_000);
    return flood((socket) => socket.send(nested));
  },
  "a message in 502 pieces": async () =>
    flood((socket) => (socket as unknown as { _socket: Socket })._socket.write(PIECES)),
  "questions of 4096 characters": async () => {
    const long = question("a ".repeat(2048));
    return flood((socket) => socket.send(long));
  },
  "questions, from four clients": async () => {
    const image = await smallPicture();
    const short = question("how many cars have left?");
    const begin = (socket: WebSocket) => {
      for (let seq = 0; seq < 4; seq++) socket.send(frame(image, seq, 250 * seq));
    };
    return together(
      4,
      flood((socket) => socket.send(short), begin),
    );
  },
  "pictures of 8 MB in base64": async () => {
    const image = (await noise(2048).png({ compressionLevel: 0 }).toBuffer()).subarray(0, 8 * 2 ** 20);
    const text = JSON.stringify({ type: "input_video_frame.append", image: image.toString("base64") });
    return flood((socket) => socket.send(text));
  },
  "small pictures": async () => pictures(await smallPicture()),
  "progressive JPEGs of 4096², from four clients": async () =>
    together(4, pictures(await noise(4096).jpeg({ quality: 40, progressive: true }).toBuffer())),
  "progressive JPEGs of 2000², from four clients": async () =>
    together(4, pictures(await noise(2000).jpeg({ quality: 80, progressive: true }).toBuffer())),
  "PNGs of 4096², from four clients": async () => {
    const blank = { create: { width: 4096, height: 4096, channels: 4, background: "grey" } } as const;
    return together(4, pictures(await sharp(blank).png().toBuffer()));
  },
  "connections that come and go": async () => async (url) => {
    for (;;) {
      const socket = await connect(url);
      socket.send("x");
      socket.terminate();
    }
  },
};
