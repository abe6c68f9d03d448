import { computed, effect } from "@preact/signals";
import type { AlertObject } from "../../lib/mod.ts";
import { server } from "../app/access.ts";
import { Load } from "../ui/load.ts";

const REFRESH_MS = 10_000;

/** The alerts of the server. */
export const alerts = new Load<AlertObject[]>();

export const names = computed<ReadonlySet<string>>(
  () => new Set(alerts.value.value?.map(({ name }) => name) ?? []),
);

/** Lists them now. */
export function listAlerts(): Promise<void> {
  const { alerts: asked } = server.peek();
  return alerts.run(() => asked.list());
}

/** Lists them now and every so often, until the returned function is called. */
export function followAlerts(): () => void {
  const off = effect(() => {
    void server.value;
    void listAlerts();
  });
  const again = () => alerts.problem.peek()?.status !== 401 && void listAlerts();
  const timer = setInterval(again, REFRESH_MS);
  return () => {
    off();
    clearInterval(timer);
  };
}
