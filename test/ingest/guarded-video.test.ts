/**
 * Videos whose URLs come from somebody who is not trusted, through the real ffmpeg: the one that `resolveFfmpeg` finds,
 * and npm's old one. 127.0.0.1 plays a public address, 127.0.0.2 a private one.
 */
import { createCipheriv, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { connect, Server } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { lastValueFrom, type Observable, take, toArray } from "rxjs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { FfmpegBinary } from "../../src/ingest/ffmpeg-binary.ts";
import {
  type Frame,
  IngestError,
  type NetworkPolicy,
  openVideo,
  probeVideo,
  requireAllowed,
  resolveFfmpeg,
} from "../../src/ingest/mod.ts";
import { selfSigned } from "../support/certificate.ts";
import { Listener } from "../support/listener.ts";
import { eventually, makeTempDir, makeVideo, serveRtsp } from "../support/media.ts";
import { names } from "../support/names.ts";
import { CODED_SIZE, codedVideo, numberOf } from "../support/rtsp/coded-video.ts";
import { RtspCamera } from "../support/rtsp/rtsp-camera.ts";

const lookup = names({ "cam.test": ["127.0.0.1"], "inside.test": ["127.0.0.2"] });
const network: NetworkPolicy = { lookup, allowCameraHosts: ["127.0.0.1"] };
const format = { width: 8, height: 6, fps: 5, pace: "max" } as const;
const certificate = await selfSigned();

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
let segment: Buffer;
let coded: Buffer;
let forbidden: Listener;
/** All servers that were started during a test, relays among them. */
const servers: Server[] = [];
beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { output: ["-movflags", "+faststart"] });
  segment = await readFile(await makeVideo(join(dir.path, "clip.ts")));
  coded = await codedVideo(20);
  forbidden = await Listener.forbidden();
});
beforeEach(() => {
  servers.length = 0;
  const { listen } = Server.prototype;
  vi.spyOn(Server.prototype, "listen").mockImplementation(function (this: Server, ...args: unknown[]) {
    servers.push(this);
    return Reflect.apply(listen, this, args);
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  expect(forbidden.connections, "nobody connected to what is forbidden").toBe(0);
  expect(servers.filter(({ listening }) => listening)).toEqual([]);
});
afterAll(async () => {
  await forbidden[Symbol.asyncDispose]();
  await dir.remove();
});

const all = (frames$: Observable<Frame>) => lastValueFrom(frames$.pipe(toArray()));
const failure = (frames$: Observable<Frame>) =>
  all(frames$).then(
    (frames) => expect.unreachable(`completed after ${frames.length} frames`),
    (error: unknown) => {
      expect(error).toBeInstanceOf(IngestError);
      return error as IngestError;
    },
  );
const playlist = (...lines: readonly string[]) =>
  ["#EXTM3U", "#EXT-X-TARGETDURATION:2", ...lines, "#EXT-X-ENDLIST", ""].join("\n");
const sends =
  (bodies: Readonly<Record<string, string | Buffer>>): RequestListener =>
  ({ url = "" }, response) => {
    const body = bodies[url];
    if (body === undefined) response.writeHead(404).end();
    else response.end(body);
  };
const redirects =
  (to: string): RequestListener =>
  (_, response) => {
    response.writeHead(302, { location: to }).end();
  };

describe.each(["FFMPEG_PATH or PATH", "installer"])("a guarded video, with ffmpeg from %s", (origin) => {
  let ffmpeg: FfmpegBinary;
  beforeAll(async () => {
    ffmpeg = await resolveFfmpeg(origin === "installer" ? {} : process.env);
  });
  const open = (url: string, policy = network) => openVideo(url, { ...format, ffmpeg, network: policy });

  it("plays over HTTP as it does without a guard, whatever proxies the environment names", async () => {
    for (const name of ["no_proxy", "http_proxy"])
      vi.stubEnv(name, name === "no_proxy" ? "*" : "http://127.0.0.2:9");
    await using camera = await Listener.http((request, response) => {
      if (request.url === "/old.mp4") redirects("/clip.mp4?a=b%20c")(request, response);
      else if (request.url !== "/clip.mp4?a=b%20c") response.writeHead(404).end();
      else createReadStream(clip).pipe(response);
    });
    const straight = await all(openVideo(clip, { ...format, ffmpeg }));
    const frames = await all(open(`http://cam.test:${camera.port}/old.mp4`));
    expect(frames.map(({ mediaTimeMs }) => mediaTimeMs)).toEqual(
      straight.map(({ mediaTimeMs }) => mediaTimeMs),
    );
    expect(await frames.at(-1)!.rgb(8, 6)).toEqual(await straight.at(-1)!.rgb(8, 6));
    await expect(probeVideo(`http://${camera.host}/old.mp4`, { ffmpeg, network })).resolves.toMatchObject({
      width: 64,
    });
  });

  it("does not follow a redirection to a private address", async () => {
    for (const to of [
      `http://${forbidden.host}/`,
      `http://inside.test:${forbidden.port}/x.mp4`,
      "https://[::1]/",
    ]) {
      await using camera = await Listener.http(redirects(to));
      const url = `http://${camera.host}/`;
      expect(await failure(open(url))).toMatchObject({ code: "address_forbidden" });
      await expect(probeVideo(url, { ffmpeg, network })).rejects.toMatchObject({ code: "address_forbidden" });
    }
    await using camera = await Listener.http(redirects("file:///etc/passwd"));
    expect(await failure(open(`http://${camera.host}/`))).toMatchObject({ code: "unsupported_protocol" });
  });

  it("resolves a name once for each connection, and connects to what was checked", async () => {
    await using camera = await Listener.http((_, response) => createReadStream(clip).pipe(response));
    const rebinding = names({ "cam.test": [["127.0.0.1"], ["127.0.0.2"]] });
    const url = `http://cam.test:${forbidden.port}/`;
    const policy = { ...network, lookup: rebinding };
    await requireAllowed(url, policy);
    expect(await failure(open(url, policy))).toMatchObject({ code: "address_forbidden" });
    await expect(requireAllowed(url, policy)).rejects.toMatchObject({ code: "address_forbidden" });
    await requireAllowed(`http://${camera.host}/`, policy);
  });

  it("plays playlists, with segments and keys of other servers", async () => {
    const [key, iv] = [randomBytes(16), Buffer.alloc(16)];
    const cipher = createCipheriv("aes-128-cbc", key, iv);
    const secret = Buffer.concat([cipher.update(segment), cipher.final()]);
    await using keys = await Listener.http(sends({ "/key": key }));
    await using parts = await Listener.http(sends({ "/a/1.ts": secret }));
    await using camera = await Listener.http(
      sends({
        "/all.m3u8": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n/list/of.m3u8\n",
        "/list/of.m3u8": playlist(
          `#EXT-X-KEY:METHOD=AES-128,URI="http://cam.test:${keys.port}/key",IV=0x${iv.toString("hex")}`,
          `#EXTINF:2,\n//cam.test:${parts.port}/a/1.ts`,
          `#EXT-X-KEY:METHOD=NONE\n#EXTINF:2,\n1.ts`,
        ),
        "/list/1.ts": segment,
      }),
    );
    const frames = await all(open(`http://user:password@cam.test:${camera.port}/all.m3u8`));
    expect(frames.length).toBeGreaterThan(9);
    expect([keys.connections, parts.connections].every((count) => count > 0)).toBe(true);
  });

  it("reads nothing private that a playlist names", async () => {
    const ways: Record<string, string> = {
      segment: playlist(`#EXTINF:2,\nhttp://${forbidden.host}/1.ts`),
      "later segment": playlist("#EXTINF:2,\n/1.ts", `#EXTINF:2,\nhttp://inside.test:${forbidden.port}/1.ts`),
      key: playlist(`#EXT-X-KEY:METHOD=AES-128,URI="http://${forbidden.host}/"`, "#EXTINF:2,\n/1.ts"),
      map: playlist(`#EXT-X-MAP:URI="http://${forbidden.host}/"`, "#EXTINF:2,\n/1.ts"),
      playlist: `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://${forbidden.host}/2.m3u8\n`,
      "redirected segment": playlist("#EXTINF:2,\n/redirected.ts"),
    };
    for (const [way, text] of Object.entries(ways)) {
      await using camera = await Listener.http((request, response) => {
        if (request.url === "/redirected.ts") redirects(`http://${forbidden.host}/1.ts`)(request, response);
        else sends({ "/list.m3u8": text, "/1.ts": segment })(request, response);
      });
      const error = await failure(open(`http://${camera.host}/list.m3u8`));
      expect([way, error.code]).toEqual([way, "address_forbidden"]);
    }
  });

  it("reaches nothing past the relay, also where a playlist is hidden from it", async () => {
    vi.stubEnv("no_proxy", "127.0.0.2");
    const plain = playlist(`#EXTINF:2,\nhttp://${forbidden.host}/1.ts`);
    const [key, iv] = [randomBytes(16), Buffer.alloc(16)];
    const cipher = createCipheriv("aes-128-cbc", key, iv);
    const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
    const bodies = {
      "/list.m3u8": playlist(
        `#EXT-X-KEY:METHOD=AES-128,URI="/key",IV=0x${iv.toString("hex")}`,
        "#EXTINF:2,\n/1.ts",
      ),
      "/key": key,
      "/1.ts": encrypted,
      "/id3.m3u8": Buffer.concat([Buffer.from("ID3\x04\0\0\0\0\0\0", "latin1"), Buffer.from(plain)]),
      "/halves.m3u8": playlist("#EXTINF:2,\n/half1.ts", "#EXTINF:2,\n/half2.ts"),
      "/half1.ts": plain.slice(0, 3),
      "/half2.ts": plain.slice(3),
      ...Object.fromEntries(
        ["tcp", "httpproxy", "tls", "https", "rtp", "crypto+tcp", "hls+http"].map((scheme) => [
          `/${scheme}.m3u8`,
          playlist(`#EXTINF:2,\n${scheme}://${forbidden.host}/1.ts`),
        ]),
      ),
    };
    await using camera = await Listener.http(sends(bodies));
    const lists = Object.keys(bodies).filter((path) => path.endsWith(".m3u8"));
    for (const list of lists) await failure(open(`http://${camera.host}${list}`));
  });

  it("plays a camera's pictures, one after the other, and ends with its connection", async () => {
    const picture = await readFile(
      await makeVideo(join(dir.path, "one.jpg"), { output: ["-c:v", "mjpeg", "-frames:v", "1"] }),
    );
    await using camera = await Listener.http((request, response) => {
      if (request.headers.authorization !== `Basic ${Buffer.from("me:pass").toString("base64")}`) {
        response.writeHead(401, { "www-authenticate": 'Basic realm="camera"' }).end();
        return;
      }
      response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
      const timer = setInterval(() => {
        response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
        response.write(Buffer.concat([picture, Buffer.from("\r\n")]));
      }, 50);
      response.once("close", () => clearInterval(timer));
    });
    expect(await all(open(`http://me:pass@cam.test:${camera.port}/`).pipe(take(3)))).toHaveLength(3);
    await eventually(() => camera.open === 0, "all connections to the camera are closed");
    expect(await failure(open(`http://me:100%@cam.test:${camera.port}/`))).toMatchObject({
      code: "url_refused",
      message: expect.stringMatching(/http:\/\/\*\*\*@cam\.test.* 401 .*Check the user name/),
    });
  });

  it.skipIf(certificate === null)(
    "plays over TLS, and checks addresses there too (needs openssl)",
    async () => {
      await using keys = await Listener.http(redirects(`https://${forbidden.host}/`), certificate!);
      await using camera = await Listener.http(
        sends({
          "/list.m3u8": playlist("#EXTINF:2,\n/1.ts"),
          "/bad.m3u8": playlist(`#EXT-X-KEY:METHOD=AES-128,URI="https://${keys.host}/"`, "#EXTINF:2,\n/1.ts"),
          "/1.ts": segment,
        }),
        certificate!,
      );
      expect(await all(open(`https://cam.test:${camera.port}/list.m3u8`))).toHaveLength(10);
      expect(await failure(open(`https://${camera.host}/bad.m3u8`))).toMatchObject({
        code: "address_forbidden",
      });
    },
  );

  it("says what is wrong with a server, as without a guard", async () => {
    await using camera = await Listener.http(
      sends({ "/list.m3u8": playlist("#EXTINF:2,\nhttp://127.0.0.1:1/1.ts") }),
    );
    for (const [path, code, says] of [
      ["/missing.mp4", "url_refused", /http:\/\/cam\.test:\d+\/missing\.mp4 .*404 .*path/],
      ["/list.m3u8", "url_unreachable", /http:\/\/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/],
    ] as const) {
      const error = await failure(open(`http://cam.test:${camera.port}${path}`));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(says);
    }
    for (const scheme of ["http", "rtsp", "rtsps"])
      for (const host of ["127.0.0.1:1", "nowhere.test"])
        expect(await failure(open(`${scheme}://${host}/`))).toMatchObject({ code: "url_unreachable" });
  });

  it("plays over RTSP, also where the camera names other hosts in its answers", async () => {
    const elsewhere = `rtsp://${forbidden.host}/`;
    const other = { contentBase: elsewhere, control: `${elsewhere}video` };
    await using camera = await RtspCamera.start(coded, undefined, 0, other);
    const url = camera.url.replace("127.0.0.1", "cam.test");
    const frames$ = openVideo(url, { ...format, ...CODED_SIZE, ffmpeg, network });
    const frames = await all(frames$.pipe(take(2)));
    expect(await Promise.all(frames.map(numberOf))).not.toContain(null);
  });

  it("follows an RTSP redirection to where it may go only", async () => {
    await using camera = await RtspCamera.start(coded);
    for (const [to, code] of [
      [camera.url, "source_lost"],
      [`rtsp://${forbidden.host}/`, "address_forbidden"],
      [`rtsps://inside.test:${forbidden.port}/`, "address_forbidden"],
      [`http://${forbidden.host}/`, "url_refused"],
    ] as const) {
      const server = await serveRtsp(`302 Moved\r\nLocation: ${to}\r\nX:`);
      const error = await failure(openVideo(server.url, { ...format, ...CODED_SIZE, ffmpeg, network }));
      await server.close();
      expect([to, error.code, error.message]).toEqual([to, code, expect.any(String)]);
    }
    expect(camera.players).toBe(1);
  });

  it.each([
    ["RTSP/1.0 +302 Moved\r\nCSeq: 1\r\nLocation: rtsp://HOST/\r\n\r\n", "not_a_video"],
    ["RTSP/1.0 302\0 Moved\r\nCSeq: 1\r\nLocation: rtsp://HOST/\r\n\r\n", "not_a_video"],
    ["RTSP/1.0 200 OK\rRTSP/1.0 302 Moved\r\nLocation: rtsp://HOST/\r\n\r\n", "not_a_video"],
    ["RTSP/1.0 200 OK\r\nContent-Length: 9\r\nContent-Length: 0\r\n\r\n", "not_a_video"],
    ["RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n", "not_a_video"],
    [`RTSP/1.0 200 OK\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, "not_a_video"],
    ["HTTP/1.1 302 Moved\r\nLocation: rtsp://HOST/\r\n\r\n", "not_a_video"],
    ["$\0\0\x07RTSP/1 RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: rtsp://HOST/\r\n\r\n", "address_forbidden"],
  ])("gets from an RTSP server only what is RTSP (%#)", async (answer, code) => {
    await using server = await Listener.tcp((socket) => {
      socket.on("data", () => socket.write(answer.replace("HOST", forbidden.host), "latin1"));
    });
    expect(await failure(open(`rtsp://${server.host}/`))).toMatchObject({ code });
  });
});

describe("a guarded video", () => {
  it.skipIf(certificate === null)("plays over RTSP with TLS (needs openssl)", async () => {
    await using camera = await RtspCamera.start(coded);
    const { port } = new URL(camera.url);
    const tls = createTlsServer(certificate!, (socket) => {
      const inner = connect(Number(port), "127.0.0.1");
      socket.pipe(inner).pipe(socket);
      const end = () => [socket, inner].map((each) => each.destroy());
      for (const each of [socket, inner]) each.on("error", end).on("close", end);
    });
    await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
    try {
      const url = `rtsps://cam.test:${(tls.address() as { port: number }).port}/camera`;
      expect(await all(openVideo(url, { ...format, network }).pipe(take(1)))).toHaveLength(1);
    } finally {
      await new Promise((resolve) => tls.close(resolve));
    }
  });

  it.each([
    "/etc/passwd",
    "file:///etc/passwd",
    "-i",
    "pipe:0",
    "clip.mp4",
    "concat:a|b",
    "udp://127.0.0.1:1",
  ])("is no file or device (%s)", async (input) => {
    expect(await failure(openVideo(input, { ...format, network }))).toMatchObject({
      code: "unsupported_protocol",
    });
    await expect(probeVideo(input, { network })).rejects.toMatchObject({ code: "unsupported_protocol" });
  });

  it.each(["rtsp://a%0D%0AX:y@cam.test/", "http://cam.test/\r\nX: y"])(
    "injects no headers (%j)",
    async (input) => {
      for (const policy of [network, undefined]) {
        const options = policy === undefined ? format : { ...format, network: policy };
        expect(await failure(openVideo(input, options))).toMatchObject({ code: "url_invalid" });
      }
    },
  );

  it("may not be more than the limits of its policy", async () => {
    await using camera = await Listener.http((request, response) => {
      if (request.url === "/header.mp4") response.setHeader("x-long", "x".repeat(20_000));
      response.end(playlist(`#EXTINF:2,${"x".repeat(5000)}\n1.ts`));
    });
    const limits = { textBytes: 4000 };
    const open = (path: string) =>
      openVideo(`http://${camera.host}${path}`, { ...format, network: { ...network, limits } });
    expect(await failure(open("/list.m3u8"))).toMatchObject({
      code: "url_refused",
      message: expect.stringContaining("more than 4000 bytes"),
    });
    expect(await failure(open("/header.mp4"))).toMatchObject({
      code: "url_unreachable",
      message: expect.stringContaining("HPE_HEADER_OVERFLOW"),
    });
  });
});
