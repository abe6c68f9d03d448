import "./stream-card.css";
import { useEffect, useRef } from "preact/hooks";
import { href } from "../app/route.ts";
import { ago, counted, timeOfDay } from "../ui/format.ts";
import { watching } from "../watch/watching.ts";
import type { Card } from "./card.ts";
import { wall } from "./wall.ts";

/** One stream: its picture, how it is, and what was thought and alerted last. */
export function StreamCard({ card }: { readonly card: Card }) {
  const { id, stream, alert, thought } = card;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => wall.onScreen.watch(id, place.current!), [id]);
  const isOwn = isOfThisPage(id);
  return (
    <li class="stream-card" data-alerted={alert !== null}>
      <div class="stream-picture" ref={place} data-tone={card.state.tone}>
        <CardPicture id={id} message={card.state.message} />
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
          <a href={href("watch", isOwn ? null : id)}>{id}</a>
        </h3>
        <State card={card} />
        <p class="stream-thought">
          {thought === null ? (
            <span class="muted">Nothing thought yet</span>
          ) : (
            <>
              {thought.text} <small class="muted number">{ago(thought.ageMs)}</small>
              {thought.unfamiliar && (
                <small class="muted"> · the scene is unfamiliar, so it may be wrong</small>
              )}
            </>
          )}
        </p>
        <p class="muted number">{facts(stream, isOwn)}</p>
      </div>
    </li>
  );
}

function CardPicture({ id, message }: { readonly id: string; readonly message: string | null }) {
  const shown = wall.pictures.of(id).value;
  return (
    <>
      {shown === null ? (
        <p class="no-picture">{message ?? "No picture yet"}</p>
      ) : (
        <img src={shown.url} alt={`What ${id} shows`} draggable={false} />
      )}
      {shown !== null && message !== null && <p class="stream-message">{message}</p>}
    </>
  );
}

function State({ card: { state, troubleSinceMs } }: { readonly card: Card }) {
  return (
    <p class="stream-state" data-tone={state.tone}>
      {state.word}
      {troubleSinceMs !== null && <span class="number"> since {timeOfDay(troubleSinceMs)}</span>}
    </p>
  );
}

function facts({ kind, stats, watchers }: Card["stream"], isOwn: boolean): string {
  const parts = [kind === "camera" ? null : isOwn ? "this page sends it" : "a client sends it"];
  if (stats !== null) parts.push(`${stats.fps_in.toFixed(1)} frames/s`, counted(stats.thoughts, "thought"));
  if (watchers > 0) parts.push(`${watchers} ${watchers === 1 ? "watches" : "watch"}`);
  return parts.filter((part) => part !== null).join(" · ");
}

/** Whether this page itself sends the pictures of a stream. */
function isOfThisPage(id: string): boolean {
  const watched = watching.value;
  return watched?.source?.kind !== "stream" && watched?.story.session.value?.id === id;
}
