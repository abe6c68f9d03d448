/** What decides whether a scene is unfamiliar. docs/scene-monitor.md says on what the defaults were chosen. */
export interface SceneThresholds {
  /** Textured blocks, of 36, without which nothing is said of changes. */
  readonly fewestBlocks: number;
  /** Share of changed blocks from which on a motion of the whole picture is looked for. */
  readonly movedChanged: number;
  /** Share of blocks that must follow it. */
  readonly motionFollowing: number;
  /** Least motion from unit to unit (cells, 48 to the picture). */
  readonly motionCells: number;
  /** Least motion in two seconds (cells). */
  readonly slowMotionCells: number;
  /** Least zoom and turn of either (cells in the mean over the picture): a camera that shakes does neither. */
  readonly bendCells: number;
  /** Share of changed blocks, and likeness in light and dark (-1..1), of a picture that changes otherwise. */
  readonly changingChanged: number;
  readonly changingAlike: number;
  /** Shares of changed, of lost and of otherwise shaded blocks of a picture that was replaced. */
  readonly replacedChanged: number;
  readonly replacedLost: number;
  readonly replacedShaded: number;
  /** Shares of changed and of lost blocks, likeness in light and dark, and detail (levels) of noise. */
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
  readonly screenSpread: number;
  /** Time of evidence after which a scene is unfamiliar (s); time without any counts half against it. */
  readonly movingS: number;
  /** The same of a motion of the whole picture, which must be among what moves (s). */
  readonly motionS: number;
  readonly noiseS: number;
  readonly darkS: number;
  readonly screenS: number;
  /** Time without a single changed byte after which a picture is frozen (s). */
  readonly frozenS: number;
  /** Time in which so many cuts make it an edited film (s), and how many. */
  readonly editedS: number;
  readonly editedCuts: number;
  /** Longest time that a replaced picture is waited for to stand (s). */
  readonly settleS: number;
  /** Longest time for which a replaced picture is taken as something in the way, if it goes again (s). */
  readonly inTheWayS: number;
  /** Time after one cut until the scene is familiar again (s). */
  readonly cutS: number;
}

export const SCENE_THRESHOLDS: SceneThresholds = {
  fewestBlocks: 6,
  movedChanged: 0.25,
  motionFollowing: 0.6,
  motionCells: 1.2,
  slowMotionCells: 1.3,
  bendCells: 0.6,
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
