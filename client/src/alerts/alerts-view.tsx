import "./alerts-view.css";
import { useEffect, useState } from "preact/hooks";
import type { AlertObject } from "../../lib/mod.ts";
import { AlertCard } from "./alert-card.tsx";
import { AlertForm } from "./alert-form.tsx";
import { DeviceSwitches } from "./device-switches.tsx";
import { alerts, followAlerts } from "./known-alerts.ts";
import { RaisedLately } from "./raised-lately.tsx";

/** Alerts in words: those that there are, a form for more, and how this device tells of them. */
export function AlertsView() {
  useEffect(followAlerts, []);
  const [edited, setEdited] = useState<AlertObject | "new" | null>(null);
  const listed = alerts.value.value;
  const problem = alerts.problem.value;
  return (
    <div class="alerts">
      <section class="made" aria-labelledby="alerts-heading">
        <div class="alerts-head">
          <h2 id="alerts-heading">Alerts in words</h2>
          <button type="button" class="main" onClick={() => setEdited("new")}>
            New alert
          </button>
        </div>
        <p class="muted">
          Say in words what must happen, such as “a person enters from the left”. When it does, the alert is
          raised, with a picture. A model overlooks things and sees others that are not there, so nothing on
          which safety depends should rest on it.
        </p>
        {problem !== null && <p class="problem">{problem.message}</p>}
        {listed === null && problem === null && <p class="muted">Looking …</p>}
        {listed?.length === 0 && (
          <div class="card blank">
            <p>There is no alert yet.</p>
          </div>
        )}
        <ul class="alert-list">
          {listed?.map((alert) => (
            <li key={alert.name}>
              <AlertCard alert={alert} onChange={() => setEdited(alert)} />
            </li>
          ))}
        </ul>
      </section>
      <div class="told">
        <DeviceSwitches />
        <RaisedLately />
      </div>
      {edited !== null && (
        <AlertForm alert={edited === "new" ? null : edited} onDone={() => setEdited(null)} />
      )}
    </div>
  );
}
