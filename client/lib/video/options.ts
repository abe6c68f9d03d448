/**
 * How pictures are made.
 *
 * @example
 * await fromCamera(session, {}, { side: 480, quality: 0.7 });
 */
export interface PictureOptions {
  /** Longest side (px); default 640, or what the model looks at where that is more. */
  readonly side?: number;
  /** Quality of the JPEGs, from 0 to 1; default 0.85. */
  readonly quality?: number;
}

/**
 * How a video is sent.
 *
 * @example
 * fromVideo(session, video, { isLive: true });
 */
export interface VideoOptions extends PictureOptions {
  /** Whether it is a camera, whose time is counted from its first picture. Default: it is a clip, and has times of its own. */
  readonly isLive?: boolean;
  /** Called with each picture that is given to the session, and its media time (ms). */
  readonly onPicture?: (picture: Blob, mediaTimeMs: number) => void;
}
