import { useEffect } from "preact/hooks";
import { watch } from "../watch/begin.ts";
import { cameras, lookForCameras } from "./cameras.ts";
import { whyNoCamera } from "./live.ts";
import { ModelKnows } from "./model-knows.tsx";
import type { Source } from "./source.ts";

/** What is watched, what the model knows of such a thing, and what one has to know to choose another. */
export function About({
  source,
  isBeingChosen,
}: {
  readonly source: Source | null;
  readonly isBeingChosen: boolean;
}) {
  const why = whyNoCamera();
  return (
    <div class="about">
      {isBeingChosen ? (
        <p class="muted" role="status">
          {waitingFor(source)}
        </p>
      ) : (
        <What source={source} />
      )}
      {why !== null && (
        <p class="muted" id="why-no-camera">
          Webcam and Screen need a page with https: <code>thinkalong serve --tls-self-signed</code>
        </p>
      )}
    </div>
  );
}

function What({ source }: { readonly source: Source | null }) {
  switch (source?.kind) {
    case "sample":
      return source.about ? <p class="muted of-sample">{source.about}</p> : null;
    case "file":
      return (
        <p class="muted" title={source.file.name}>
          {source.file.name}
        </p>
      );
    case "webcam":
      return (
        <>
          <CameraChoice deviceId={source.deviceId} />
          <ModelKnows />
        </>
      );
    default:
      return <ModelKnows />;
  }
}

/** Which camera, where there are several: also the front and the back of a phone. */
function CameraChoice({ deviceId }: { readonly deviceId: string | undefined }) {
  // Their names are told once one of them was allowed.
  useEffect(() => void lookForCameras(), []);
  if (cameras.value.length < 2) return null;
  return (
    <select
      aria-label="Camera"
      value={deviceId ?? cameras.value[0]!.deviceId}
      onChange={({ currentTarget }) => void watch({ kind: "webcam", deviceId: currentTarget.value })}
    >
      {cameras.value.map((camera) => (
        <option key={camera.deviceId} value={camera.deviceId}>
          {camera.label}
        </option>
      ))}
    </select>
  );
}

function waitingFor(source: Source | null): string {
  if (source?.kind === "webcam") return "Waiting for the camera. Allow it in the browser’s question.";
  if (source?.kind === "screen") return "Choose in the browser’s window what is shared.";
  return "Opening …";
}
