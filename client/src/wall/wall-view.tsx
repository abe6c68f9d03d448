import "./wall-view.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { streamsProblem } from "../app/streams-poll.ts";
import { counted } from "../ui/format.ts";
import { AddCamera } from "./add-camera.tsx";
import { AlertTeller } from "./alert-teller.tsx";
import type { Card } from "./card.ts";
import { NoCamera } from "./no-camera.tsx";
import { StreamCard } from "./stream-card.tsx";
import { wall } from "./wall.ts";

/** With more streams than this one can look for some by their names. */
const FEW = 12;

/** All streams of the server at a glance. */
export function WallView() {
  const wanted = useSignal("");
  useEffect(() => wall.open(), []);
  const cards = wall.cards.value;
  const problem = streamsProblem.value;
  if (cards === null)
    return <p class="muted">{problem === null ? "Looking for the streams …" : problem.message}</p>;
  const hasCamera = cards.some(({ stream }) => stream.kind === "camera");
  const hasFilter = cards.length > FEW;
  const found = hasFilter ? cards.filter((card) => isFound(card, wanted.value)) : cards;
  return (
    <section class="wall" aria-labelledby="wall-title" data-many={cards.length > 4}>
      <div class="wall-bar">
        <h2 id="wall-title">{cards.length === 0 ? "No streams" : counted(cards.length, "stream")}</h2>
        {hasFilter && (
          <input
            type="search"
            placeholder="Find by name"
            aria-label="Find streams by their names"
            value={wanted.value}
            onInput={({ currentTarget }) => {
              wanted.value = currentTarget.value;
            }}
          />
        )}
        {hasCamera && <AddCamera />}
        {problem !== null && <p class="wall-problem">Not up to date: {problem.message}</p>}
      </div>
      <AlertTeller cards={cards} />
      {found.length > 0 && (
        <ul
          class="wall-cards"
          aria-label="Streams"
          onPointerMove={wall.touch}
          onKeyDown={wall.touch}
          onFocusIn={wall.touch}
        >
          {found.map((card) => (
            <StreamCard key={card.id} card={card} />
          ))}
        </ul>
      )}
      {hasFilter && found.length === 0 && <p class="muted">No stream has “{wanted.value}” in its name.</p>}
      {!hasCamera && <NoCamera />}
    </section>
  );
}

function isFound({ id }: Card, wanted: string): boolean {
  return id.toLowerCase().includes(wanted.trim().toLowerCase());
}
