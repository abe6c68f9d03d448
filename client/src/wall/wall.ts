import { effect, signal } from "@preact/signals";
import { pollStreams, streams, streamsProblem } from "../app/streams-poll.ts";
import { Arrivals } from "./arrivals.ts";
import { CalmOrder } from "./calm-order.ts";
import { type Card, CardMaker } from "./card.ts";
import { OnScreen } from "./on-screen.ts";
import { WallPictures } from "./wall-pictures.ts";

const EVERY_MS = 1000;

/** So long after somebody has moved on the wall, cards stay where they are. */
const HOLD_MS = 5000;

/** All streams of the server at a glance. It looks at the list once a second while it is shown. */
export class Wall {
  /** In the order in which they are shown; null: not known yet. */
  readonly cards = signal<readonly Card[] | null>(null);
  readonly onScreen = new OnScreen();
  readonly pictures = new WallPictures();
  private readonly maker = new CardMaker(new Arrivals());
  private readonly order = new CalmOrder();
  private touchedAtMs = Number.NEGATIVE_INFINITY;

  /** Looks again and again, until the returned function is called. */
  open(): () => void {
    const stopPoll = pollStreams(EVERY_MS);
    const stopLooking = effect(() => {
      // A list that does not come makes what is shown older all the same.
      streamsProblem.value;
      this.look();
    });
    return () => {
      stopLooking();
      stopPoll();
      this.pictures.stop();
    };
  }

  /** Somebody moves on the wall, and may be about to choose. */
  readonly touch = (): void => {
    this.touchedAtMs = performance.now();
  };

  private look(): void {
    const listed = streams.value;
    if (listed === null) {
      this.cards.value = null;
      return;
    }
    const cards = new Map(this.maker.look(listed, Date.now()).map((card) => [card.id, card]));
    const placed = [...cards.values()].map(({ id, alert, state }) => ({
      ...{ id, isAlerted: alert !== null, isInTrouble: state.tone === "trouble" },
    }));
    const nowMs = performance.now();
    const order = this.order.place(placed, nowMs, nowMs - this.touchedAtMs < HOLD_MS);
    this.cards.value = order.map((id) => cards.get(id)!);
    this.pictures.look(listed, this.onScreen);
  }
}

/** The wall of this page. It keeps its pictures while another view is shown. */
export const wall = new Wall();
