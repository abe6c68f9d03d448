import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { Story } from "../../../client/src/story/story.ts";
import { heartbeat, type Pulse } from "../../../client/src/watch/heartbeat-words.ts";
import { PictureFlow } from "../../../client/src/watch/picture-flow.ts";
import type { ServerEvent } from "../../../src/protocol/server-events.ts";

function storyOf(units: number, said: readonly number[]): Story {
  const story = new Story(() => 0);
  for (let unit = 0; unit < units; unit++)
    story.hear({
      ...{ type: "response.reasoning_text.done", event_id: `event_${unit}`, response_id: `t${unit}`, unit },
      ...{ media_time_ms: unit * 500, since_media_time_ms: 0, text: said.includes(unit) ? "a car" : "" },
      ...{ skipped: !said.includes(unit), skip_reason: said.includes(unit) ? null : "nothing_new" },
      unfamiliar: false,
    } as ServerEvent);
  return story;
}

const well: Pulse = {
  ...{ connection: "open", source: "own", video: "playing", flow: null },
  story: storyOf(20, [1, 5]),
};
const words = (change: Partial<Pulse>) => heartbeat({ ...well, ...change });

describe("the heartbeat", () => {
  it("says in quiet times that it watches on", () => {
    expect(words({})).toEqual({ text: "watching · quiet for 7 s · 14 units seen", tone: "well" });
    expect(words({ story: storyOf(2, [1]) }).text).toBe("watching · 2 units seen · 1 thought");
    expect(words({ story: storyOf(0, []) }).text).toBe("waiting for the first picture");
  });

  it("says what is lost", () => {
    expect(words({ connection: "waiting" })).toMatchObject({
      tone: "lost",
      text: expect.stringMatching(/not connected/),
    });
    const camera = { state: "reconnecting", message: "The camera was lost. It is tried again." } as never;
    expect(words({ source: "stream", story: { ...well.story, source: signal(camera) } })).toEqual({
      text: "The camera was lost. It is tried again.",
      tone: "lost",
    });
    expect(words({ flow: { kind: "withheld", ms: 12_100, isOver: true } }).text).toBe(
      "the browser showed this page no pictures for 12 s, so nothing was seen",
    );
    expect(words({ flow: { kind: "behind", pictures: 1 } }).text).toBe(
      "the network is too slow · 1 picture not sent",
    );
  });

  it("does not call a rest a fault", () => {
    expect(words({ video: "paused" })).toEqual({ text: "the video is paused", tone: "rests" });
    expect(words({ video: "ended" }).tone).toBe("rests");
    expect(words({ source: null }).tone).toBe("rests");
    expect(words({ source: "stream", video: "none" }).tone).toBe("well");
  });
});

describe("the flow of pictures", () => {
  it("tells a gap while it lasts and for a while afterwards", () => {
    const flow = new PictureFlow();
    for (let ms = 0; ms <= 2000; ms += 250) flow.sent(ms, ms);
    expect(flow.trouble(4000)).toBeNull();
    expect(flow.trouble(6000)).toEqual({ kind: "withheld", ms: 4000, isOver: false });
    flow.sent(14_000, 14_000);
    expect(flow.trouble(14_100)).toEqual({ kind: "withheld", ms: 12_000, isOver: true });
    for (let ms = 14_250; ms < 40_000; ms += 250) flow.sent(ms, ms);
    expect(flow.trouble(40_000)).toBeNull();
  });

  it("does not take a paused video, or a lost connection, for a gap", () => {
    const flow = new PictureFlow();
    flow.sent(0, 0);
    flow.rest();
    expect(flow.trouble(9000)).toBeNull();
    flow.sent(9000, 9000);
    expect(flow.trouble(9000)).toBeNull();
  });

  it("does not take what is shown again for a gap: it is not sent again", () => {
    const flow = new PictureFlow();
    flow.sent(10_000, 10_000);
    flow.shows(9900);
    expect(flow.trouble(14_000)?.kind, "it lags by as much as usual").toBe("withheld");
    flow.shows(2000);
    expect(flow.trouble(16_000)).toBeNull();
    flow.sent(18_000, 10_200);
    expect(flow.trouble(18_000)).toBeNull();
  });

  it("counts what the network had no room for, as long as it goes on", () => {
    const flow = new PictureFlow();
    flow.skipped(0);
    flow.skipped(100);
    expect(flow.trouble(200)).toEqual({ kind: "behind", pictures: 2 });
    expect(flow.trouble(6000)).toBeNull();
    flow.skipped(20_000);
    expect(flow.trouble(20_000)).toEqual({ kind: "behind", pictures: 1 });
  });
});
