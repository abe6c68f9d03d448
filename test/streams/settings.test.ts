import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../src/protocol/mod.ts";
import { LOG_LIMITS } from "../../src/streams/mod.ts";
import { LockableSettings } from "../../src/streams/settings.ts";
import { CAPTION_MODEL } from "../support/caption-backend.ts";

const limits = {
  maxFps: 30,
  maxFrameBytes: 1e6,
  maxFramePixels: 1e6,
  maxPixelsPerSecond: 1e6,
  maxCatchUpMs: 1e4,
  maxInflight: 4,
  idleTimeoutMs: 1e5,
  ...LOG_LIMITS,
};

describe("settings of a model that takes instructions and was made for any scene", () => {
  it("keep instructions, and pass them on to the engine", () => {
    const settings = new LockableSettings(CAPTION_MODEL, limits);
    expect(settings.current).toMatchObject({ instructions: null, scene_monitor: false });
    settings.update({ instructions: "Tell me of cars." });
    settings.update({ fps: 1 });
    expect(settings.toSessionObject("session_0").instructions).toBe("Tell me of cars.");
    expect(settings.toStreamOptions()).toMatchObject({
      instructions: "Tell me of cars.",
      sceneMonitor: false,
    });
    for (const none of [null, ""]) {
      settings.update({ instructions: none });
      expect(settings.current.instructions).toBeNull();
    }
  });

  it("are fixed once the stream is open", () => {
    const settings = new LockableSettings(CAPTION_MODEL, limits);
    settings.lock();
    expect(() => settings.update({ instructions: "Tell me of cars." })).toThrowError(ProtocolError);
  });

  it("refuse a watch over the scene", () => {
    const settings = new LockableSettings(CAPTION_MODEL, limits);
    settings.update({ scene_monitor: false });
    expect(() => settings.update({ scene_monitor: true })).toThrowError(/does not tell unfamiliar ones/);
  });
});
