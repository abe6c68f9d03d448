import { expect, it } from "vitest";
import { guardedFetch, type NetworkPolicy } from "../../../src/ingest/mod.ts";
import { selfSigned } from "../../support/certificate.ts";
import { Listener } from "../../support/listener.ts";
import { eventually } from "../../support/media.ts";
import { names } from "../../support/names.ts";

const lookup = names({ "cam.test": ["127.0.0.1"], "inside.test": ["127.0.0.2"] });
const network: NetworkPolicy = { lookup, allowCameraHosts: ["127.0.0.1"] };
const certificate = await selfSigned();

it("fetches over HTTP, follows redirections, and gives headers to the first server only", async () => {
  await using other = await Listener.http(({ headers }, response) => {
    response.end(JSON.stringify(headers));
  });
  await using camera = await Listener.http(({ url, headers }, response) => {
    if (url === "/away") response.writeHead(302, { location: `http://cam.test:${other.port}/` }).end();
    else if (url === "/here") response.writeHead(307, { location: "/" }).end();
    else response.writeHead(203, { "x-a": "b" }).end(JSON.stringify(headers));
  });
  const fetched = (path: string) =>
    guardedFetch(`http://cam.test:${camera.port}${path}`, network, { headers: { authorization: "x" } });
  const response = await fetched("/here");
  expect([response.status, response.headers.get("x-a")]).toEqual([203, "b"]);
  expect(response.url).toBe(`http://cam.test:${camera.port}/`);
  expect(await response.json()).toMatchObject({ authorization: "x", host: `cam.test:${camera.port}` });
  expect(await (await fetched("/away")).json()).not.toHaveProperty("authorization");
  await eventually(() => camera.open + other.open === 0, "no connection is kept");
});

it("goes nowhere private, not even for a redirection, and not round and round", async () => {
  await using forbidden = await Listener.forbidden();
  await using camera = await Listener.http(({ url }, response) => {
    const to =
      url === "/round"
        ? "/round"
        : `http://${url === "/name" ? "inside.test" : "127.0.0.2"}:${forbidden.port}/`;
    response.writeHead(302, { location: to }).end();
  });
  for (const [url, code] of [
    [`http://${forbidden.host}/`, "address_forbidden"],
    [`http://inside.test:${forbidden.port}/`, "address_forbidden"],
    [`http://${camera.host}/name`, "address_forbidden"],
    [`http://${camera.host}/address`, "address_forbidden"],
    [`http://${camera.host}/round`, "url_refused"],
    [`rtsp://${camera.host}/`, "unsupported_protocol"],
    ["http://127.0.0.1:1/", "url_unreachable"],
  ] as const)
    await expect(guardedFetch(url, network)).rejects.toMatchObject({ name: "IngestError", code });
  expect(forbidden.connections).toBe(0);
});

it.skipIf(certificate === null)(
  "fetches from a camera that signed its certificate itself (needs openssl)",
  async () => {
    await using camera = await Listener.http((_, response) => response.end("picture"), certificate!);
    expect(await (await guardedFetch(`https://cam.test:${camera.port}/`, network)).text()).toBe("picture");
  },
);

it("ends with its signal, before and after the header", async () => {
  await using camera = await Listener.http(({ url }, response) => {
    if (url === "/body") response.write("half");
  });
  for (const path of ["/body", "/silent"]) {
    const stop = new AbortController();
    const fetched = guardedFetch(`http://${camera.host}${path}`, network, { signal: stop.signal });
    const text = fetched.then((response) => response.text());
    const ended = expect(text).rejects.toThrow();
    await eventually(() => camera.open === 1, "it is connected");
    stop.abort();
    await ended;
    await eventually(() => camera.open === 0, "the connection is closed");
  }
});

it("reads no faster than allowed", async () => {
  await using camera = await Listener.http((_, response) => response.end(Buffer.alloc(300_000)));
  const time = async (bytesPerSecond: number) => {
    const startedAtMs = performance.now();
    const response = await guardedFetch(`http://${camera.host}/`, { ...network, limits: { bytesPerSecond } });
    expect((await response.arrayBuffer()).byteLength).toBe(300_000);
    return performance.now() - startedAtMs;
  };
  // A second's worth comes at once, so the rest of two thirds takes two seconds.
  expect(await time(100_000)).toBeGreaterThan(1000);
  await expect(time(0)).rejects.toMatchObject({ code: "option_out_of_range" });
});

it("is the global fetch without a policy", async () => {
  await using camera = await Listener.http((_, response) => response.end("x"));
  expect(await (await guardedFetch(`http://${camera.host}/`, undefined)).text()).toBe("x");
});
