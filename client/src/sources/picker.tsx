import "./picker.css";
import { useRef } from "preact/hooks";
import { refused } from "../app/access.ts";
import { notify } from "../app/notices.ts";
import { Icon } from "../ui/icon.tsx";
import { choosing, samples, watch } from "../watch/begin.ts";
import { watching } from "../watch/watching.ts";
import { About } from "./about.tsx";
import { sharesScreen, whyNoCamera } from "./live.ts";
import type { Sample } from "./samples.ts";
import type { Source } from "./source.ts";
import { openUrlDialog } from "./url-dialog.tsx";

/** With what one chooses what is watched, in one line, and what is watched now. */
export function Picker() {
  const file = useRef<HTMLInputElement>(null);
  const chosen = choosing.value ?? watching.value?.source ?? null;
  const mayPush = !refused.value.has("push");
  return (
    <div class="sources">
      <fieldset class="picker" aria-label="Video source">
        {mayPush && samples.value.length > 0 && <Samples chosen={chosen} />}
        {mayPush && <Live kind="webcam" label="Webcam" chosen={chosen} />}
        {mayPush && sharesScreen() && <Live kind="screen" label="Screen" chosen={chosen} />}
        {mayPush && (
          <button type="button" aria-pressed={chosen?.kind === "file"} onClick={() => file.current?.click()}>
            <Icon name="file" />
            File
          </button>
        )}
        <button type="button" aria-pressed={chosen?.kind === "stream"} onClick={openUrlDialog}>
          <Icon name="link" />
          URL
        </button>
      </fieldset>
      <input
        ref={file}
        type="file"
        accept="video/*"
        aria-label="Video file"
        hidden
        onChange={({ currentTarget }) => {
          const [taken] = currentTarget.files ?? [];
          if (taken) void watch({ kind: "file", file: taken });
          currentTarget.value = "";
        }}
      />
      <About source={chosen} isBeingChosen={choosing.value !== null} />
    </div>
  );
}

/** One button each, or a list where these would not fit beside the others. */
function Samples({ chosen }: { readonly chosen: Source | null }) {
  const current = chosen?.kind === "sample" ? chosen.file : "";
  const choose = (sample: Sample) => void watch({ kind: "sample", ...sample });
  const isOne = samples.value.length === 1;
  return (
    <>
      {samples.value.map((sample) => (
        <button
          key={sample.file}
          type="button"
          class={isOne ? "" : "sample"}
          aria-pressed={current === sample.file}
          title={sample.about}
          onClick={() => choose(sample)}
        >
          <Icon name="clip" />
          {sample.title}
        </button>
      ))}
      {!isOne && (
        <select
          aria-label="Clip"
          class="sample-list"
          data-chosen={current !== ""}
          value={current}
          onChange={({ currentTarget }) => {
            const sample = samples.value.find(({ file }) => file === currentTarget.value);
            if (sample) choose(sample);
          }}
        >
          <option value="" disabled hidden>
            Clips
          </option>
          {samples.value.map(({ file, title }) => (
            <option key={file} value={file}>
              {title}
            </option>
          ))}
        </select>
      )}
    </>
  );
}

function Live({
  kind,
  label,
  chosen,
}: {
  readonly kind: "webcam" | "screen";
  readonly label: string;
  readonly chosen: Source | null;
}) {
  const why = whyNoCamera();
  const choose = () => {
    if (why === null) void watch({ kind });
    else notify({ about: "source", text: why, tone: "problem" });
  };
  return (
    <button
      type="button"
      aria-pressed={chosen?.kind === kind}
      aria-disabled={why !== null}
      aria-describedby={why === null ? undefined : "why-no-camera"}
      title={why ?? ""}
      onClick={choose}
    >
      <Icon name={kind} />
      {label}
    </button>
  );
}
