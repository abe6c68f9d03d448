import type { Counts, Found, Interval, Peak, StreamSum, Summary, SummaryWish } from "../../../history/mod.ts";
import { eventIdOf } from "../../../protocol/mod.ts";

/** An entry of the history as the API shows it. */
export function entryObject({
  id,
  stream,
  kind,
  number,
  wallMs,
  mediaMs,
  type,
  text,
  event,
  hasPicture,
}: Found) {
  const eventId = number === null ? null : eventIdOf(number);
  return {
    id: String(id),
    object: "history.entry",
    stream,
    kind,
    type,
    event_id: eventId,
    time: iso(wallMs),
    media_time_ms: mediaMs,
    text,
    snapshot: hasPicture ? `/v1/streams/${encodeURIComponent(stream!)}/events/${eventId}/snapshot.jpg` : null,
    event: JSON.parse(event) as unknown,
  };
}

/** A summary as the API shows it. */
export function summaryObject({ by, zone, toMs }: SummaryWish, { fromMs, intervals, streams }: Summary) {
  return {
    object: "history.summary",
    by,
    zone,
    from: iso(fromMs),
    to: iso(toMs),
    data: intervals.map(intervalObject),
    streams: streams.map(streamObject),
  };
}

function intervalObject({
  startMs,
  total,
  streams,
}: Interval): { start: string; streams: Interval["streams"] } & Counts {
  return { start: iso(startMs), ...total, streams };
}

function streamObject({ stream, total, mostThoughts, mostAlerts }: StreamSum) {
  return {
    stream,
    ...total,
    peaks: { thoughts: peakObject(mostThoughts), alerts: peakObject(mostAlerts) },
  };
}

function peakObject(peak: Peak | null) {
  return peak && { start: iso(peak.startMs), count: peak.count };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
