import { expect, it } from "vitest";
import { decodingCores } from "../../src/ingest/decoding-cost.ts";

const camera = { width: 1920, height: 1080, codec: "h264", fps: 25 };

it("grows with size and rate, and is above nothing for the smallest video", () => {
  const cores = decodingCores(camera);
  expect(decodingCores({ ...camera, width: 3840, height: 2160 }) / cores).toBeGreaterThan(3);
  expect(decodingCores({ ...camera, fps: 10 }) / cores).toBeLessThan(0.6);
  expect(decodingCores({ ...camera, width: 16, height: 16, fps: 1 })).toBeGreaterThan(0);
});

it("is a fraction for key frames alone, and never more than for all", () => {
  expect(decodingCores({ ...camera, decode: "keyframes" }) / decodingCores(camera)).toBeLessThan(0.3);
  const seldom = { ...camera, fps: 0.5 };
  expect(decodingCores({ ...seldom, decode: "keyframes" })).toBeLessThanOrEqual(decodingCores(seldom));
});

it("takes little where the rate is not known, or where something else decodes", () => {
  expect(decodingCores({ ...camera, fps: null })).toBeLessThan(decodingCores(camera));
  expect(decodingCores({ ...camera, hwaccel: "vaapi" })).toBeLessThan(0.2 * decodingCores(camera));
});
