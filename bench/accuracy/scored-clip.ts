import { type Clause, parseClauses } from "../../src/alerts/mod.ts";
import { type Happening, happenings, type LabelledClip } from "../lib/labelled-clips.ts";
import { matchClaims, near, type Pair, type Timed } from "../lib/match-claims.ts";
import type { Narration } from "../lib/narrate-clip.ts";

/** A clause that was said at its unit's last frame, of what happened `onS`: in the middle of the time that its unit covers (s). */
export type Claim = Clause & Timed & { readonly onS: number };
export type Match = Pair<Claim, Happening>;

/** A clip, what was said of it, and what of that fits what happened. */
export interface ScoredClip {
  readonly clip: LabelledClip;
  readonly narration: Narration;
  readonly claims: readonly Claim[];
  readonly happened: readonly Happening[];
  /** By verb and place. */
  readonly matches: readonly Match[];
  /** By verb, place and colours: the mover's, and the other's where there is one. */
  readonly colourMatches: readonly Match[];
  /** The same two where a clause is held to be of the time that it is dated to, not of that at which it is said. */
  readonly datedMatches: readonly Match[];
  readonly datedColourMatches: readonly Match[];
  /** Units more than a second away from every event: how long they are together (s), and in how many was spoken. */
  readonly quiet: { readonly seconds: number; readonly spoken: number };
}

const samePlace = (said: Claim, happened: Happening) =>
  said.verb === happened.verb && said.place === happened.place;

const sameColours = (said: Claim, happened: Happening) =>
  said.colour === happened.colour && (said.other?.colour ?? null) === (happened.other?.colour ?? null);

const samePlaceAndColours = (said: Claim, happened: Happening) =>
  samePlace(said, happened) && sameColours(said, happened);

const inColourFirst = (said: Claim, happened: Happening) => (sameColours(said, happened) ? 1 : 0);
const dated = ({ onS }: Claim) => onS;

/** @param unitSeconds from one thought to the next (s) */
export function scoreClip(clip: LabelledClip, narration: Narration, unitSeconds: number): ScoredClip {
  const claims = narration.thoughts.flatMap(({ sinceS, atS, text }) =>
    parseClauses(text).map((clause) => ({ ...clause, atS, onS: (sinceS + atS) / 2 })),
  );
  const happened = happenings(clip);
  const eventsAt = near(happened);
  const quiet = narration.thoughts.filter(({ atS }) => eventsAt(atS).length === 0);
  return {
    clip,
    narration,
    claims,
    happened,
    matches: matchClaims(claims, happened, samePlace, inColourFirst),
    colourMatches: matchClaims(claims, happened, samePlaceAndColours),
    datedMatches: matchClaims(claims, happened, samePlace, inColourFirst, dated),
    datedColourMatches: matchClaims(claims, happened, samePlaceAndColours, undefined, dated),
    quiet: {
      seconds: quiet.length * unitSeconds,
      spoken: quiet.filter(({ text }) => text.trim() !== "").length,
    },
  };
}
