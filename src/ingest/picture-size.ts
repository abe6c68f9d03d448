/** Size of a picture (px). */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}
