"""Questions that a watcher can be asked at any moment, with the answer as far as it has seen."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field

import numpy as np

from .tally import Tally
from .themes import theme
from .thoughts import CAME, PLURALS, SIZES, WENT, clause, named

NOTHING = "nothing yet"
CANNOT = "i cannot tell that"
NO_REASON = "i saw no reason"


@dataclass(frozen=True)
class Asked:
    kind: str
    family: str            # dynamics, causal, theme, counting, time, now, present, none
    question: str
    answer: str
    rests: Sequence = ()   # events that the answer follows from
    since: float | None = None
    """For durations: the second from which they count; the answer has a clock token in its place."""


@dataclass(frozen=True)
class Seen:
    """What has been told up to now."""
    events: list                                   # in order of time
    moving: bool                                   # whether something moves right now
    present: Counter = field(default_factory=Counter)   # how many of each kind are there right now, whether or not they came
    base: Tally = field(default_factory=Tally)     # what a recap told of the time before the events
    clock: Callable[[object], str] = field(default=lambda event: "<t0>")   # the token that closed the thought of an event


NOUNS = {
    "car": (["car", "vehicle"], ["cars", "vehicles"]),
    "person": (["person"], ["people", "persons"]),
    "object": (["object"], ["objects"]),
    "hand": (["hand"], ["hands"]),
    "animal": (["animal"], ["animals"]),
    None: (["thing", "mover"], ["things", "movers"]),
}
COLOURS = ("black", "white", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
SHADES = ("dark", "light")
"""Said where no colour can be told."""
MOST_COUNTED = 99


def pick(rng: np.random.Generator, options):
    return options[int(rng.integers(len(options)))]


def noun(rng: np.random.Generator, plural: bool, seen: Seen, always: bool = False) -> tuple[str | None, str]:
    kinds = sorted({e.kind for e in seen.events if e.kind}) or ["car"]
    if rng.random() < 0.1:
        kinds = list(PLURALS)
    kind = pick(rng, kinds) if always or rng.random() < 0.5 else None
    return kind, pick(rng, NOUNS[kind][plural])


def of(seen: Seen, verbs: Sequence[str], kind: str | None = None, colour: str | None = None) -> list:
    return [e for e in seen.events if e.verb in verbs and kind in (None, e.kind) and colour in (None, e.colour)]


def number(count: int) -> str:
    return str(min(count, MOST_COUNTED))


def total(counter, kind: str | None) -> int:
    return sum(counter.values()) if kind is None else counter[kind]


def count_in(rng, seen):
    kind, word = noun(rng, True, seen, always=bool(seen.base.came) or rng.random() < 0.7)
    text = pick(rng, ["how many {} entered", "how many {} came in", "how many {} passed", "how many {} have entered so far",
                      "how many {} did you see", "how many {} have passed", "how many {} came by", "count the {}", "how many {} came", "how many {}", "how many {} were there"])
    found = of(seen, CAME, kind)
    return Asked("count entered", "counting", text.format(word), number(len(found) + total(seen.base.came, kind)), found[-1:])


def count_out(rng, seen):
    kind, word = noun(rng, True, seen, always=bool(seen.base.came) or rng.random() < 0.7)
    text = pick(rng, ["how many {} left", "how many {} have left", "how many {} went out", "how many {} left so far", "how many {} went"])
    found = of(seen, WENT, kind)
    return Asked("count left", "counting", text.format(word), number(len(found) + total(seen.base.went, kind)), found[-1:])


def count_coloured(rng, seen):
    if seen.base.came:
        return count_in(rng, seen)
    came = of(seen, CAME)
    kind, word = noun(rng, True, seen)
    colour = pick(rng, came).colour if came and rng.random() < 0.7 else pick(rng, COLOURS)
    found = of(seen, CAME, kind, colour)
    text = pick(rng, ["how many {} {} came", "how many {} {} entered", "how many {} {} have come so far"])
    return Asked("count of a colour", "counting", text.format(colour, word), number(len(found)), found)


def count_stops(rng, seen):
    kind, word = noun(rng, True, seen)
    found = of(seen, ("stops",), kind)
    return Asked("count stopped", "counting", pick(rng, ["how many {} stopped", "how many {} have stopped"]).format(word),
                 number(len(found) + total(seen.base.stopped, kind)), found)


def which(verbs: Sequence[str], name: str, templates: list[str], answer: Callable) -> Callable:
    """A question about the first or last event of some verbs."""

    def ask(rng, seen):
        kind, word = noun(rng, False, seen)
        end, order = (0, "first") if rng.random() < 0.4 and not seen.base.first else (-1, "last")
        found = of(seen, verbs, kind)
        return Asked(name, "dynamics", pick(rng, templates).format(f"{order} {word}"), answer(found[end]) if found else NOTHING,
                     [found[end]] if found else ())

    return ask


colour = which(CAME, "colour", ["what colour was the {}", "what colour was the {} that entered", "what colour is the {}",
                                "what color was the {}", "which colour did the {} have"], lambda e: e.colour)
direction = which(("moves",), "direction", ["which way did the {} go", "which way did the {} move", "which direction did the {} go",
                                            "which way did the {} drive", "where did the {} move to",
                                            "in which direction did the {} move"], lambda e: e.place)
origin = which(("enters",), "entered from", ["where did the {} come from", "where did the {} enter", "from where did the {} come",
                                             "on which side did the {} enter", "from which side did the {} come"], lambda e: e.place)
exit_ = which(("leaves",), "left at", ["where did the {} leave", "on which side did the {} leave", "where did the {} go out",
                                       "at which side did the {} leave"], lambda e: e.place)


size = which(("moves",), "size", ["how big was the {}", "how big is the {}", "what size was the {}", "how large was the {}"], lambda e: e.size or "medium")


def sized(rng, seen):
    asked = pick(rng, SIZES)
    kind, word = noun(rng, False, seen)
    found = [e for e in of(seen, ("moves",), kind) if e.size == asked]
    return Asked("was there a size", "dynamics", pick(rng, ["was there a {} {}", "did you see a {} {}", "did a {} {} come by"]).format(asked, word),
                 "yes" if found else "no", found[-1:])


def partner(rng, seen):
    verb, texts = pick(rng, [("meets", ["who was met", "what did it meet", "what did the {} meet"]), ("hits", ["what was hit", "what did the {} hit"]),
                             ("passes", ["what was passed", "what did the {} pass"]), ("follows", ["what was followed", "what did the {} follow"])])
    found = of(seen, (verb,))
    one = found[-1] if found else None
    text = pick(rng, texts).format(one.kind if one else "car")
    if one and "what did the" in text:
        found = of(seen, (verb,), one.kind)
    return Asked("with whom", "dynamics", text, named(*found[-1].other) if found else NOTHING, found[-1:])


PAST = {"meets": "met", "hits": "hit", "passes": "passed", "follows": "followed"}


def doer(rng, seen):
    """Who did something to another one that the question names."""
    told = of(seen, tuple(PAST))
    one = pick(rng, told) if told else None
    verb = one.verb if one else pick(rng, tuple(PAST))
    colour, kind = one.other if one else (pick(rng, COLOURS), pick(rng, list(PLURALS)))
    short = rng.random() < 0.4
    whom = f"the {colour} {'one' if short else kind}"
    found = [e for e in told if e.verb == verb and e.other[0] == colour and (short or e.other[1] == kind)]
    last = found[-1] if found else None
    if rng.random() < 0.5:
        thing = last.kind if last and rng.random() < 0.7 else "thing"
        return Asked("who did it", "dynamics", f"what colour was the {thing} that {PAST[verb]} {whom}", last.colour if last else NOTHING, found[-1:])
    return Asked("who did it", "dynamics", f"{pick(rng, ['what', 'who'])} {PAST[verb]} {whom}", named(last.colour, last.kind) if last else NOTHING, found[-1:])


def order(rng, seen):
    """Which of two came first."""
    came = [e for e in of(seen, CAME) if len(of(seen, CAME, e.kind, e.colour)) == 1]
    if len(came) < 2:
        return first_event(rng, seen)
    i, j = sorted(rng.choice(len(came), 2, replace=False).tolist())
    pair = [came[i], came[j]]
    one, two = (pair if rng.random() < 0.5 else pair[::-1])
    names = [f"the {e.colour} {e.kind}" for e in (one, two)]
    if rng.random() < 0.5:
        return Asked("order", "dynamics", f"did {names[0]} come before {names[1]}", "yes" if one is pair[0] else "no", pair)
    return Asked("order", "dynamics", f"what came first , {names[0]} or {names[1]}", f"the {pair[0].colour} {pair[0].kind}", pair)


def first_event(rng, seen):
    found = seen.events[:1]
    first = seen.base.first or (clause(found[0]) if found else NOTHING)
    return Asked("what happened first", "dynamics", pick(rng, ["what happened first", "what was the first event"]), first, found)


def last_event(rng, seen):
    text = pick(rng, ["what happened last", "what was the last event", "what just happened", "what happened", "what do you see", "what is new"])
    return Asked("what happened last", "dynamics", text, clause(seen.events[-1]) if seen.events else NOTHING, seen.events[-1:])


PARTICIPLES = {"enters": "come", "leaves": "leave", "stops": "stop", "turns": "turn", "starts": "start", "hits": "hit anything", "vanishes": "vanish", "speeds up": "speed up",
               "slows down": "slow down", "meets": "meet anyone"}


def did(rng, seen):
    verb = "stops" if rng.random() < 0.45 else pick(rng, list(PARTICIPLES))
    kind, word = noun(rng, False, seen)
    text = pick(rng, ["did a {} {}", "did any {} {}", "did one {} {}"]).format(word, PARTICIPLES[verb])
    if kind is None and rng.random() < 0.6:
        text = f"did anything {PARTICIPLES[verb]}"
    elif kind == "person" and rng.random() < 0.3:
        text = pick(rng, ["did anyone {}", "did someone {}"]).format(PARTICIPLES[verb])
    found = of(seen, {"enters": CAME, "leaves": WENT}.get(verb, (verb,)), kind)
    counted = {"enters": seen.base.came, "leaves": seen.base.went, "stops": seen.base.stopped}.get(verb, Counter())
    return Asked("did it happen", "dynamics", text, "yes" if found or total(counted, kind) else "no", found[-1:])


def was_there(rng, seen):
    present = sorted({e.colour for e in seen.events if e.colour})
    asked = pick(rng, present) if present and rng.random() < 0.5 else pick(rng, COLOURS)
    kind, word = noun(rng, False, seen)
    text = pick(rng, ["was there a {} {}", "did you see a {} {}", "did a {} {} come by"]).format(asked, word)
    if kind is None and rng.random() < 0.4:
        text = pick(rng, ["did you see anything {}", "was there anything {}"]).format(asked)
    found = [e for e in seen.events if e.colour == asked and kind in (None, e.kind)]
    return Asked("was there", "dynamics", text, "yes" if found else "no", found[-1:])


def before(rng, seen):
    """Whether the last event is one of its kind that has happened before."""
    if seen.base.first:   # what was not counted is not known
        return count_in(rng, seen)
    last = seen.events[-1] if seen.events else None
    earlier = [e for e in seen.events[:-1] if (e.verb, e.kind) == (last.verb, last.kind)] if last else []
    return Asked("happened before", "counting", pick(rng, ["has this happened before", "has that happened before", "was that the first time"]),
                 NOTHING if last is None else "yes" if earlier else "no", earlier[-1:])


def disturbed(rng, seen):
    text, verb = pick(rng, [("was the camera moved", "camera moves"), ("was the camera covered", "camera covered"),
                            ("did the lights go off", "lights off"), ("did the lights go on", "lights on")])
    found = of(seen, (verb,))
    return Asked("disturbed", "dynamics", text, "yes" if found else "no", found[-1:])


def why(rng, seen):
    verb, word = pick(rng, [("stops", "stop"), ("stops", "stop"), ("starts", "start"), ("taken", "vanish")])
    found = of(seen, (verb,))
    known = [e for e in found if e.cause]
    if known and rng.random() < 0.6:
        found = of(seen, (verb,), known[-1].kind)
        kind = known[-1].kind
    else:
        kind = found[-1].kind if found else pick(rng, list(PLURALS))
    one = found[-1] if found else None
    text = pick(rng, ["why did the {} {}", "why did the last {} {}"]).format(kind, word) if verb != "taken" \
        else pick(rng, ["why is the object gone", "who took the object", "why did the object go away"])
    if one is None:
        return Asked("why", "causal", text, NOTHING)
    reasons = {"met": "because it met {}", "crossed": "because {} crossed", "hit": "because {} hit it", "hits": "because it hit {}",
               "free": "because the way was free", "took": "because {} took it"}
    if verb == "taken" and one.other:
        return Asked("why", "causal", text, f"because {named(*one.other)} took it", [one])
    answer = reasons[one.cause].format(named(*one.other) if one.other else "") if one.cause else NO_REASON
    return Asked("why", "causal", text, answer, [one])


def about(rng, seen):
    text = pick(rng, ["what is this about", "what is the theme", "what is going on", "describe it in one word", "what is happening here"])
    return Asked("theme", "theme", text, theme(seen.events, seen.base.gist), seen.events)


AGO = {"enter": CAME, "come": CAME, "leave": WENT, "stop": ("stops",), "start": ("starts",)}


def how_long_ago(rng, seen):
    word, verbs = pick(rng, list(AGO.items()))
    kind, thing = noun(rng, False, seen)
    end, order_ = (0, "first") if rng.random() < 0.3 and not seen.base.first else (-1, "last")
    found = of(seen, verbs, kind)
    text = pick(rng, ["how long ago did the {} {}", "when did the {} {}", "how many seconds ago did the {} {}"]).format(f"{order_} {thing}", word)
    if not found:
        return Asked("how long ago", "time", text, NOTHING)
    return Asked("how long ago", "time", text, f"{seen.clock(found[end])} ago", [found[end]], found[end].t)


def how_long_standing(rng, seen):
    kind, thing = noun(rng, False, seen)
    standing = [e for e in of(seen, ("stops",), kind)
                if not any(x.mover == e.mover and x.t > e.t and x.verb in ("starts", "moves", "taken", *WENT) for x in seen.events)]
    text = pick(rng, ["how long has the {} been standing there", "how long has the {} been standing", "how long does the {} stand there"]).format(thing)
    if not standing:
        return Asked("how long standing", "time", text, "nothing stands there")
    return Asked("how long standing", "time", text, f"for {seen.clock(standing[-1])}", [standing[-1]], standing[-1].t)


def how_long_quiet(rng, seen):
    text = pick(rng, ["how long has nothing happened", "how long has it been quiet", "since when is it quiet"])
    if not seen.events:
        return Asked("how long quiet", "time", text, NOTHING)
    return Asked("how long quiet", "time", text, f"for {seen.clock(seen.events[-1])}", seen.events[-1:], seen.events[-1].t)


def count_now(rng, seen):
    kinds = sorted(kind for kind, count in seen.present.items() if count)
    kind = pick(rng, kinds) if kinds and rng.random() < 0.7 else pick(rng, list(PLURALS)) if rng.random() < 0.8 else None
    word = pick(rng, NOUNS[kind][True])
    text = pick(rng, ["how many {} are there", "how many {} are there now", "how many {} are there right now", "how many {} do you see now", "how many {} are here"])
    return Asked("count now", "present", text.format(word), number(total(seen.present, kind)))


def there_now(rng, seen):
    kind = pick(rng, sorted(seen.present)) if seen.present and rng.random() < 0.4 else pick(rng, list(PLURALS))
    word = pick(rng, NOUNS[kind][False])
    text = pick(rng, ["is there a {}", "is there a {} now", "is a {} there", "is there any {}"]).format(word)
    if kind == "person" and rng.random() < 0.6:
        text = pick(rng, ["is anyone there", "is someone there", "is anyone there now", "is anyone here"])
    return Asked("is it there", "present", text, "yes" if seen.present[kind] else "no")


def moving(rng, seen):
    text = pick(rng, ["is anything moving", "is anything moving now", "is something moving", "does anything move now"])
    return Asked("moving now", "now", text, "yes" if seen.moving else "no")


STRANGE = ("[UNK]", "[UNK]", "the", "is", "what", "who", "why", "a", "weather", "name", "time", "car", "do", "you", "tell", "me", "how", "of")


FRAMES = ("what is the {}", "who is the {}", "how {} is the car", "is the person {}", "what does the {} {}", "where is my {}", "can you {}",
          "why is the {} {}", "tell me a {}", "what {} is it", "is it {}", "how {} are you", "does the car {}", "was the person {}", "{} {}")
COMMON = ("car", "person", "object", "red", "left", "time", "name", "weather", "stop", "hand", "thing", "how", "is", "long", "many", "the", "you")


def strange(rng, seen):
    """Words outside the vocabulary, in sentences and alone; and words of it that make no question."""
    draw = rng.random()
    if draw < 0.4:
        text = pick(rng, FRAMES).replace("{}", "[UNK]")
    elif draw < 0.75:
        words = [pick(rng, STRANGE) for _ in range(int(rng.integers(2, 9)))]
        words[int(rng.integers(len(words)))] = "[UNK]"
        text = " ".join(words)
    else:
        text = " ".join(pick(rng, COMMON) for _ in range(int(rng.integers(1, 7))))
    return Asked("cannot tell", "none", text, CANNOT)


MAKERS = (count_in, count_in, count_in, count_out, count_coloured, count_stops, colour, colour, direction, direction, origin, exit_, size, sized,
          partner, partner, doer, order, first_event, last_event, did, was_there, before, disturbed, why, why, why, about, about,
          how_long_ago, how_long_ago, how_long_standing, how_long_quiet, moving, count_now, count_now, there_now, strange, strange)
EXAMPLES = ("How many cars passed?", "How many people are there?", "What colour was the last car?", "Which way did the last car go?", "Where did the first thing come from?",
            "Did anything stop?", "Why did the car stop?", "How long ago did the last person leave?", "How long has the car been standing there?",
            "How big was the last car?", "What happened last?", "Is anything moving now?", "What is this about?")
"""Shown to users; every word of them is in the vocabulary."""


NOTES = [{
    "phrases": ["how many", "count the", "there", "did you see", "stand", "stands", "standing", "leave", "leaves", "go out", "went out", "has left",
                "have left", "gone", "vanish"],
    "text": "What stands there from the start has not come: it is counted only when asked how many are there, and may be missed when it leaves.",
}]
"""Told beside answers to questions about counts, presence and leaving."""


COUNTING = {
    "phrases": ["how many", "count the"],
    "overlooked": [{"phrases": ["camera is covered"], "why": "covered"}, {"phrases": ["several people"], "why": "crowd"}],
}
"""Which questions ask for a count, and which clauses say that it may be too small. A clause that the vocabulary lacks is left out."""


def sayable(counting: dict, vocabulary: Container[str]) -> dict:
    """What of `COUNTING` a model with these words can read and say."""
    known = lambda phrases: [phrase for phrase in phrases if all(word in vocabulary for word in phrase.split())]  # noqa: E731
    overlooked = [{**each, "phrases": known(each["phrases"])} for each in counting["overlooked"]]
    return {"phrases": known(counting["phrases"]), "overlooked": [each for each in overlooked if each["phrases"]]}


SYNONYMS = {
    "gray": "grey", "silver": "grey", "violet": "purple", "tiny": "small", "little": "small", "huge": "big",
    "automobile": "car", "truck": "car", "lorry": "car", "van": "car", "bus": "car", "taxi": "car",
    "trucks": "cars", "lorries": "cars", "vans": "cars", "buses": "cars", "taxis": "cars",
    "man": "person", "woman": "person", "child": "person", "pedestrian": "person", "human": "person",
    "men": "people", "women": "people", "children": "people", "pedestrians": "people", "humans": "people",
    "dog": "animal", "cat": "animal", "bird": "animal", "dogs": "animals", "cats": "animals", "birds": "animals", "pet": "animal", "pets": "animals",
    "somebody": "someone", "anybody": "anyone", "item": "object", "items": "objects",
    "arrive": "enter", "arrives": "enters", "arrived": "entered", "exit": "leave", "exits": "leaves", "exited": "left",
    "halt": "stop", "halts": "stops", "halted": "stopped", "begin": "start", "begins": "starts", "disappear": "vanish", "disappears": "vanishes",
    "currently": "now",
}
"""Words that questions may have, and those of the vocabulary that they are read as: it knows no kinds of cars or people apart."""


TIMED = (how_long_ago, how_long_ago, how_long_standing, how_long_quiet)


def ask(rng: np.random.Generator, seen: Seen) -> Asked:
    return pick(rng, MAKERS)(rng, seen)
