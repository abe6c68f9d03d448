/** Everything that yields timed frames: files, URLs and pushed images. Knows nothing of models. */
export {
  type CameraKind,
  cameraDuration,
  type OpenCameraOptions,
  openCamera,
} from "./camera.ts";
export type { FrameFormat } from "./check-options.ts";
export {
  ContainerDecoder,
  type ContainerDecoderOptions,
  type ContainerListener,
  type ContainerPicture,
} from "./container/container-decoder.ts";
export { ContainerTime } from "./container/container-time.ts";
export { CONTAINER_KINDS, type ContainerKind, containerKind } from "./container/kinds.ts";
export { CONTAINER_LIMITS, type ContainerLimits } from "./container/limits.ts";
export {
  type DecodedImage,
  type DecodeImageOptions,
  decodeImage,
} from "./decode-image.ts";
export { type Decoding, HWACCEL_NAME } from "./decoding.ts";
export { decodingCores } from "./decoding-cost.ts";
export type { DescribedVideo } from "./described-video.ts";
export { IngestError, type IngestErrorCode } from "./errors.ts";
export { type FfmpegBinary, resolveFfmpeg } from "./ffmpeg-binary.ts";
export {
  type DroppedFrame,
  type DropReason,
  EncodedFrame,
  type Frame,
  type FrameStamp,
  joinRgb,
  RgbFrame,
  type RgbPicture,
  restamped,
} from "./frame.ts";
export type { EncodedImage, ImageLimits } from "./image-header.ts";
export { type FrameError, ImageFrames, type ImageFramesOptions, type ImageStamp } from "./image-source.ts";
export {
  type FetchOptions,
  guardedFetch,
  type NetworkPolicy,
  type RelayLimits,
  requireAllowed,
} from "./network/mod.ts";
export type { Pace } from "./pacer.ts";
export { PictureMask } from "./picture-mask.ts";
export type { PictureSize } from "./picture-size.ts";
export {
  type Mask,
  maskSchema,
  type Point,
  type Polygon,
  polygonSchema,
  type Zones,
  zonesSchema,
} from "./polygon.ts";
export { type ProbeOptions, probeVideo, type VideoInfo } from "./probe-video.ts";
export { SampleByMediaTime } from "./sample-by-media-time.ts";
export type { Scaling } from "./scaling.ts";
export { openSentVideo, type SentVideoOptions } from "./sent-video.ts";
export { openImages, type ShownImagesOptions } from "./shown-images.ts";
export { TokenBucket, type TokenBucketOptions } from "./token-bucket.ts";
export { mayComeBack, type ResolveOptions, withoutCredentials } from "./video-input.ts";
export { type OpenVideoOptions, openVideo, type VideoNotice } from "./video-source.ts";
