import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createEngine } from "../../src/backends/mod.ts";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { jpegsOf, SAMPLE_CLIP } from "../support/clips.ts";
import { startServer } from "../support/server.ts";

interface Event {
  readonly type: string;
  readonly text?: string;
  readonly skipped?: boolean;
  readonly response?: { readonly id: string; readonly kind: string; readonly in_reply_to?: string };
  readonly response_id?: string;
}

describe("a client that knows nothing but WebSockets and JSON", () => {
  it("sends a camera's JPEGs as they come, and gets thoughts and an answer", async () => {
    await using server = await startServer(await createEngine({ model: BUNDLED_MODEL }));
    const pictures = await jpegsOf(SAMPLE_CLIP, 4, 12);
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/stream`);
    const events: Event[] = [];
    socket.on("message", (data) => events.push(JSON.parse(String(data))));
    const closed = new Promise<number>((resolve) => socket.on("close", resolve));
    await new Promise((resolve) => socket.once("open", resolve));

    const startedAtMs = performance.now();
    for (const [i, picture] of pictures.entries()) {
      await sleep(startedAtMs + i * 250 - performance.now());
      socket.send(picture);
      if (i === 40) {
        socket.send(
          JSON.stringify({
            type: "conversation.item.create",
            event_id: "q",
            item: {
              type: "message",
              role: "user",
              content: [{ type: "input_text", text: "what happened last?" }],
            },
          }),
        );
      }
    }
    socket.send(JSON.stringify({ type: "session.close" }));
    expect(await closed).toBe(1000);

    const all = (type: string) => events.filter((event) => event.type === type);
    expect(events[0]?.type).toBe("session.created");
    expect(events.at(-1)).toMatchObject({ type: "session.closed", reason: "completed" });
    expect(all("error")).toEqual([]);
    const thoughts = all("response.reasoning_text.done");
    expect(thoughts.length).toBeGreaterThanOrEqual(20);
    const spoken = thoughts.filter(({ skipped }) => !skipped);
    expect(spoken.length, "something happens in the clip").toBeGreaterThan(0);
    expect(spoken.every(({ text }) => /\w/.test(text ?? ""))).toBe(true);
    const asked = all("response.created").find(({ response }) => response?.in_reply_to === "q");
    const answer = all("response.output_text.done").find(
      (event) => event.response_id === asked?.response?.id,
    );
    expect(answer?.text).toMatch(/\w/);
  });
});
