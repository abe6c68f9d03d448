import { type AlertRules, Alerts } from "../../src/alerts/mod.ts";
import type { Engine } from "../../src/engine/mod.ts";
import { startReplay } from "../../src/streams/mod.ts";

/** An alert that was raised while a clip played. */
export interface Raised {
  readonly alert: string;
  /** Media time of the last frame of its unit (s): sooner it could not be told. */
  readonly atS: number;
}

/** No pictures are needed here. */
export const ALERT_LIMITS = {
  maxAlerts: 64,
  maxAlertPictures: 0,
  maxAlertPictureBytes: 0,
  alertQuestionMs: 100,
};

/**
 * Plays a video through the engine as fast as it goes, with alerts that listen to its stream as they do in the server.
 *
 * @param onMediaTime is told how far it has come (s)
 * @throws {Error} when the video cannot be played; the signal's reason when aborted
 */
export async function watchClip(
  engine: Engine,
  path: string,
  rules: AlertRules,
  signal: AbortSignal,
  onMediaTime: (seconds: number) => void = () => {},
): Promise<Raised[]> {
  const fault = (error: unknown) => {
    throw error;
  };
  const alerts = new Alerts({
    ...{ model: engine.model, limits: ALERT_LIMITS, state: null },
    onTrouble: (alert, message) => fault(new Error(`${alert}: ${message}`)),
    onFault: fault,
  });
  await alerts.load(rules);
  signal.throwIfAborted();
  const stream = startReplay({ engine, input: path, pace: "max", signal });
  alerts.listener(stream);
  const raised: Raised[] = [];
  let failure: string | null = null;
  await new Promise<void>((resolve) =>
    stream.log.from(null).subscribe({
      next: (entry) => {
        if (!("event" in entry)) return;
        const { event } = entry;
        if (event.type === "alert.raised")
          raised.push({ alert: event.alert, atS: event.media_time_ms / 1000 });
        if (event.type === "response.reasoning_text.done") onMediaTime(event.media_time_ms / 1000);
        if (event.type === "error" && event.error.fatal) failure = event.error.message;
      },
      complete: resolve,
    }),
  );
  await alerts.close();
  signal.throwIfAborted();
  if (failure !== null) throw new Error(`${path}: ${failure}`);
  return raised;
}
