import { answerCue, endCues, thoughtCue } from "../../../src/sinks/vtt/cue.ts";
import { webVtt } from "../../../src/sinks/vtt/web-vtt.ts";
import { shownAnswer } from "./asked.ts";
import { leftOutText, type Transcript, toldThoughts } from "./transcript.ts";

/** A transcript as subtitles for a `<track>` of the same video, as `replay --vtt` writes them. */
export function transcriptVtt(transcript: Transcript): string {
  const cues = [
    ...toldThoughts(transcript).map(({ text, sinceMs, mediaTimeMs }) =>
      thoughtCue(text, sinceMs ?? mediaTimeMs, mediaTimeMs),
    ),
    ...transcript.asked.flatMap((asked) =>
      asked.said === null ? [] : [answerCue(asked.question, shownAnswer(asked), asked.said.media_time_ms)],
    ),
  ];
  return webVtt(endCues(cues), leftOutText(transcript));
}
