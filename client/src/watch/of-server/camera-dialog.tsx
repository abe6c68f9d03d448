import "./camera-dialog.css";
import { useSignal } from "@preact/signals";
import type { CameraObject } from "../../../lib/mod.ts";
import { go } from "../../app/route.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { counted } from "../../ui/format.ts";
import { changeCamera, removeCamera } from "./change-camera.ts";
import { zonesOf } from "./zone-overlay.tsx";

/** What a camera of the server is set to, and what can be done about it. */
export function CameraDialog({
  camera,
  onClose,
}: {
  readonly camera: CameraObject;
  readonly onClose: () => void;
}) {
  const { id, origin, state } = camera;
  return (
    <Dialog label={`Camera ${id}`} onClose={onClose}>
      <h2>Camera {id}</h2>
      <dl class="camera-facts">
        {factsOf(camera).map(([what, value]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {origin === "config" ? (
        <>
          <p class="muted">It stands in the config file of the server, and is changed there.</p>
          <div class="camera-doings">
            <button type="button" onClick={onClose}>
              Close
            </button>
          </div>
        </>
      ) : (
        <Doings id={id} isPaused={state === "disabled"} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Doings({
  id,
  isPaused,
  onClose,
}: {
  readonly id: string;
  readonly isPaused: boolean;
  readonly onClose: () => void;
}) {
  const problem = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  const isSure = useSignal(false);
  const run = async (call: () => Promise<string | null>, then: () => void) => {
    isBusy.value = true;
    problem.value = await call();
    isBusy.value = false;
    if (problem.value === null) then();
  };
  return (
    <>
      {isSure.value && (
        <p>
          Remove {id}? It is watched no longer, and the server forgets its address. What is kept of it in the
          history stays.
        </p>
      )}
      {problem.value !== null && (
        <p class="camera-problem" role="alert">
          {problem.value}
        </p>
      )}
      <div class="camera-doings">
        {isSure.value ? (
          <>
            <button
              type="button"
              onClick={() => {
                isSure.value = false;
              }}
            >
              Keep it
            </button>
            <button
              type="button"
              class="main"
              disabled={isBusy.value}
              onClick={() =>
                void run(
                  () => removeCamera(id),
                  () => {
                    onClose();
                    go("wall");
                  },
                )
              }
            >
              Remove it
            </button>
          </>
        ) : (
          <>
            <button type="button" class="plain" onClick={onClose}>
              Close
            </button>
            <button
              type="button"
              onClick={() => {
                isSure.value = true;
              }}
            >
              Remove …
            </button>
            <button
              type="button"
              class="main"
              disabled={isBusy.value}
              onClick={() => void run(() => changeCamera(id, { enabled: isPaused }), onClose)}
            >
              {isPaused ? "Resume" : "Pause"}
            </button>
          </>
        )}
      </div>
    </>
  );
}

/** What was set, in words. What was not set is left to the server, and not told. */
function factsOf(camera: CameraObject): readonly (readonly [string, string])[] {
  const { url, message, restarts, settings } = camera;
  const masks = (settings.mask as readonly unknown[] | undefined)?.length ?? 0;
  const zones = Object.keys(zonesOf(camera));
  const facts: (readonly [string, string | null])[] = [
    ["Address", url],
    ["State", message],
    ["Opened anew", restarts > 0 ? counted(restarts, "time") : null],
    ["Looked at", typeof settings.fps === "number" ? `${settings.fps} frames a second` : null],
    ["Decoded", settings.decode === "keyframes" ? "key frames only" : null],
    ["Asked to tell", typeof settings.instructions === "string" ? settings.instructions : null],
    ["Masked", masks > 0 ? `${counted(masks, "area")} that nobody sees` : null],
    ["Zones", zones.length > 0 ? zones.join(", ") : null],
  ];
  return facts.filter((fact): fact is readonly [string, string] => fact[1] !== null);
}
