/** Thresholds that decide whether a scene is unfamiliar. docs/scene-monitor.md says how the defaults were chosen. */
export interface SceneThresholds {
  /** Number of textured blocks, of 36, below which changes are not judged. */
  readonly fewestBlocks: number;
  /** Share of changed blocks at which the search for a motion of the whole picture starts. */
  readonly movedChanged: number;
  /** Share of blocks that must follow that motion. */
  readonly motionFollowing: number;
  /** Share of the blocks at the border that is enough by itself: somebody whom a camera follows fills the middle. */
  readonly motionAround: number;
  /** Share of lost blocks from which a fast motion is looked for, from frame to frame. */
  readonly fastLost: number;
  /** Least motion from unit to unit (cells; the picture has 48 on a side). */
  readonly motionCells: number;
  /** Least motion in two seconds (cells). */
  readonly slowMotionCells: number;
  /** Least zoom and turn in either case (cells, mean over the picture). A camera that shakes does neither. */
  readonly bendCells: number;
  /** Time between the pictures in which a very slow motion is looked for (s). */
  readonly creepS: number;
  /** Number of textured blocks, share of blocks that follow, and least motion from picture to picture (cells). */
  readonly creepBlocks: number;
  readonly creepFollowing: number;
  readonly creepCells: number;
  /** Share of changed blocks, and correlation of luminance (-1..1), of a picture that changes in some other way. */
  readonly changingChanged: number;
  readonly changingAlike: number;
  /** Shares of changed, of lost and of differently shaded blocks of a picture that was replaced. */
  readonly replacedChanged: number;
  readonly replacedLost: number;
  readonly replacedShaded: number;
  /** Shares of changed and of lost blocks, correlation of luminance, and detail (levels) of noise. */
  readonly noiseChanged: number;
  readonly noiseLost: number;
  readonly noiseAlike: number;
  readonly noiseDetail: number;
  /** Mean and spread (levels of 0..255) below which a picture is dark. */
  readonly darkMean: number;
  readonly darkSpread: number;
  /** Detail (levels) below which a picture shows nothing. */
  readonly coveredDetail: number;
  /** Shares of flat and of sharp pixels, and spread (levels), of a drawn picture. */
  readonly screenFlat: number;
  readonly screenSharp: number;
  /** Share of flat pixels that is enough by itself. */
  readonly screenAllFlat: number;
  /** Share of the flat pixels in few tones, or of repeated pixels, of which a drawn picture must have either. */
  readonly screenTones: number;
  readonly screenRuled: number;
  readonly screenSpread: number;
  /** Time with evidence after which a scene is unfamiliar (s). Time without evidence counts half against it. */
  readonly movingS: number;
  /** The same for evidence of a motion of the whole picture, which `camera_moving` needs too (s). */
  readonly motionS: number;
  readonly noiseS: number;
  readonly darkS: number;
  readonly screenS: number;
  /** Time without a single changed byte after which a picture is frozen (s). */
  readonly frozenS: number;
  /** Time (s), and number of cuts within it that make an edited film. */
  readonly editedS: number;
  readonly editedCuts: number;
  /** Longest wait for a new picture to stand still (s). */
  readonly settleS: number;
  /** If the old picture returns within this time (s), something was in the way and there was no cut. */
  readonly inTheWayS: number;
  /** Time from a cut until the scene is familiar again (s). */
  readonly cutS: number;
}

export const SCENE_THRESHOLDS: SceneThresholds = {
  fewestBlocks: 6,
  movedChanged: 0.25,
  motionFollowing: 0.6,
  motionAround: 0.7,
  fastLost: 0.3,
  motionCells: 1.2,
  slowMotionCells: 1.3,
  bendCells: 0.6,
  creepS: 2.5,
  creepBlocks: 9,
  creepFollowing: 0.5,
  creepCells: 0.5,
  changingChanged: 0.7,
  changingAlike: 0.9,
  replacedChanged: 0.8,
  replacedLost: 0.55,
  replacedShaded: 0.6,
  noiseChanged: 0.85,
  noiseLost: 0.6,
  noiseAlike: 0.5,
  noiseDetail: 9,
  darkMean: 24,
  darkSpread: 4,
  coveredDetail: 1.4,
  screenFlat: 0.4,
  screenSharp: 0.08,
  screenAllFlat: 0.68,
  screenTones: 0.75,
  screenRuled: 0.85,
  screenSpread: 12,
  movingS: 2,
  motionS: 1,
  noiseS: 2.5,
  darkS: 2,
  screenS: 4,
  frozenS: 60,
  editedS: 15,
  editedCuts: 2,
  settleS: 3,
  inTheWayS: 2,
  cutS: 8,
};
