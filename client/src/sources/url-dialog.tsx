import { signal, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { noteRefused, refused, server } from "../app/access.ts";
import { notify } from "../app/notices.ts";
import { go } from "../app/route.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { isCameraName, suggestedName } from "./camera-name.ts";
import { ModelKnows } from "./model-knows.tsx";
import { addCamera, CameraProblem, whyNoAddress } from "./new-camera.ts";

const isOpen = signal(false);

export function openUrlDialog(): void {
  isOpen.value = true;
}

/** Asks for the address of a camera that the server is to watch. */
export function UrlDialog() {
  return isOpen.value ? <NewCamera /> : null;
}

const close = () => {
  isOpen.value = false;
};

function NewCamera() {
  const url = useSignal("");
  /** null: none was typed, so the suggestion holds. */
  const typedName = useSignal<string | null>(null);
  const taken = useSignal<readonly string[]>([]);
  const problem = useSignal<CameraProblem | null>(null);
  const adding = useSignal<AbortController | null>(null);
  const name = useComputed(
    () => typedName.value ?? (url.value === "" ? "" : suggestedName(url.value, taken.value)),
  );
  useEffect(() => {
    // Where they cannot be listed, the server checks the name all the same.
    server
      .peek()
      .streams.list()
      .then(
        (streams) => {
          taken.value = streams.map(({ id }) => id);
        },
        () => {},
      );
    return () => adding.peek()?.abort();
  }, []);
  const of = (about: "url" | "id") => (problem.value?.about === about ? problem.value.message : null);
  const add = async (isWantedWithoutPicture: boolean) => {
    problem.value = whatIsWrong(url.value.trim(), name.value, taken.value);
    if (problem.value !== null) return;
    const id = name.value;
    const attempt = new AbortController();
    adding.value = attempt;
    try {
      await addCamera(server.peek(), { id, url: url.value.trim(), isWantedWithoutPicture }, attempt.signal);
      close();
      go("watch", id);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (attempt.signal.aborted) {
        // The dialog is closed. That it was is no problem; that the camera could not be forgotten is one.
        if (error !== attempt.signal.reason) notify({ about: "source", text, tone: "problem" });
        return;
      }
      problem.value = error instanceof CameraProblem ? error : new CameraProblem(null, text);
      if (problem.value.kind === "forbidden") noteRefused("admin");
    } finally {
      if (adding.peek() === attempt) adding.value = null;
    }
  };
  const isAdding = adding.value !== null;
  return (
    <Dialog class="asking" label="Watch a camera by its URL" onClose={close}>
      <h2>Watch a camera by its URL</h2>
      <p>
        The server connects to the camera and goes on watching it when this page is closed, until it is
        removed from the server.
      </p>
      <ModelKnows />
      <form
        noValidate
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          void add(false);
        }}
      >
        <Field
          label="Address"
          name="url"
          inputMode="url"
          spellcheck={false}
          placeholder="rtsp://name:password@192.168.1.20/stream2"
          hint="What stands before the @ is never shown to anybody again."
          problem={of("url")}
          value={url.value}
          onInput={({ currentTarget }) => {
            url.value = currentTarget.value;
          }}
        />
        <Field
          label="Name"
          name="id"
          spellcheck={false}
          maxLength={64}
          placeholder="door"
          problem={of("id")}
          value={name.value}
          onInput={({ currentTarget }) => {
            typedName.value = currentTarget.value;
          }}
        />
        {refused.value.has("admin") && problem.value === null && (
          <p class="muted">Your token may not add cameras. A token with the scope admin may.</p>
        )}
        {problem.value?.about === null && (
          <p role="alert" class="field">
            <span class="wrong">{problem.value.message}</span>
          </p>
        )}
        {isAdding && <p role="status">Connecting to the camera …</p>}
        <div class="buttons">
          <button type="button" onClick={close}>
            Cancel
          </button>
          {problem.value?.kind === "passing" && !isAdding && (
            <button type="button" onClick={() => void add(true)}>
              Add it all the same
            </button>
          )}
          <button type="submit" class="main" disabled={isAdding}>
            Watch
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function whatIsWrong(url: string, name: string, taken: readonly string[]): CameraProblem | null {
  const about = whyNoAddress(url);
  if (about !== null) return new CameraProblem("url", about);
  if (!isCameraName(name))
    return new CameraProblem(
      "id",
      "A name has letters, digits, -, _ and dots, and begins with a letter or digit.",
    );
  if (taken.includes(name))
    return new CameraProblem("id", `There is a stream ${name} already. Choose another name.`);
  return null;
}
