/** A stream as the list of the server has it, as far as alerts go. */
export interface ListedStream {
  readonly id: string;
  /** The newest alert that was raised on it; null: none was. */
  readonly latest_alert?: { readonly event_id: string } | null;
}

/** Alerts of a stream that are to be read: those after `after` (null: all that are held), up to `upTo`. */
export interface Unread {
  readonly stream: string;
  readonly after: string | null;
  readonly upTo: string;
}

/**
 * Tells from one list of the streams to the next on which of them alerts were raised. A list has only the newest alert of each.
 * Several may have been raised between two lists, so what is told is what is to be read in the events of the stream.
 */
export class LatestAlerts {
  private known: Map<string, string | null> | null = null;

  /** Takes a list. The first one is where it begins: what was raised before is no news. */
  unread(streams: readonly ListedStream[]): Unread[] {
    if (this.known === null) {
      this.known = new Map(streams.map(({ id, latest_alert: latest }) => [id, latest?.event_id ?? null]));
      return [];
    }
    const { known } = this;
    return streams.flatMap(({ id, latest_alert: latest }) => {
      const after = known.get(id) ?? null;
      return latest == null || latest.event_id === after
        ? []
        : [{ stream: id, after, upTo: latest.event_id }];
    });
  }

  /** They were read. Until then each list tells of them again. */
  read({ stream, upTo }: Unread): void {
    this.known?.set(stream, upTo);
  }
}

/** The number in the id of an event: `event_62` is 62. */
export function numberOf(eventId: string): number {
  return Number(/^event_(\d+)/.exec(eventId)?.[1] ?? Number.NaN);
}
