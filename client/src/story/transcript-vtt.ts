import { answerCue, endCues, thoughtCue } from "../../../src/sinks/vtt/cue.ts";
import { webVtt } from "../../../src/sinks/vtt/web-vtt.ts";
import { leftOutText, type Transcript, toldThoughts } from "./transcript.ts";

/** A transcript as subtitles for a `<track>` of the same video, as `replay --vtt` writes them. */
export function transcriptVtt(transcript: Transcript): string {
  const cues = [
    ...toldThoughts(transcript).map(({ text, sinceMs, mediaTimeMs }) =>
      thoughtCue(text, sinceMs ?? mediaTimeMs, mediaTimeMs),
    ),
    ...transcript.asked.flatMap(({ question, text, said }) =>
      said === null ? [] : [answerCue(question, text, said.media_time_ms)],
    ),
  ];
  return webVtt(endCues(cues), leftOutText(transcript));
}
