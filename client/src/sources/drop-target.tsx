import "./drop-target.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { notify } from "../app/notices.ts";
import { go } from "../app/route.ts";
import { Icon } from "../ui/icon.tsx";
import { watch } from "../watch/begin.ts";
import { videoAmong } from "./file-choice.ts";

/** Takes a video file that is dropped anywhere on the page. */
export function DropTarget() {
  const isOver = useSignal(false);
  useEffect(() => {
    const listening = new AbortController();
    const on = (type: "dragenter" | "dragover" | "dragleave" | "drop", take: (event: DragEvent) => void) =>
      addEventListener(type, (event) => hasFiles(event) && take(event), { signal: listening.signal });
    const over = (event: DragEvent) => {
      // Else the browser would leave the page and open the file.
      event.preventDefault();
      isOver.value = true;
    };
    on("dragenter", over);
    on("dragover", over);
    on("dragleave", ({ relatedTarget }) => {
      if (relatedTarget === null) isOver.value = false;
    });
    on("drop", (event) => {
      event.preventDefault();
      isOver.value = false;
      take([...(event.dataTransfer?.files ?? [])]);
    });
    return () => listening.abort();
  }, []);
  if (!isOver.value) return null;
  return (
    <div class="drop-target">
      <p>
        <Icon name="file" /> Drop a video file to watch it
      </p>
    </div>
  );
}

function take(files: readonly File[]): void {
  const found = videoAmong(files);
  if ("problem" in found) notify({ about: "source", text: found.problem, tone: "problem" });
  else {
    go("watch");
    void watch({ kind: "file", file: found.file });
  }
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}
