import type { AlertRule } from "../../src/alerts/mod.ts";
import type { TrueClip, TrueEvent } from "./true-events.ts";

/** A rule as a user would write it, and what it means, written by hand and not by what reads rules. */
export interface TestedRule {
  readonly name: string;
  readonly rule: AlertRule;
  /** When it should be raised (s of the clip). */
  readonly truth: (clip: TrueClip) => readonly number[];
  /** Verbs of the labels that it rests on: real videos have not all of them. */
  readonly verbs: readonly string[];
}

const CAME = ["enters", "appears"];
const WENT = ["leaves", "vanishes"];
const colourIs = (event: TrueEvent, ...colours: string[]) =>
  event.colours.some((each) => colours.includes(each));
/** At what is surely at another place. */
const isElsewhere = (event: TrueEvent, place: string) =>
  event.places.length > 0 && !event.places.includes(place);

function event(
  name: string,
  when: string,
  verbs: readonly string[],
  holds: (event: TrueEvent) => boolean = () => true,
): TestedRule {
  const truth = ({ events }: TrueClip) =>
    events.filter((each) => verbs.includes(each.verb) && holds(each)).map(({ atS }) => atS);
  return { name, rule: { when }, truth, verbs };
}

/** Beginnings of whiles without any of these events, and their ends; the clip's own first and last moment count, too. */
function whilesWithout(clip: TrueClip, of: (event: TrueEvent) => boolean): [number, number][] {
  const times = clip.events.filter(of).map(({ atS }) => atS);
  return [0, ...times].map((from, i) => [from, times[i] ?? clip.seconds]);
}

/** Moments at which such a while has lasted for so long. */
const lasting = (whiles: readonly [number, number][], seconds: number) =>
  whiles.filter(([from, to]) => to - from > seconds).map(([from]) => from + seconds);

/** Whiles in which nobody is there who has come. */
function whilesAlone({ events, seconds }: TrueClip, kind: string): [number, number][] {
  const whiles: [number, number][] = [];
  let [there, since] = [0, 0];
  for (const { atS, verb, kind: who } of events) {
    if (who !== kind) continue;
    if (CAME.includes(verb)) {
      if (there === 0) whiles.push([since, atS]);
      there++;
    } else if (WENT.includes(verb) && there > 0 && --there === 0) since = atS;
  }
  return there === 0 ? [...whiles, [since, seconds]] : whiles;
}

/** Moments at which a car has stood for so long since it stopped. */
function parkedFor(seconds: number) {
  return ({ events, seconds: end }: TrueClip) =>
    events
      .filter(({ verb, kind }) => verb === "stops" && kind === "car")
      .filter(({ atS, colours }) => {
        const isOver = events.some(
          (each) =>
            each.kind === "car" &&
            each.colours.join() === colours.join() &&
            ["starts", "moves", "turns", ...WENT].includes(each.verb) &&
            each.atS > atS &&
            each.atS <= atS + seconds,
        );
        return !isOver && atS + seconds < end;
      })
      .map(({ atS }) => atS + seconds);
}

/** Twenty-four rules: plain ones, paraphrases, negations, and what must hold. */
export const TESTED_RULES: readonly TestedRule[] = [
  event("plain", "a person enters from the left", ["enters"], (each) => {
    return each.kind === "person" && each.places.includes("left");
  }),
  event("comes-in", "somebody comes in from the right", ["enters"], (each) => {
    return each.kind === "person" && each.places.includes("right");
  }),
  event("man-or-woman", "a man or a woman appears", CAME, ({ kind }) => kind === "person"),
  event("drives-in", "a vehicle drives in", CAME, ({ kind }) => kind === "car"),
  event("car-stops", "a car stops", ["stops"], ({ kind }) => kind === "car"),
  event("comes-to-a-halt", "a vehicle comes to a halt", ["stops"], ({ kind }) => kind === "car"),
  event("colours", "a red or blue car shows up", CAME, (each) => {
    return each.kind === "car" && colourIs(each, "red", "blue");
  }),
  event("not-left", "somebody leaves, but not on the left", ["leaves"], (each) => {
    return each.kind === "person" && isElsewhere(each, "left");
  }),
  event("no-car", "anything but a car leaves", WENT, ({ kind }) => kind !== "car"),
  event("not-red", "something that is not red comes in", CAME, (each) => !colourIs(each, "red")),
  event("other-than", "a person other than a blue one goes out", WENT, (each) => {
    return each.kind === "person" && !colourIs(each, "blue");
  }),
  event("walks-right", "a pedestrian walks to the right", ["moves"], (each) => {
    return each.kind === "person" && each.places.includes("right");
  }),
  event("from-left-to-right", "a car drives from left to right", ["moves"], (each) => {
    return each.kind === "car" && each.places.includes("right");
  }),
  event("sets-off", "a car sets off again", ["starts"], ({ kind }) => kind === "car"),
  event("changes-direction", "someone changes direction", ["turns"], ({ kind }) => kind === "person"),
  event("picked-up", "somebody picks up an item", ["taken"], ({ kind }) => kind === "object"),
  event("put-down", "a parcel is put down", ["put down"], ({ kind }) => kind === "object"),
  event("meets", "a person meets somebody", ["meets"], (each) => {
    return each.kind === "person" && each.otherKind === "person";
  }),
  event("approaches", "something approaches the camera", ["comes closer"]),
  event("lights", "the lights are switched off", ["lights off"]),
  event("blocked", "the camera is blocked", ["camera covered"]),
  {
    name: "parked",
    rule: { when: "a car is parked", for: "4s" },
    truth: parkedFor(4),
    verbs: ["stops", "starts", "moves"],
  },
  {
    name: "nobody",
    rule: { when: "nobody is in the picture", for: "8s" },
    truth: (clip) => lasting(whilesAlone(clip, "person"), 8),
    verbs: [...CAME, ...WENT],
  },
  {
    name: "quiet",
    rule: { when: "nothing happens", for: "6s" },
    truth: (clip) =>
      lasting(
        whilesWithout(clip, ({ kind }) => kind !== null),
        6,
      ),
    verbs: [...CAME, ...WENT, "moves", "starts"],
  },
];
