import { SAID_OF_SOMEBODY } from "../clause.ts";
import { inflected } from "./inflect.ts";
import type { Meaning } from "./tokens.ts";

const CAME = ["enters", "appears"];
const WENT = ["leaves", "vanishes"];
const does = (...verbs: string[]): Meaning => ({ is: "does", verbs });

/**
 * Phrases of rules and what they mean, in what a model of streets can say. Articles and auxiliary verbs are left out
 * (`is put down`: `put down`); of verbs all forms are meant.
 */
const VERBS: readonly (readonly [phrases: string, meaning: Meaning])[] = [
  [
    "enter|come|come in|come into|walk in|walk into|drive in|drive into|run in|run into picture|step in|arrive|appear|emerge|show up|turn up|come into view|come into sight|come along",
    does(...CAME),
  ],
  [
    "leave|exit|depart|go out|walk out|drive out|run out|step out|disappear|vanish|come out|get out|go out of sight",
    does(...WENT),
  ],
  ["go away", does("goes away")],
  ["walk away|walk off|drive away|drive off|run away|run off|move away", does(...WENT, "goes away")],
  [
    "recede|go away from camera|move away from camera|walk away from camera|drive away from camera|get farther away|get smaller",
    does("goes away"),
  ],
  ["move|go|walk|drive|run|travel|head|pass by|go by|drive by|walk by|come by|drive past", does("moves")],
  [
    "start|start moving|begin moving|start to move|begin to move|start off|set off|drive up again|pull out|start driving|start walking|begin to walk|begin to drive|start running",
    does("starts"),
  ],
  ["turn|turn round|turn around|change direction|change course|bend off|swerve", does("turns")],
  [
    "stop|halt|park|pull up|pull over|come to stop|come to halt|come to standstill|come to rest|stop moving|freeze|stop walking|stop driving|pause",
    does("stops"),
  ],
  ["speed up|accelerate|get faster|become faster|go faster", does("speeds up")],
  ["slow down|slow|brake|decelerate|get slower|become slower|go slower", does("slows down")],
  [
    "come closer|come near|come nearer|come up|get closer|get nearer|move closer|approach|approach camera|come towards camera|come toward camera|come to camera|walk towards camera|walk toward camera|drive towards camera|drive toward camera|move towards camera|move toward camera",
    does("comes closer"),
  ],
  ["happen|occur", does(...SAID_OF_SOMEBODY)],
  ["meet|meet with|run across|bump across", does("meets")],
  ["pass|overtake|go past|walk past|move past|run past", does("passes")],
  ["hit|collide|collide with|crash|crash into|bump into|run into|knock into|drive against", does("hits")],
  ["follow|chase|go after|run after|walk behind|drive behind|go behind|pursue", does("follows")],
  [
    "put down|put|set down|lay down|lay|place|drop|drop off|deposit|deliver|leave behind",
    { is: "does", verbs: ["put down"], turned: "taking" },
  ],
  [
    "take|take away|remove|pick up|pick|lift|steal|collect|carry away|carry off",
    { is: "does", verbs: ["taken"], turned: "taking" },
  ],
];

/** Passive forms: whoever comes after them does it. */
const PASSIVE: readonly (readonly [phrases: string, meaning: Meaning])[] = [
  ["met by", { is: "does", verbs: ["meets"], turned: "by" }],
  ["passed by|overtaken by", { is: "does", verbs: ["passes"], turned: "by" }],
  ["hit by|run over by", { is: "does", verbs: ["hits"], turned: "by" }],
  ["followed by|chased by|pursued by", { is: "does", verbs: ["follows"], turned: "by" }],
  ["left behind", does("put down")],
];

const lights = (state: "off" | "on") =>
  ["light", "lights"].map((what) => `${what} ${state}`).concat(state === "off" ? "dark" : ["bright"]);
const lightsGo = (state: "off" | "on") =>
  ["light", "lights"].flatMap((what) => [
    ...inflected(`go ${state === "off" ? "off" : "on"}`).map((go) => `${what} ${go}`),
    ...(state === "off" ? inflected("go out").map((go) => `${what} ${go}`) : []),
    ...["turned", "switched", "put"].map((how) => `${what} ${how} ${state}`),
  ]);

const OTHERS: readonly (readonly [phrases: string | readonly string[], meaning: Meaning])[] = [
  [
    "person|persons|people|somebody|someone|anybody|anyone|everybody|everyone|man|men|woman|women|child|children|boy|boys|girl|girls|kid|kids|adult|adults|pedestrian|pedestrians|human|humans|human being|human beings|he|she|they",
    { is: "who", kinds: ["person"] },
  ],
  [
    "car|cars|vehicle|vehicles|automobile|automobiles|truck|trucks|lorry|lorries|van|vans|bus|buses|taxi|taxis",
    { is: "who", kinds: ["car"] },
  ],
  [
    "object|objects|item|items|parcel|parcels|package|packages|box|boxes|bag|bags",
    { is: "who", kinds: ["object"] },
  ],
  ["hand|hands", { is: "who", kinds: ["hand"] }],
  ["animal|animals|dog|dogs|cat|cats|bird|birds|pet|pets", { is: "who", kinds: ["animal"] }],
  [
    "something|anything|everything|thing|things|mover|movers|whatever|whoever|one|ones",
    { is: "who", kinds: null },
  ],
  ["nobody|noone|no one|no person|no people", { is: "nobody", kinds: ["person"] }],
  ["nothing|none|no thing", { is: "nobody", kinds: null }],
  ["no", { is: "no" }],
  ["grey|gray", { is: "colour", colour: "grey" }],
  ["small|little|tiny", { is: "size", size: "small" }],
  ["big|large|huge", { is: "size", size: "big" }],
  [
    "there|here|present|visible|in picture|in image|in frame|in view|in sight|in scene|in front of camera|stay|stays|remain|remains|linger|lingers|lingering|staying|remaining",
    { is: "state", posture: "there" },
  ],
  [
    "stand|stands|standing|stand still|stands still|standing still|stay still|stays still|parked|parking|stationary|still|stopped still|wait|waits|waiting|not moving|not move",
    { is: "state", posture: "standing" },
  ],
  ["moving|walking|driving|running|going|in motion", { is: "state", posture: "moving" }],
  [lights("off"), { is: "sceneState", since: "lights off", until: "lights on" }],
  [lights("on"), { is: "sceneState", since: "lights on", until: "lights off" }],
  [
    [...lightsGo("off"), ...inflected("get dark"), ...inflected("become dark"), ...inflected("go dark")],
    { is: "scene", verb: "lights off" },
  ],
  [
    [...lightsGo("on"), ...inflected("get bright"), ...inflected("get light"), ...inflected("become bright")],
    { is: "scene", verb: "lights on" },
  ],
  [
    ["move", "shake", "turn"].flatMap(inflected).map((verb) => `camera ${verb}`),
    { is: "scene", verb: "camera moves" },
  ],
  [
    "camera covered|camera blocked|camera obstructed|camera hidden|camera covered up",
    { is: "sceneState", since: "camera covered", until: "camera free" },
  ],
  ["camera free|camera free again|camera uncovered|camera unblocked", { is: "scene", verb: "camera free" }],
  [
    [
      "several people",
      "many people",
      "lots people",
      "lot people",
      "group people",
      "groups people",
      "crowd",
      "crowd people",
    ].flatMap((crowd) => [
      `there ${crowd}`,
      ...["", " there", " gather", " gathers", " come", " comes", " come together", " form", " forms"].map(
        (does) => crowd + does,
      ),
    ]),
    { is: "scene", verb: "crowd" },
  ],
  ["left|left side|left hand side|left edge|left border", { is: "place", side: "left", direction: "left" }],
  [
    "right|right side|right hand side|right edge|right border",
    { is: "place", side: "right", direction: "right" },
  ],
  [
    "top|top edge|above|up|upwards|upward|upper edge|upper side",
    { is: "place", side: "top", direction: "up" },
  ],
  [
    "bottom|bottom edge|below|down|downwards|downward|lower edge|lower side",
    { is: "place", side: "bottom", direction: "down" },
  ],
  [
    "from left|from left side|from left hand side|from left edge",
    { is: "place", side: "left", direction: "right" },
  ],
  [
    "from right|from right side|from right hand side|from right edge",
    { is: "place", side: "right", direction: "left" },
  ],
  ["from top|from above|from top edge|from upper edge", { is: "place", side: "top", direction: "down" }],
  [
    "from bottom|from below|from bottom edge|from lower edge",
    { is: "place", side: "bottom", direction: "up" },
  ],
  ["from left to right|left to right", { is: "place", side: "left", direction: "right" }],
  ["from right to left|right to left", { is: "place", side: "right", direction: "left" }],
  ["leftwards|leftward", { is: "place", side: "left", direction: "left" }],
  ["rightwards|rightward", { is: "place", side: "right", direction: "right" }],
  ["or", { is: "or" }],
  ["and", { is: "and" }],
  ["not|non|never", { is: "not" }],
  ["but|but not|except|except for|other than|apart from|besides|excluding|if not", { is: "but" }],
  [",", { is: "comma" }],
];

/**
 * The eleven colours for which languages have basic words, and what is said where no colour can be told. The model says
 * which of them it knows.
 */
export const COLOURS = [
  ...["black", "white", "red", "green", "yellow", "blue", "brown", "orange", "pink", "purple", "grey"],
  ...["dark", "light"],
] as const;

/** Words that are left out before phrases are looked for: articles, auxiliary verbs, and asking to be told. */
export const LEFT_OUT: ReadonlySet<string> = new Set(
  (
    "a an the this that these those some any another either which who it its is are was were be been being has have had " +
    "just now does do did will again then please if when whenever alert me tell us notify warn"
  ).split(" "),
);

/** Words that say nothing of their own where they are not part of a phrase. */
export const FILLERS: ReadonlySet<string> = new Set(
  "of from at on in to into onto towards toward out away side edge border picture image frame view scene video anywhere with".split(
    " ",
  ),
);

/** What every phrase means that rules know, and how many words the longest one has. */
export const LEXICON: { readonly phrases: ReadonlyMap<string, Meaning>; readonly longest: number } = (() => {
  const phrases = new Map<string, Meaning>();
  const add = (some: string | readonly string[], meaning: Meaning, all: (phrase: string) => string[]) => {
    for (const phrase of typeof some === "string" ? some.split("|") : some)
      for (const form of all(phrase)) phrases.set(form, meaning);
  };
  for (const [some, meaning] of VERBS) add(some, meaning, inflected);
  for (const [some, meaning] of [...PASSIVE, ...OTHERS]) add(some, meaning, (phrase) => [phrase]);
  for (const colour of COLOURS) phrases.set(colour, { is: "colour", colour });
  const longest = Math.max(...[...phrases.keys()].map((phrase) => phrase.split(" ").length));
  return { phrases, longest };
})();
