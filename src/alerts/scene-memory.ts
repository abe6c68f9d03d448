import { type Clause, NO_VERB } from "./clause.ts";
import { isWho, type Posture, type ScenePattern, type StatePattern } from "./condition.ts";

/** Most of those that are remembered at once; then the oldest is forgotten. */
const MOST = 64;
/** Whoever moves and is not told of for so long has gone without being told (ms of media time). */
const FORGOTTEN_AFTER_MS = 60_000;

/** A while for which something has held. */
export interface Spell {
  /** Names it, so that an alert is raised once for it. */
  readonly id: string;
  /** Media time since which it has been seen to hold (ms). */
  readonly sinceMs: number;
}

/** Somebody or something that was told of. */
interface Actor {
  readonly id: number;
  readonly kind: string | null;
  readonly colour: string | null;
  size?: string | undefined;
  /** null: it is not known. */
  posture: "standing" | "moving" | null;
  /** Counts how often its posture has changed. */
  turns: number;
  presentSinceMs: number;
  postureSinceMs: number;
  toldMs: number;
}

const MOVING: ReadonlySet<string> = new Set([
  ...["enters", "moves", "starts", "turns", "speeds up", "slows down", "comes closer", "goes away"],
]);
const GONE: ReadonlySet<string> = new Set(["leaves", "vanishes", "taken"]);
const STANDING: ReadonlySet<string> = new Set(["stops", "put down"]);
/** Whoever is first told of so has been there before. */
const CAME: ReadonlySet<string> = new Set(["enters", "appears", "put down"]);

/**
 * What a picture holds, as far as thoughts have told it: who is there, who of them stands or moves, and whether the
 * lights are on. A model tells what changes; here that is added up. Whatever stood there from the start and was never told
 * of is not known here.
 */
export class SceneMemory {
  private actors: Actor[] = [];
  private readonly scene = new Map<string, number>();
  private next = 0;

  /** Takes what a thought tells. @param atMs its media time (ms) */
  take(clause: Clause, atMs: number): void {
    if (clause.verb === NO_VERB) return;
    if (clause.kind === null) {
      for (const end of SCENE_ENDS[clause.verb] ?? []) this.scene.delete(end);
      if (!this.scene.has(clause.verb)) this.scene.set(clause.verb, atMs);
      return;
    }
    const { verb } = clause;
    const known = CAME.has(verb) ? undefined : this.find(clause);
    if (GONE.has(verb)) {
      this.actors = this.actors.filter((each) => each !== known);
      return;
    }
    const actor = known ?? this.add(clause, atMs);
    actor.toldMs = atMs;
    if (clause.size !== undefined) actor.size = clause.size;
    const posture = STANDING.has(verb) ? "standing" : MOVING.has(verb) ? "moving" : null;
    if (posture === null || posture === actor.posture) return;
    actor.posture = posture;
    actor.postureSinceMs = atMs;
    actor.turns++;
  }

  /** Time has gone on (ms of media time). */
  tick(atMs: number): void {
    this.actors = this.actors.filter(
      ({ posture, toldMs }) => posture === "standing" || atMs - toldMs < FORGOTTEN_AFTER_MS,
    );
  }

  /** The media times (ms) at which somebody counts as gone, if nothing is told until then. */
  forgetTimes(): number[] {
    return this.actors
      .filter(({ posture }) => posture !== "standing")
      .map(({ toldMs }) => toldMs + FORGOTTEN_AFTER_MS);
  }

  /** Nothing was seen until a media time (ms): what holds has been seen to hold only since then. */
  restart(atMs: number): void {
    for (const actor of this.actors) {
      actor.presentSinceMs = atMs;
      actor.postureSinceMs = atMs;
      actor.toldMs = atMs;
    }
    for (const verb of this.scene.keys()) this.scene.set(verb, atMs);
  }

  /** Every while for which a pattern holds now. */
  spells(pattern: StatePattern | ScenePattern): Spell[] {
    if (pattern.type === "scene") {
      const sinceMs = this.scene.get(pattern.since);
      return sinceMs === undefined ? [] : [{ id: pattern.since, sinceMs }];
    }
    return this.actors
      .filter((actor) => isWho(pattern.who, actor) && isIn(actor, pattern.posture))
      .map((actor) =>
        pattern.posture === "there"
          ? { id: `${actor.id}`, sinceMs: actor.presentSinceMs }
          : { id: `${actor.id}:${actor.turns}`, sinceMs: actor.postureSinceMs },
      );
  }

  /**
   * Whom a clause is about: whoever is of that kind and colour, else of that kind, because colours are often told
   * differently of the same thing; of several, who was told of last.
   */
  private find({ kind, colour }: Clause): Actor | undefined {
    const ofKind = this.actors.filter((actor) => actor.kind === kind);
    const latest = (list: readonly Actor[]) => [...list].sort((a, b) => b.toldMs - a.toldMs)[0];
    return latest(ofKind.filter((actor) => actor.colour === colour)) ?? latest(ofKind);
  }

  private add({ kind, colour, size }: Clause, atMs: number): Actor {
    const actor: Actor = {
      ...{ id: this.next++, kind, colour, size, posture: null, turns: 0 },
      ...{ presentSinceMs: atMs, postureSinceMs: atMs, toldMs: atMs },
    };
    this.actors.push(actor);
    if (this.actors.length > MOST) this.actors.shift();
    return actor;
  }
}

/** What ends with a verb about the whole picture. */
const SCENE_ENDS: Readonly<Record<string, readonly string[]>> = {
  "lights off": ["lights on"],
  "lights on": ["lights off"],
  "camera free": ["camera covered"],
  "camera covered": ["camera free"],
};

function isIn({ posture }: Actor, wanted: Posture): boolean {
  return wanted === "there" || posture === wanted;
}
