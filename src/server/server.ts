import type { AlertFigures, AlertRules, AlertsChange, ListedAlert } from "../alerts/mod.ts";
import type { Cameras, ListedCamera, RosterChange } from "../cameras/mod.ts";
import type { EventPictures, ListenedStream } from "../streams/mod.ts";

/** The cameras of a running server. */
export interface ServerCameras {
  /** All cameras, those that were made over the API too. */
  list(): ListedCamera[];
  /**
   * Takes cameras in place of those that were given before. What is the same goes on as it is; those that were made over
   * the API stay.
   *
   * @throws {CameraProblems} with all that is wrong; then nothing has changed
   */
  load(cameras: Cameras): Promise<RosterChange>;
}

/** The alerts of a running server. */
export interface ServerAlerts {
  readonly figures: AlertFigures;
  /** The newest pictures of alerts. */
  readonly pictures: EventPictures;
  /** The names of those that watch a stream. */
  namesFor(stream: ListenedStream): readonly string[];
  /** All alerts, those that were made over the API too. */
  list(): ListedAlert[];
  /** @throws {AlertProblems} with all that is wrong with rules; none is taken */
  check(alerts: AlertRules): void;
  /**
   * Takes alerts in place of those that were given before. What is the same goes on as it is; those that were made over
   * the API stay.
   *
   * @throws {AlertProblems} with all that is wrong; then nothing has changed
   */
  load(alerts: AlertRules): Promise<AlertsChange>;
}

/** A running server. */
export interface Server {
  /** Its address, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The cameras that it watches by itself. */
  readonly cameras: ServerCameras;
  /** The alerts that watch its streams. */
  readonly alerts: ServerAlerts;
  /**
   * Reads the tokens and the certificate again. Sessions whose token was withdrawn or allows other things now are ended
   * with 4401 or 4403. What cannot be read stays as it was.
   *
   * @throws {ServerError} `tokens_unreadable`, `tokens_invalid`, `tls_unreadable` or `tls_invalid`
   */
  reload(): Promise<void>;
  /**
   * Announces the shutdown to all sessions, gives them `limits.shutdownMs`, ends them and stops. A connection that does
   * not close by itself is cut off a second later. Safe to call twice.
   */
  close(): Promise<void>;
}
