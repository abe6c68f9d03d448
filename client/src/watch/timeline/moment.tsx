import { useEffect, useState } from "preact/hooks";
import { ClientError } from "../../../lib/mod.ts";
import { server } from "../../app/access.ts";
import type { UnitRecord } from "../../story/unit-record.ts";
import { timecode } from "../../ui/format.ts";
import { ThoughtText } from "../../ui/thought-text.tsx";
import type { Watching } from "../watching.ts";
import { SKIP_WORDS } from "./skip-words.ts";

/** What was seen and thought at one moment, with its picture where there is one. */
export function Moment({ watched, record }: { readonly watched: Watching; readonly record: UnitRecord }) {
  const picture = usePicture(watched, record);
  const { unit, mediaTimeMs, unfamiliar } = record;
  const thought = watched.story.thoughts.value.findLast((each) => each.unit === unit);
  const marks = watched.story.marks.value.filter(
    ({ fromMs, toMs }) => fromMs <= mediaTimeMs && (toMs ?? mediaTimeMs) >= mediaTimeMs,
  );
  return (
    <figure class="moment card">
      {picture !== null && <img src={picture} alt={`The video at ${timecode(mediaTimeMs)}`} />}
      <figcaption>
        <span class="number muted">{timecode(mediaTimeMs)}</span>
        <span>{thought ? <ThoughtText text={thought.text} /> : wordsOf(record)}</span>
        {unfamiliar && <span class="doubt">doubtful: unfamiliar scene</span>}
        {marks.map(({ id, text }) => (
          <span key={id} class="doubt">
            {text}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

/** What became of a unit about which nothing was said, or not yet. */
export function wordsOf({ state, skipReason, still }: UnitRecord): string {
  if (state === "thinking") return "seen, not decided yet";
  if (skipReason !== null) return SKIP_WORDS[skipReason];
  return still ? "still" : "seen";
}

/** Address of a unit's picture, as long as it is shown; null: there is none, or not yet. */
function usePicture({ thumbnails, source }: Watching, { unit, eventId }: UnitRecord): string | null {
  const [address, setAddress] = useState<string | null>(null);
  const stream = source?.kind === "stream" ? source.id : null;
  useEffect(() => {
    let made: string | null = null;
    const wanted = new AbortController();
    const show = (picture: Blob | null) => {
      if (picture === null || wanted.signal.aborted) return;
      made = URL.createObjectURL(picture);
      setAddress(made);
    };
    setAddress(null);
    if (stream === null) show(thumbnails.of(unit));
    else if (eventId !== null) void keptPicture(stream, eventId, wanted.signal).then(show);
    return () => {
      wanted.abort();
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [thumbnails, stream, unit, eventId]);
  return address;
}

/** The picture that the server keeps with a thought; null: it keeps none. */
async function keptPicture(stream: string, eventId: string, signal: AbortSignal): Promise<Blob | null> {
  try {
    const path = `/v1/streams/${encodeURIComponent(stream)}/events/${eventId}/snapshot.jpg`;
    return await server.peek().picture(path, { signal });
  } catch (error) {
    // A server without a history keeps none, and one that is gone is told beside the picture.
    if (signal.aborted || error instanceof ClientError) return null;
    throw error;
  }
}
