import "./timeline.css";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isLive } from "../../sources/source.ts";
import { inWords } from "../../story/running-number.ts";
import type { UnitRecord } from "../../story/unit-record.ts";
import { playingTime, timecode } from "../../ui/format.ts";
import { seek, shownMs } from "../playback.ts";
import type { Watching } from "../watching.ts";
import { Glide } from "./glide.ts";
import { Marks, type Measure, Pins, px, SeesLane, ThinksLane } from "./lanes.tsx";
import { Moment, wordsOf } from "./moment.tsx";
import { TimeAxis, unitAt } from "./time-axis.ts";

/** Seconds to be seen at once, on phones and on all else. */
const VISIBLE_S = { narrow: 15, wide: 30 };
const NARROW_PX = 480;
/** The axis begins at a round time, so that what stands on it stays where it is while older units are dropped (ms). */
const ROUND_MS = 60_000;
const MOMENT_PX = 176;
/** Units that a page key goes. */
const PAGE = 20;
const TICK_PX = 64;

/** One time axis with what was seen and what was thought, side by side. */
export function Timeline({ watched }: { readonly watched: Watching }) {
  const { story, source } = watched;
  const scroller = useRef<HTMLDivElement>(null);
  const strip = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const [isFollowing, follow] = useState(true);
  const [cursor, setCursor] = useState<number | null>(null);
  const measure = useMemo(measurer, []);

  const units = story.units.value;
  const canSeek = source !== null && !isLive(source);
  const axis = axisOf(units, width);
  const thoughts = story.thoughts.value;
  // They do not depend on where the pointer is.
  const lanes = useMemo(
    () => (
      <>
        <SeesLane axis={axis} units={units} />
        <ThinksLane
          {...{ axis, units, thoughts, measure }}
          most={Math.max(Math.min(260, width - 40), width * 0.4)}
        />
      </>
    ),
    [axis.fromMs, axis.toMs, axis.pxPerS, units, thoughts],
  );
  const scrolled = useEdge(scroller, strip, axis, isFollowing);

  const record = cursor === null ? undefined : units.find(({ unit }) => unit === cursor);
  const at = record === undefined ? units.length - 1 : units.indexOf(record);
  const point = (x: number) => {
    const left = strip.current?.getBoundingClientRect().left ?? 0;
    const found = units[unitAt(units, axis.timeAt(x - left))];
    setCursor(found?.unit ?? null);
    return found;
  };
  const move = (to: number) => {
    const found = units[Math.max(0, Math.min(units.length - 1, to))];
    if (found === undefined) return;
    setCursor(found.unit);
    const box = scroller.current!;
    const x = axis.x(found.mediaTimeMs);
    box.scrollLeft = Math.max(x - box.clientWidth + 24, Math.min(box.scrollLeft, x - 24));
  };
  const steps: Readonly<Record<string, number>> = {
    ...{ ArrowLeft: at - 1, ArrowRight: at + 1, ArrowDown: at - 1, ArrowUp: at + 1 },
    ...{ PageUp: at - PAGE, PageDown: at + PAGE, Home: 0, End: units.length - 1 },
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = steps[event.key];
    if (to !== undefined) move(to);
    else if ((event.key === "Enter" || event.key === " ") && canSeek && record) seek(record.mediaTimeMs);
    else if (event.key === "Escape") setCursor(null);
    else return;
    event.preventDefault();
  };
  const toEnd = () => {
    scroller.current!.scrollLeft = scroller.current!.scrollWidth;
    follow(true);
  };
  // The present has its place there.
  const ticks = axis.ticks(TICK_PX).filter((ms) => !isFollowing || axis.x(ms) < axis.width - TICK_PX);
  const x = record && axis.x(record.mediaTimeMs);
  const current = units[at];
  const thought = current && story.thoughts.value.findLast(({ unit }) => unit === current.unit);
  return (
    <section class="timeline" aria-label="Time line">
      <p class="sees-name">sees</p>
      <p class="thinks-name">thinks</p>
      <div
        class="scroller"
        ref={scroller}
        role="slider"
        tabIndex={0}
        aria-label={
          canSeek ? "What was seen and thought; Enter plays from there" : "What was seen and thought"
        }
        aria-valuemin={0}
        aria-valuemax={Math.max(0, units.length - 1)}
        aria-valuenow={Math.max(0, at)}
        aria-valuetext={
          current
            ? `${timecode(current.mediaTimeMs)}, ${thought ? inWords(thought.text) : wordsOf(current)}`
            : "nothing yet"
        }
        data-seekable={canSeek}
        onScroll={({ currentTarget: box }) => {
          if (box.scrollLeft < scrolled.current - 2) follow(false);
          else if (box.scrollLeft + box.clientWidth >= box.scrollWidth - 8) follow(true);
          scrolled.current = box.scrollLeft;
        }}
        onPointerMove={({ clientX }) => point(clientX)}
        onPointerLeave={() => setCursor(null)}
        onBlur={() => setCursor(null)}
        onClick={({ clientX }) => {
          const found = point(clientX);
          if (canSeek && found) seek(found.mediaTimeMs);
        }}
        onKeyDown={onKeyDown}
      >
        <div class="strip" style={{ width: px(axis.width) }}>
          <div ref={strip}>
            <Marks axis={axis} marks={story.marks.value} />
            {lanes}
            <Pins axis={axis} talk={watched.talk} />
            <div class="ticks number">
              {ticks.map((ms) => (
                <span key={ms} style={{ left: px(axis.x(ms)) }}>
                  {playingTime(ms)}
                </span>
              ))}
            </div>
            {x !== undefined && <div class="cursor" style={{ left: px(x) }} />}
            {canSeek && <Playhead axis={axis} />}
          </div>
        </div>
      </div>
      {isFollowing ? (
        <span class="now">now</span>
      ) : (
        <button type="button" class="now" onClick={toEnd}>
          to now
        </button>
      )}
      {record !== undefined && x !== undefined && (
        <div class="moment-place" style={{ left: px(momentLeft(scroller.current!, x)) }}>
          <Moment watched={watched} record={record} />
        </div>
      )}
    </section>
  );
}

function axisOf(units: readonly UnitRecord[], width: number): TimeAxis {
  const [first, last] = [units[0], units.at(-1)];
  const visibleS = width < NARROW_PX ? VISIBLE_S.narrow : VISIBLE_S.wide;
  const roundMs = Math.floor((first?.mediaTimeMs ?? 0) / ROUND_MS) * ROUND_MS;
  const toMs = last?.mediaTimeMs ?? 0;
  // At the beginning there is room before it, so that the present is at the right edge all the same.
  return new TimeAxis(Math.min(roundMs, toMs - visibleS * 1000), toMs, width / visibleS);
}

/** Where the present clip shows an older moment again. */
function Playhead({ axis }: { readonly axis: TimeAxis }) {
  const ms = shownMs.value;
  if (ms > axis.toMs - 1500 || ms < axis.fromMs) return null;
  return <div class="playhead" style={{ left: px(axis.x(ms)) }} />;
}

/** Where the box of a moment is, so that it stays within the time line (px). */
function momentLeft(box: HTMLElement, x: number): number {
  const wanted = x - box.scrollLeft - MOMENT_PX / 2;
  return box.offsetLeft + Math.max(0, Math.min(box.clientWidth - MOMENT_PX, wanted));
}

/** Keeps the present at the right edge, unless one has scrolled back. Then what one looks at stays where it is. */
function useEdge(
  scroller: { readonly current: HTMLDivElement | null },
  strip: { readonly current: HTMLDivElement | null },
  axis: TimeAxis,
  isFollowing: boolean,
): { current: number } {
  const glide = useMemo(() => new Glide(), []);
  const before = useRef(axis);
  // Where the page itself has scrolled to. Only a visitor scrolls back from there.
  const scrolled = useRef(0);
  useLayoutEffect(() => {
    const { fromMs, toMs, pxPerS } = before.current;
    before.current = axis;
    const box = scroller.current!;
    const grown = axis.width - axis.x(toMs);
    if (isFollowing) {
      box.scrollLeft = box.scrollWidth;
      if (grown > 0 && grown < box.clientWidth) glide.step(strip.current!, grown, performance.now());
    } else if (fromMs !== axis.fromMs && pxPerS === axis.pxPerS) box.scrollLeft += axis.x(fromMs);
    scrolled.current = box.scrollLeft;
  }, [axis.fromMs, axis.toMs, axis.pxPerS, isFollowing]);
  return scrolled;
}

function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** Measures words as the lanes write them. */
function measurer(): Measure {
  const context = document.createElement("canvas").getContext("2d")!;
  const widths = new Map<string, number>();
  return (text) => {
    const known = widths.get(text);
    if (known !== undefined) return known;
    if (widths.size > 1000) widths.clear();
    context.font = `600 13px ${getComputedStyle(document.body).fontFamily}`;
    const width = Math.ceil(context.measureText(text).width) + 2;
    widths.set(text, width);
    return width;
  };
}
