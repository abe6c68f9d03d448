import { effect, signal } from "@preact/signals";
import { server } from "../app/access.ts";
import { refusal } from "../app/refusal.ts";
import { pollStreams, streams } from "../app/streams-poll.ts";
import { LatestAlerts } from "./latest-alerts.ts";
import { type Raised, readAlerts } from "./read-alerts.ts";

const EVERY_MS = 5_000;
const MOST_KEPT = 100;

/** What was raised since the page was opened, the newest first. */
export const raised = signal<readonly Raised[]>([]);

/** Called with alerts that were raised since it was called last, in the order of their streams. */
type Tell = (news: readonly Raised[]) => void;

/** Hears of alerts on all streams that the visitor may watch, on every view, until the returned function is called. */
export function hearAlerts(tell: Tell): () => void {
  let asked = server.peek();
  let latest = new LatestAlerts();
  const reading = new Set<string>();
  const offs = [
    pollStreams(EVERY_MS),
    effect(() => {
      const listed = streams.value;
      if (asked !== server.value) {
        asked = server.value;
        latest = new LatestAlerts();
      }
      if (listed !== null) void hear(latest.unread(listed).filter(({ stream }) => !reading.has(stream)));
    }),
  ];

  async function hear(unread: ReturnType<LatestAlerts["unread"]>): Promise<void> {
    const [from, told] = [asked, latest];
    for (const { stream } of unread) reading.add(stream);
    const found = await Promise.all(
      unread.map(async (each) => {
        try {
          const alerts = await readAlerts(from, each);
          told.read(each);
          return alerts;
        } catch (error) {
          refusal(error); // The next list tells of them again.
          return [];
        } finally {
          reading.delete(each.stream);
        }
      }),
    );
    const news = found.flat();
    if (news.length === 0 || from !== asked) return;
    raised.value = [...news.toReversed(), ...raised.peek()].slice(0, MOST_KEPT);
    tell(news);
  }

  return () => {
    for (const off of offs) off();
  };
}
