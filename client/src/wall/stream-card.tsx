import "./stream-card.css";
import { useEffect, useRef } from "preact/hooks";
import { href } from "../app/route.ts";
import { timeOfDay } from "../ui/clock.ts";
import { ago, counted } from "../ui/format.ts";
import { ThoughtText } from "../ui/thought-text.tsx";
import { isOwn } from "../watch/address.ts";
import { watching } from "../watch/watching.ts";
import type { Card } from "./card.ts";
import { StateWord } from "./state-word.tsx";
import { wall } from "./wall.ts";

/** One stream: its picture, how it is, and what was thought and alerted last. */
export function StreamCard({ card }: { readonly card: Card }) {
  const { id, stream, alert, thought } = card;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => wall.onScreen.watch(id, place.current!), [id]);
  const isFromHere = isOwn(watching.value, id);
  return (
    <li class="stream-card" data-alerted={alert !== null}>
      <div class="stream-picture" ref={place} data-tone={card.state.tone}>
        <CardPicture id={id} state={card.state} />
        {alert !== null && (
          <p class="stream-alert">
            <strong>{alert.name}</strong> {alert.text}
            <small class="number">
              {timeOfDay(alert.atMs)} · {ago(alert.ageMs)}
            </small>
          </p>
        )}
      </div>
      <div class="stream-about">
        <h3>
          <a href={href("watch", isFromHere ? null : id)}>{id}</a>
        </h3>
        <StateWord state={card.state} sinceMs={card.troubleSinceMs} />
        <p class="stream-thought">
          {thought === null ? (
            <span class="muted">Nothing thought yet</span>
          ) : (
            <>
              <ThoughtText text={thought.text} /> <small class="muted number">{ago(thought.ageMs)}</small>
              {thought.unfamiliar && (
                <small class="muted"> · the scene is unfamiliar, so it may be wrong</small>
              )}
            </>
          )}
        </p>
        <p class="muted number">{facts(stream, isFromHere)}</p>
      </div>
    </li>
  );
}

function CardPicture({
  id,
  state: { message, tone, word },
}: {
  readonly id: string;
  readonly state: Card["state"];
}) {
  const shown = wall.pictures.of(id).value;
  return (
    <>
      {shown === null ? (
        <p class="no-picture">{message ?? (tone === "off" ? word : "No picture yet")}</p>
      ) : (
        <img src={shown.url} alt={`What ${id} shows`} draggable={false} />
      )}
      {shown !== null && message !== null && <p class="stream-message">{message}</p>}
    </>
  );
}

function facts({ kind, stats, watchers }: Card["stream"], isFromHere: boolean): string {
  const parts = [kind === "camera" ? null : isFromHere ? "this page sends it" : "a client sends it"];
  if (stats !== null) parts.push(`${stats.fps_in.toFixed(1)} frames/s`, counted(stats.thoughts, "thought"));
  if (watchers > 0) parts.push(`${watchers} ${watchers === 1 ? "watches" : "watch"}`);
  return parts.filter((part) => part !== null).join(" · ");
}
