import { IngestError } from "./errors.ts";

/** The picture size and frame rate that the caller's model needs. */
export interface FrameFormat {
  /** px */
  readonly width: number;
  /** px */
  readonly height: number;
  /** Frames a second of media time. */
  readonly fps: number;
}

const MAX_SIDE_PX = 8192;
const MAX_FPS = 240;

/** @throws {IngestError} `option_out_of_range` */
export function checkSize({ width, height }: Pick<FrameFormat, "width" | "height">): void {
  for (const [name, value] of Object.entries({ width, height })) {
    check(
      name,
      value,
      Number.isInteger(value) && value >= 1 && value <= MAX_SIDE_PX,
      `a whole number from 1 to ${MAX_SIDE_PX} px`,
    );
  }
}

/** @throws {IngestError} `option_out_of_range` */
export function checkFps(fps: number, name = "fps"): void {
  check(name, fps, fps > 0 && fps <= MAX_FPS, `greater than 0 and at most ${MAX_FPS}`);
}

/** @throws {IngestError} `option_out_of_range` */
export function checkPositive(name: string, value: number | undefined): void {
  if (value !== undefined) check(name, value, value > 0, "greater than 0");
}

function check(name: string, value: number, holds: boolean, range: string): void {
  if (!holds)
    throw new IngestError("option_out_of_range", `The option ${name} is ${value}. It must be ${range}.`);
}
