import { expect, it } from "vitest";
import { LatestAlerts } from "../../../client/src/alerts/latest-alerts.ts";

const listed = (id: string, event: number | null) => ({
  id,
  latest_alert: event === null ? null : { event_id: `event_${event}` },
});

it("tells what is to be read of each stream, from the first list on, until it was read", () => {
  const latest = new LatestAlerts();
  expect(latest.unread([listed("door", 5), listed("yard", null)])).toEqual([]);
  const next = [listed("door", 62), listed("yard", 7)];
  const unread = latest.unread(next);
  expect(unread).toEqual([
    { stream: "door", after: "event_5", upTo: "event_62" },
    { stream: "yard", after: null, upTo: "event_7" },
  ]);
  // One of them could not be read.
  latest.read(unread[0]!);
  expect(latest.unread(next)).toEqual([unread[1]]);
  // Another alert comes meanwhile, and a camera that has begun since.
  expect(latest.unread([listed("door", 62), listed("yard", 9), listed("new", 3)])).toEqual([
    { stream: "yard", after: null, upTo: "event_9" },
    { stream: "new", after: null, upTo: "event_3" },
  ]);
  // The server was started again, and has no alert yet.
  expect(latest.unread([listed("door", null)])).toEqual([]);
});
