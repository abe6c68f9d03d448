import "./cache-strips.css";
import { counted } from "../ui/format.ts";
import { cellsOf } from "./cache-cells.ts";
import type { CacheNow, CachesNow } from "./cache-state.ts";
import { JUST_MS } from "./evictions.ts";

/** Both caches, as rows of cells and in words. */
export function CacheStrips({ caches: { visual, text } }: { readonly caches: CachesNow }) {
  return (
    <section class="caches" aria-label="Both caches">
      <CacheStrip
        name="Visual cache, C_v"
        what="Keys and values of what was seen, unit by unit. Frames never attend to text, so all thinkers of a stream share it."
        kind="sees"
        entry="unit"
        now={visual}
      />
      <CacheStrip
        name="Text cache, C_r"
        what="Keys and values of what the narrator was told and of its own words, so that it knows what it has said."
        kind="thinks"
        entry="token"
        now={text}
      />
      <p class="muted">
        The oldest is on the left. Solid: stays for ever. Dashed: has just left. Tinted: in the window. Empty:
        free.
      </p>
    </section>
  );
}

interface Strip {
  readonly name: string;
  readonly what: string;
  readonly kind: "sees" | "thinks";
  readonly entry: "unit" | "token";
  readonly now: CacheNow | "unknown" | null;
}

function CacheStrip({ name, what, kind, entry, now }: Strip) {
  return (
    <figure class="cache" data-kind={kind} aria-label={name}>
      <figcaption>
        <h3>{name}</h3>
        <p class="muted">{what}</p>
      </figcaption>
      {now === null && <p class="muted">Nothing has come yet.</p>}
      {now === "unknown" && <p class="muted">What it holds is not known of this model.</p>}
      {typeof now === "object" && now !== null && (
        <>
          <Cells now={now} />
          <p class="number">{words(now, entry)}</p>
          <p class="muted number">{cellWords(now, entry)}</p>
        </>
      )}
    </figure>
  );
}

function Cells({ now }: { readonly now: CacheNow }) {
  const { sink, justLeft, held, free } = cellsOf(now);
  const row = (count: number, kind: string) =>
    Array.from({ length: count }, (_, at) => <i key={`${kind} ${at}`} class={kind} />);
  return (
    <div class="cache-cells" aria-hidden="true">
      {row(sink, "sink")}
      {row(justLeft, "left")}
      {row(held, "held")}
      {row(free, "free")}
    </div>
  );
}

function words(now: CacheNow, entry: string): string {
  const { held, window, evicted, justLeft } = now;
  const just = justLeft === 0 ? "" : `, ${justLeft} of them in the last ${JUST_MS / 1000} s`;
  return `${sinkWords(now.sink, entry)} The window holds ${held} of ${counted(window, entry)}. ${counted(evicted, entry)} ${evicted === 1 ? "has" : "have"} left it${just}.`;
}

function sinkWords(sink: number | null, entry: string): string {
  if (sink === null) return "What it was told stays.";
  return sink === 1 ? `The first ${entry} stays.` : `The first ${counted(sink, entry)} stay.`;
}

function cellWords(now: CacheNow, entry: string): string {
  const { perCell } = cellsOf(now);
  return `A cell is ${perCell === 1 ? `one ${entry}` : counted(perCell, entry)}.`;
}
