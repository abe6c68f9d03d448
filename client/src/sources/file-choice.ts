/** What browsers call these files is empty on some systems. */
const VIDEO_NAMES = /\.(mp4|m4v|mov|webm|mkv|ogv|avi|mpe?g|ts|3gp)$/i;

/** What a browser tells of a file. */
export interface NamedFile {
  readonly name: string;
  readonly type: string;
}

/** The video among files that were dropped, or why there is none, for people. */
export function videoAmong<F extends NamedFile>(
  files: readonly F[],
): { readonly file: F } | { readonly problem: string } {
  const file = files.find(({ name, type }) => type.startsWith("video/") || VIDEO_NAMES.test(name));
  if (file !== undefined) return { file };
  const [first] = files;
  if (first === undefined) return { problem: "That was no file. Drop a video file, such as an MP4." };
  const what = first.type.startsWith("image/")
    ? "a picture"
    : first.type.startsWith("audio/")
      ? "sound"
      : "no video";
  return { problem: `${first.name} is ${what}. Drop a video file, such as an MP4 or WebM.` };
}
