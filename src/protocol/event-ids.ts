/** Ids of events. No stream has so many events that more digits were needed. */
const EVENT_ID = /^event_(\d{1,15})(\.\d{1,15})?$/;

/** Id of an event in the log of a stream. */
export function eventIdOf(number: number): string {
  return `event_${number}`;
}

/**
 * Id of an event for one client alone, which is not in the log: that of the next event of the log, a point, and a number
 * of its own.
 *
 * @param next number of the next event of the log that the client gets
 * @param own how many such events the client has got, this one included
 * @example asideIdOf(62, 3) // "event_62.3"
 */
export function asideIdOf(next: number, own: number): string {
  return `event_${next}.${own}`;
}

/**
 * What a client has of a log that has seen this event last.
 *
 * @returns the number of the last event of the log that it has; null: none. `undefined`: this is not the id of an event
 * @example
 * lastSeen("event_62") // 62
 * lastSeen("event_62.3") // 61
 * lastSeen("event_0.1") // null
 */
export function lastSeen(id: string): number | null | undefined {
  const parts = EVENT_ID.exec(id);
  if (parts === null) return undefined;
  const number = Number(parts[1]);
  if (parts[2] === undefined) return number;
  return number === 0 ? null : number - 1;
}
