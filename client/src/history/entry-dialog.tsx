import "./entry-dialog.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type { HistoryEntry, StreamObject } from "../../lib/mod.ts";
import { server } from "../app/access.ts";
import { href } from "../app/route.ts";
import { moment, timeOfDay } from "../ui/clock.ts";
import { Dialog } from "../ui/dialog.tsx";
import { duration } from "../ui/format.ts";
import { KeptPicture } from "../ui/kept-picture.tsx";
import { Load } from "../ui/load.ts";
import { type Around, findAround, pictured } from "./around.ts";
import { EntryText, kindOf } from "./entry-words.tsx";
import { at } from "./look-back.ts";

/** Whether the entry was opened by a link of this page, so that closing it is going back. */
let isOpenedHere = false;

export function openedHere(): void {
  isOpenedHere = true;
}

/** An entry with its picture, and what was said around it. */
export function EntryDialog({
  id,
  streams,
}: {
  readonly id: string;
  readonly streams: readonly StreamObject[];
}) {
  const [load] = useState(() => new Load<Around | null>());
  const asked = server.value;
  useEffect(() => void load.run((signal) => findAround(asked, id, signal)), [load, asked, id]);
  const around = load.value.value;
  const problem = load.problem.value;
  const here = around?.entries.findIndex((each) => each.id === id) ?? -1;
  const shown = around !== null && here >= 0 ? { entries: around.entries, at: here } : null;
  const step = (by: number) => {
    const next = shown?.entries[shown.at + by];
    if (next !== undefined) location.replace(at({ entry: next.id }));
  };
  return (
    <Dialog
      class="entry-dialog"
      label="What was seen"
      onClose={close}
      onKeyDown={(event) => {
        const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        step(by);
      }}
    >
      <Head>
        <button type="button" disabled={!shown?.entries[shown.at - 1]} onClick={() => step(-1)}>
          Earlier
        </button>
        <button type="button" disabled={!shown?.entries[shown.at + 1]} onClick={() => step(1)}>
          Later
        </button>
      </Head>
      {problem !== null && <p class="problem">{problem.message}</p>}
      {shown === null && problem === null && (
        <p class="muted">
          {load.isLoading.value ? "Looking …" : "It is no longer kept: what is old is deleted."}
        </p>
      )}
      {shown !== null && <Shown around={shown} streams={streams} />}
    </Dialog>
  );
}

function Head({ children }: { readonly children: preact.ComponentChildren }) {
  return (
    <div class="entry-head">
      {children}
      <button type="button" class="close" onClick={close}>
        Close
      </button>
    </div>
  );
}

function Shown({ around, streams }: { readonly around: Around; readonly streams: readonly StreamObject[] }) {
  const entry = around.entries[around.at]!;
  const { stream } = entry;
  const picture = pictured(around);
  const isLive = streams.some(({ id, state }) => id === stream && (state === "live" || state === "open"));
  return (
    <>
      <figure>
        {picture === null ? (
          <p class="muted no-picture">No picture is kept of this time.</p>
        ) : (
          <KeptPicture
            path={picture.snapshot!}
            alt={`Picture of ${picture.stream} at ${timeOfDay(picture.time)}`}
          />
        )}
        <figcaption>
          <p class="muted number">
            {moment(entry.time)}
            {stream !== null && ` · ${stream}`} · {kindOf(entry)}
          </p>
          <p class="said" aria-live="polite">
            <EntryText entry={entry} />
          </p>
          {entry.event.type === "alert.raised" && (
            <p class="muted">The alert waits for: {entry.event.when}</p>
          )}
          {picture !== null && picture !== entry && <p class="muted">{howFar(entry, picture)}</p>}
          {isLive && (
            <p>
              <a href={href("watch", stream)}>Watch {stream} live</a>
            </p>
          )}
        </figcaption>
      </figure>
      <h3 id="around">What was said around it</h3>
      <List around={around} />
    </>
  );
}

function List({ around }: { readonly around: Around }) {
  const list = useRef<HTMLOListElement>(null);
  const current = around.entries[around.at]!.id;
  useEffect(() => {
    const [box, item] = [list.current, list.current?.querySelector<HTMLElement>("[aria-current]")];
    if (box && item) box.scrollTop = item.offsetTop - (box.clientHeight - item.clientHeight) / 2;
  }, [current, around.entries]);
  return (
    <ol class="around" ref={list} aria-labelledby="around">
      {around.entries.map((each) => (
        <li key={each.id}>
          <a
            href={at({ entry: each.id })}
            aria-current={each.id === current ? "true" : undefined}
            data-type={each.type}
            onClick={(event) => {
              event.preventDefault();
              location.replace(at({ entry: each.id }));
            }}
          >
            <span class="number muted">{timeOfDay(each.time)}</span>{" "}
            {each.type !== "thought" && <b>{kindOf(each)}</b>} <EntryText entry={each} />
          </a>
        </li>
      ))}
    </ol>
  );
}

function howFar(entry: HistoryEntry, picture: HistoryEntry): string {
  const ms = Date.parse(picture.time) - Date.parse(entry.time);
  return `The nearest picture that is kept: ${duration(Math.abs(ms))} ${ms < 0 ? "earlier" : "later"}.`;
}

function close(): void {
  if (isOpenedHere) history.back();
  else location.replace(at({ entry: null }));
  isOpenedHere = false;
}
