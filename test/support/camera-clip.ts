import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { makeTempDir, makeVideo } from "./media.ts";

/** Makes a minute of video before the tests of a file, small enough for several cameras. `clip` is its path from then on. */
export function useCameraClip(): { readonly clip: string } {
  const made = { clip: "" };
  let dir: Awaited<ReturnType<typeof makeTempDir>>;
  beforeAll(async () => {
    dir = await makeTempDir();
    made.clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 60, fps: 10, size: "160x120" });
  });
  afterAll(() => dir.remove());
  return made;
}
