import "./device-switches.css";
import { notifies, notifyProblem, sounds, switchNotifications, switchSound } from "./device.ts";
import { isMuted, playTone } from "./tone.ts";

/** How this device tells of alerts. */
export function DeviceSwitches() {
  return (
    <section class="card device" aria-labelledby="device-heading">
      <h2 id="device-heading">On this device</h2>
      <label class="check">
        <input
          type="checkbox"
          checked={notifies.value}
          onChange={async ({ currentTarget }) => {
            await switchNotifications(currentTarget.checked);
            currentTarget.checked = notifies.value;
          }}
        />
        Show a notification when an alert is raised
      </label>
      {notifyProblem.value !== null && (
        <p class="problem" role="alert">
          {notifyProblem.value}
        </p>
      )}
      <div class="sound">
        <label class="check">
          <input
            type="checkbox"
            checked={sounds.value}
            onChange={({ currentTarget }) => void switchSound(currentTarget.checked)}
          />
          Sound a tone
        </label>
        <button type="button" onClick={() => void playTone()}>
          Hear it
        </button>
      </div>
      {sounds.value && isMuted.value && (
        <p class="problem" role="status">
          The browser lets this page sound only after a click or a key on it.
        </p>
      )}
      <p class="muted">
        Alerts of all streams that you may watch are told while this page is open, on every view. In a tab in
        the background, a browser may tell them up to a minute late.
      </p>
    </section>
  );
}
