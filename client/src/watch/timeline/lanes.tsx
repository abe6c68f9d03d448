import type { ComponentChildren } from "preact";
import type { Mark } from "../../story/mark.ts";
import { inWords } from "../../story/running-number.ts";
import type { Thought } from "../../story/thought.ts";
import type { UnitRecord } from "../../story/unit-record.ts";
import type { Conversation } from "../../talk/conversation.ts";
import { type Place, placeLabels } from "./lane-layout.ts";
import { SKIP_WORDS } from "./skip-words.ts";
import { silences, type TimeAxis } from "./time-axis.ts";

export const px = (length: number) => `${length}px`;

/** Room that words take (px). */
export type Measure = (text: string) => number;

/** New units glide in from beyond the edge, for as long as a usual unit takes (s); words stay within it. */
const GLIDE_S = 0.6;

/** What was seen: a pulse for each unit. */
export function SeesLane({
  axis,
  units,
}: {
  readonly axis: TimeAxis;
  readonly units: readonly UnitRecord[];
}) {
  return (
    <div class="sees">
      {units.map(({ unit, mediaTimeMs, still }) => (
        <i key={unit} class={still ? "still" : undefined} style={{ left: px(axis.x(mediaTimeMs)) }} />
      ))}
    </div>
  );
}

/** What was thought: words where it spoke, and why it did not where it did not. */
export function ThinksLane({
  axis,
  units,
  thoughts,
  measure,
  most,
}: {
  readonly axis: TimeAxis;
  readonly units: readonly UnitRecord[];
  readonly thoughts: readonly Thought[];
  readonly measure: Measure;
  /** Room for the newest words (px). */
  readonly most: number;
}) {
  const said = thoughts.filter(({ mediaTimeMs }) => mediaTimeMs >= axis.fromMs);
  const texts = said.map(({ text }) => inWords(text));
  const labels = said.map(({ mediaTimeMs }, at) => ({ x: axis.x(mediaTimeMs), width: measure(texts[at]!) }));
  const places = placeLabels(labels, axis.width - GLIDE_S * axis.pxPerS, most);
  return (
    <div class="thinks">
      {said.map(({ id, unfamiliar }, at) => (
        <Words key={id} place={places[at]!} isNewest={at === said.length - 1} isDoubtful={unfamiliar}>
          {texts[at]}
        </Words>
      ))}
      {silences(units).map(({ unit, reason, fromMs, toMs }) => {
        const [left, width] = [axis.x(fromMs), axis.x(toMs) - axis.x(fromMs)];
        const words = SKIP_WORDS[reason];
        return (
          <s key={`s${unit}`} class={reason} style={{ left: px(left), width: px(width) }}>
            {measure(words) < width && <small>{words}</small>}
          </s>
        );
      })}
      {units.map(
        ({ unit, mediaTimeMs, state }) =>
          state === "said" && <b key={`b${unit}`} style={{ left: px(axis.x(mediaTimeMs)) }} />,
      )}
    </div>
  );
}

function Words({
  place,
  isNewest,
  isDoubtful,
  children,
}: {
  readonly place: Place;
  readonly isNewest: boolean;
  readonly isDoubtful: boolean;
  readonly children: ComponentChildren;
}) {
  if (place === null) return null;
  const classes = ["words", isNewest && "newest", isDoubtful && "doubtful"].filter(Boolean).join(" ");
  return (
    <p class={classes} style={{ left: px(place.left), width: px(place.width) }}>
      {children}
    </p>
  );
}

/** Gaps, alerts and unfamiliar stretches, over both lanes. */
export function Marks({ axis, marks }: { readonly axis: TimeAxis; readonly marks: readonly Mark[] }) {
  return (
    <div class="marks">
      {marks
        .filter(({ toMs }) => toMs === null || toMs >= axis.fromMs)
        .map(({ id, kind, fromMs, toMs, text }) => {
          const left = Math.max(0, axis.x(fromMs));
          const width = axis.x(Math.min(axis.toMs, toMs ?? axis.toMs)) - left;
          return <span key={id} class={kind} title={text} style={{ left: px(left), width: px(width) }} />;
        })}
    </div>
  );
}

/** What was asked, where the answers stand. */
export function Pins({ axis, talk }: { readonly axis: TimeAxis; readonly talk: Conversation }) {
  return (
    <div class="pins">
      {talk.pins.value
        .filter(({ mediaTimeMs }) => mediaTimeMs >= axis.fromMs)
        .map(({ id, mediaTimeMs, question, text }) => (
          <span
            key={id}
            title={`${question} ${text}`}
            data-highlighted={talk.highlighted.value === id || undefined}
            style={{ left: px(axis.x(mediaTimeMs)) }}
            onPointerEnter={() => {
              talk.highlighted.value = id;
            }}
            onPointerLeave={() => {
              talk.highlighted.value = null;
            }}
          />
        ))}
    </div>
  );
}
