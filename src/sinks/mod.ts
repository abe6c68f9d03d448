/**
 * What carries events out of the server: webhooks, files of lines, subtitles. It listens to the logs of streams, and knows
 * no sockets of clients.
 */
export { DeliveryError, type DeliveryFailure } from "./delivery-error.ts";
export { deliveryFields } from "./delivery-schema.ts";
export { type DeliveryLimits, Dispatcher, type DispatcherOptions, type SinkFigures } from "./dispatcher.ts";
export { SinkError, type SinkProblem, SinkProblems } from "./errors.ts";
export { type EventName, eventFilter, TOLD, type Wanted } from "./event-filter.ts";
export { JsonlSink } from "./jsonl/jsonl-sink.ts";
export { noticeJson, noticeOf, type ToldStream } from "./notice.ts";
export { sinkWords } from "./open-sink.ts";
export type { RetryWaits } from "./retry-waits.ts";
export type { Notice, Sink } from "./sink.ts";
export { SINK_KINDS, type SinkEntry, sinkName, sinkSchema, sinksSchema } from "./sink-schema.ts";
export { type PreparedSinks, type SinkChange, type SinkEntries, Sinks, type SinksOptions } from "./sinks.ts";
export { Captions, type CaptionsOptions } from "./vtt/captions.ts";
export type { Cue } from "./vtt/cue.ts";
export { webVtt } from "./vtt/web-vtt.ts";
