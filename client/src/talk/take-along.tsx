import { useSignal } from "@preact/signals";
import type { Source } from "../sources/source.ts";
import { isEmpty, leftOutText, type Transcript, transcriptName } from "../story/transcript.ts";
import { transcriptJsonl } from "../story/transcript-jsonl.ts";
import { transcriptText } from "../story/transcript-text.ts";
import { transcriptVtt } from "../story/transcript-vtt.ts";
import { Menu } from "../ui/menu.tsx";
import { copyText, downloadText } from "../ui/take-out.ts";
import type { Watching } from "../watch/watching.ts";

/** What was thought, asked and answered, to be copied or kept as a file. */
export function TakeAlong({ watched }: { readonly watched: Watching }) {
  return (
    <Menu label="Take along">
      <Ways watched={watched} />
    </Menu>
  );
}

function Ways({ watched }: { readonly watched: Watching }) {
  const said = useSignal("");
  const transcript = transcriptOf(watched);
  if (isEmpty(transcript)) return <p class="muted">Nothing was thought or asked yet.</p>;
  const download = (write: (transcript: Transcript) => string, mime: string, ending: string) => () => {
    const name = `${transcriptName(nameOf(watched.source), new Date())}.${ending}`;
    downloadText(write(transcript), mime, name);
    said.value = `Downloaded as ${name}.`;
  };
  const copy = async () => {
    try {
      await copyText(transcriptText(transcript));
      said.value = "Copied.";
    } catch {
      said.value = "This browser did not let the page copy. Download it.";
    }
  };
  return (
    <>
      <button type="button" onClick={copy}>
        Copy as text
      </button>
      <button type="button" onClick={download(transcriptJsonl, "application/jsonl", "jsonl")}>
        Download JSONL
      </button>
      <button type="button" onClick={download(transcriptVtt, "text/vtt", "vtt")}>
        Download subtitles (VTT)
      </button>
      <p class="muted" role="status">
        {said.value || leftOutText(transcript)}
      </p>
    </>
  );
}

function transcriptOf({ story, talk }: Watching): Transcript {
  const thoughts = story.thoughts.value;
  return {
    stream: story.session.value?.id ?? null,
    thoughts,
    asked: talk.exchanges.value,
    leftOut: { thoughts: story.totals.value.thoughts - thoughts.length, questions: talk.leftOut.value },
    originMs: performance.timeOrigin,
  };
}

function nameOf(source: Source | null): string {
  switch (source?.kind) {
    case undefined:
      return "";
    case "sample":
      return source.file;
    case "file":
      return source.file.name;
    case "stream":
      return source.id;
    default:
      return source!.kind;
  }
}
