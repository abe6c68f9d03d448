import { signal } from "@preact/signals";

/** Whether the zones of a camera are drawn over its picture. */
export const areZonesShown = signal(true);
