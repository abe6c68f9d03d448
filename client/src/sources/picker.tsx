import "./picker.css";
import { useRef } from "preact/hooks";
import { samples, watch } from "../watch/begin.ts";
import { watching } from "../watch/watching.ts";
import type { Source } from "./source.ts";

/** The buttons with which one chooses what is watched. */
export function Picker() {
  const file = useRef<HTMLInputElement>(null);
  const current = watching.value?.source ?? null;
  const button = (label: string, isChosen: boolean, choose: () => void) => (
    <button key={label} type="button" aria-pressed={isChosen} onClick={choose}>
      {label}
    </button>
  );
  const to = (source: Source) => () => void watch(source);
  return (
    <fieldset class="picker" aria-label="Video source">
      {samples.value.map(({ file, title }) =>
        button(
          title,
          current?.kind === "sample" && current.file === file,
          to({ kind: "sample", file, title }),
        ),
      )}
      {button("Webcam", current?.kind === "webcam", to({ kind: "webcam" }))}
      {button("Screen", current?.kind === "screen", to({ kind: "screen" }))}
      {button("File …", current?.kind === "file", () => file.current?.click())}
      <input
        ref={file}
        type="file"
        accept="video/*"
        aria-label="Video file"
        hidden
        onChange={({ currentTarget }) => {
          const [chosen] = currentTarget.files ?? [];
          if (chosen) void watch({ kind: "file", file: chosen });
          currentTarget.value = "";
        }}
      />
    </fieldset>
  );
}
