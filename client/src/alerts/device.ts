import { signal } from "@preact/signals";
import { go } from "../app/route.ts";
import type { Raised } from "./read-alerts.ts";
import { playTone } from "./tone.ts";

const KEYS = { notifies: "thinkalong-notifies", sounds: "thinkalong-sounds" } as const;

/** Whether this device shows notifications of alerts, and sounds a tone. */
export const notifies = signal(localStorage.getItem(KEYS.notifies) !== null && permission() === "granted");
export const sounds = signal(localStorage.getItem(KEYS.sounds) !== null);

/** What keeps this device from it, for people; null: nothing does. */
export const notifyProblem = signal<string | null>(null);

/** More of them at once are one notification. */
const MOST_AT_ONCE = 3;

/** Switches notifications on or off. The browser asks the visitor for permission, so this belongs to a click. */
export async function switchNotifications(isOn: boolean): Promise<void> {
  notifyProblem.value = null;
  if (!isOn) return keep("notifies", false);
  notifyProblem.value = await whyNoNotifications();
  keep("notifies", notifyProblem.value === null);
}

export async function switchSound(isOn: boolean): Promise<void> {
  keep("sounds", isOn);
  if (isOn) await playTone();
}

/** Tells of alerts in the ways that are switched on. */
export function tellOnDevice(news: readonly Raised[]): void {
  if (sounds.value) void playTone();
  if (!notifies.value) return;
  if (news.length > MOST_AT_ONCE)
    show(
      `${news.length} alerts were raised`,
      [...new Set(news.map(({ event }) => event.alert))].join(", "),
      null,
    );
  else for (const { stream, event } of news) show(`${event.alert} on ${stream}`, event.message, stream);
}

async function whyNoNotifications(): Promise<string | null> {
  if (permission() === null)
    return window.isSecureContext
      ? "This browser shows no notifications of pages."
      : "Browsers allow notifications only over HTTPS, or of a server on this machine.";
  if ((await Notification.requestPermission()) !== "granted")
    return "Notifications of this page are not allowed. Allow them in the settings of the browser for this page, then switch this on again.";
  try {
    new Notification("thinkalong", { body: "Alerts are told here.", tag: "thinkalong" });
    return null;
  } catch {
    return "This browser shows notifications of installed apps alone. The tone works.";
  }
}

function permission(): NotificationPermission | null {
  return "Notification" in window ? Notification.permission : null;
}

function show(title: string, body: string, stream: string | null): void {
  const notification = new Notification(title, { body, tag: `thinkalong ${title}` });
  notification.onclick = () => {
    window.focus();
    if (stream === null) go("alerts");
    else go("watch", stream);
    notification.close();
  };
}

function keep(what: keyof typeof KEYS, isOn: boolean): void {
  if (isOn) localStorage.setItem(KEYS[what], "on");
  else localStorage.removeItem(KEYS[what]);
  (what === "notifies" ? notifies : sounds).value = isOn;
}
