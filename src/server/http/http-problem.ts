import type { ErrorHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AlertError, type AlertErrorCode } from "../../alerts/mod.ts";
import { CameraError, type CameraErrorCode } from "../../cameras/mod.ts";
import { EngineError } from "../../engine/mod.ts";
import { HistoryError } from "../../history/mod.ts";
import { IngestError } from "../../ingest/mod.ts";
import { errorInfo, ProtocolError } from "../../protocol/mod.ts";
import { StateError } from "../../state/mod.ts";
import { httpError } from "./http-error.ts";

/** A status with which a request is refused. */
export type HttpErrorStatus = ContentfulStatusCode;

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
  too_many_cameras: 409,
  url_refused: 400,
};

const ALERT_STATUS: Readonly<Record<AlertErrorCode, ContentfulStatusCode>> = {
  alert_fixed: 409,
  alert_not_found: 404,
  alert_refused: 400,
  alert_untriable: 409,
  too_many_alerts: 409,
  too_many_trials: 429,
};

/** Answers what a handler has thrown. A fault of the server tells no details; it is handed on to be logged. */
export function problemAnswer(onFault: (error: unknown, path: string) => void): ErrorHandler {
  return (error, c) => {
    const { status, code, message, param } = toHttpProblem(error, (fault) => onFault(fault, c.req.path));
    return httpError(c, status, code, message, param);
  };
}

/** What a client is told of something that was thrown. A fault of the server is handed on. */
export function toHttpProblem(error: unknown, onFault: (error: unknown) => void): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof CameraError)
    return new HttpProblem(CAMERA_STATUS[error.code], error.code, error.message, error.key);
  if (error instanceof HistoryError) return new HttpProblem(503, error.code, error.message);
  if (error instanceof AlertError)
    return new HttpProblem(ALERT_STATUS[error.code], error.code, error.message, error.key);
  if (error instanceof StateError) return new HttpProblem(503, error.code, error.message);
  if (error instanceof ProtocolError || error instanceof EngineError || error instanceof IngestError) {
    const status = errorInfo(error.code).status as HttpErrorStatus;
    const param = error instanceof ProtocolError ? error.param : null;
    return new HttpProblem(status, error.code, error.message, param);
  }
  onFault(error);
  return new HttpProblem(500, "internal_error", "The server has a fault. Its log says more.");
}
