/** A time of a video as prompts tell it: `0:07`, `12:40`, `1:02:03`. Parts of a second are cut off. */
export function mediaTimeText(mediaTimeMs: number): string {
  const seconds = Math.max(0, Math.floor(mediaTimeMs / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}
