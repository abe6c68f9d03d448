import type { ErrorHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { CameraError, type CameraErrorCode } from "../../cameras/mod.ts";
import { EngineError } from "../../engine/mod.ts";
import { IngestError } from "../../ingest/mod.ts";
import { errorInfo, ProtocolError } from "../../protocol/mod.ts";
import { httpError } from "./http-error.ts";

/** Why a request is not answered as it wishes, with its HTTP status. A handler throws it. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";

  constructor(
    readonly status: ContentfulStatusCode,
    readonly code: string,
    message: string,
    /** The field that is wrong, such as `windows.visual_units`; null: none alone. */
    readonly param: string | null = null,
  ) {
    super(message);
  }
}

const CAMERA_STATUS: Readonly<Record<CameraErrorCode, ContentfulStatusCode>> = {
  camera_exists: 409,
  camera_fixed: 409,
  camera_not_found: 404,
  camera_refused: 400,
  state_in_use: 503,
  state_unwritable: 503,
  too_many_cameras: 409,
  url_refused: 400,
};

/** Codes of the engine and the protocol whose status is not that of their type. */
const STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  session_closing: 409,
  stream_closed: 409,
  stream_exists: 409,
  message_too_large: 413,
  engine_closed: 503,
  worker_failed: 503,
};

const STATUS_OF_TYPE = { invalid_request_error: 400, limit_error: 429, server_error: 500 } as const;

/** Answers what a handler has thrown. A fault of the server tells no details; it is handed on to be logged. */
export function problemAnswer(onFault: (error: unknown) => void): ErrorHandler {
  return (error, c) => {
    if (error instanceof HttpProblem)
      return httpError(c, error.status, error.code, error.message, error.param);
    if (error instanceof CameraError)
      return httpError(c, CAMERA_STATUS[error.code], error.code, error.message, error.key);
    if (error instanceof ProtocolError || error instanceof EngineError || error instanceof IngestError) {
      const status = STATUS[error.code] ?? STATUS_OF_TYPE[errorInfo(error.code).type];
      return httpError(c, status, error.code, error.message);
    }
    onFault(error);
    return httpError(c, 500, "internal_error", "The server has a fault. Its log says more.");
  };
}
