import type { ComponentType } from "preact";
import { AlertsView } from "../alerts/alerts-view.tsx";
import { HistoryView } from "../history/history-view.tsx";
import { WallView } from "../wall/wall-view.tsx";
import { WatchView } from "../watch/watch-view.tsx";

/** A view of the page. */
export interface View {
  /** Its name in the address. */
  readonly name: string;
  readonly label: string;
  /** @param of what follows in the address */
  readonly Body: ComponentType<{ readonly of: string | null }>;
}

/** In the order of the navigation. The first is shown at the beginning. */
export const VIEWS: readonly View[] = [
  { name: "watch", label: "Watch", Body: WatchView },
  { name: "wall", label: "Wall", Body: WallView },
  { name: "history", label: "History", Body: HistoryView },
  { name: "alerts", label: "Alerts", Body: AlertsView },
];
