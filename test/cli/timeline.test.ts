import { describe, expect, it } from "vitest";
import type { Screen } from "../../src/cli/screen.ts";
import { Timeline } from "../../src/cli/timeline.ts";
import type { ServerEvent } from "../../src/protocol/mod.ts";

describe("the timeline of a replay", () => {
  it("sends a terminal nothing that it would obey, whatever a model says", () => {
    const printed: string[] = [];
    const screen = { status: () => {}, line: (_: string, text: string) => printed.push(text) };
    const ffmpeg = { path: "ffmpeg", origin: "PATH", version: "7" } as const;
    const timeline = new Timeline(screen as unknown as Screen, null, ffmpeg as never);
    const said = "a\u001b[2J man\u0007 walks\n\u202eout 走";
    const event = {
      unit: 0,
      media_time_ms: 0,
      text: said,
      response_id: "r",
      note: null,
      outside: null,
      at_least_because: [],
    };
    timeline.show({ type: "response.reasoning_text.done", ...event } as unknown as ServerEvent);
    timeline.show({
      type: "response.created",
      response: { id: "r", kind: "answer", question: "what?" },
    } as unknown as ServerEvent);
    timeline.show({ type: "response.output_text.done", ...event } as unknown as ServerEvent);
    timeline.show({
      type: "response.done",
      response: { id: "r", status_details: null },
    } as unknown as ServerEvent);
    expect(printed).toHaveLength(2);
    for (const text of printed) expect(text).toContain("a [2J man  walks\n out 走");
  });

  it("shows a count that may be too small as a lower bound, and why", () => {
    const printed: string[] = [];
    const screen = { status: () => {}, line: (_: string, text: string) => printed.push(text) };
    const timeline = new Timeline(screen as unknown as Screen, null, {} as never);
    const show = (event: object) => timeline.show(event as ServerEvent);
    show({ type: "response.created", response: { id: "r", kind: "answer", question: "how many?" } });
    show({
      ...{ type: "response.output_text.done", response_id: "r", text: "4", media_time_ms: 0 },
      ...{ note: null, outside: null, at_least: true, at_least_because: ["unfamiliar"] },
    });
    show({ type: "response.done", response: { id: "r", status_details: null } });
    expect(printed[0]).toContain("at least 4");
    expect(printed[1]).toContain("There may have been more: for a time the scene was unfamiliar.");
  });
});
