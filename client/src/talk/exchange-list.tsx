import "./exchange-list.css";
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { counted } from "../ui/format.ts";
import type { Watching } from "../watch/watching.ts";
import type { Exchange } from "./exchange.ts";
import { ExchangeCard } from "./exchange-card.tsx";

/** The exchanges, the newest first. What was asked elsewhere is folded between them. */
export function ExchangeList({
  watched,
  ask,
}: {
  readonly watched: Watching;
  readonly ask: ((question: string) => void) | null;
}) {
  const list = useRef<HTMLOListElement>(null);
  const { talk } = watched;
  const newestOwn = talk.exchanges.value.findLast(({ by }) => by !== "elsewhere")?.id ?? null;
  const seen = useRef(newestOwn);
  // Whoever asks wants to see the answer, also where the list was scrolled.
  if (seen.current !== newestOwn) list.current?.scrollTo({ top: 0 });
  seen.current = newestOwn;
  useSignalEffect(() => {
    const id = talk.highlighted.value;
    if (list.current !== null && id !== null) bringIntoView(list.current, id);
  });
  return (
    <ol class="exchanges" ref={list} aria-label="Questions and answers">
      {grouped(talk.exchanges.value).map((group) =>
        group[0]!.by === "elsewhere" ? (
          <Elsewhere key={`elsewhere-${group.at(-1)!.id}`} watched={watched} exchanges={group} />
        ) : (
          <ExchangeCard key={group[0]!.id} watched={watched} exchange={group[0]!} ask={ask} />
        ),
      )}
    </ol>
  );
}

/** Questions that others have asked about the same stream, one after the other, in one line. */
function Elsewhere({
  watched,
  exchanges,
}: {
  readonly watched: Watching;
  readonly exchanges: readonly Exchange[];
}) {
  return (
    <li class="elsewhere-group">
      <details>
        <summary class="muted">{counted(exchanges.length, "question")} asked elsewhere</summary>
        <ol>
          {exchanges.map((exchange) => (
            <ExchangeCard key={exchange.id} watched={watched} exchange={exchange} ask={null} />
          ))}
        </ol>
      </details>
    </li>
  );
}

/** The newest first; those that were asked elsewhere between two of this page are one group. */
function grouped(exchanges: readonly Exchange[]): Exchange[][] {
  const groups: Exchange[][] = [];
  for (const exchange of exchanges.toReversed()) {
    const last = groups.at(-1);
    if (exchange.by === "elsewhere" && last?.[0]?.by === "elsewhere") last.push(exchange);
    else groups.push([exchange]);
  }
  return groups;
}

/** Scrolls the list, where it scrolls, and never the page. What one points to in the list itself stays where it is. */
function bringIntoView(list: HTMLElement, id: number): void {
  const item = list.querySelector<HTMLElement>(`[data-exchange="${id}"]`);
  if (item === null || item.matches(":hover, :focus-within")) return;
  const [outer, inner] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
  if (inner.top < outer.top) list.scrollTop += inner.top - outer.top;
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
}
