import { signal } from "@preact/signals";

/** A camera of this device. */
export interface DeviceCamera {
  readonly deviceId: string;
  readonly label: string;
}

/** The cameras of this device. Browsers name them only when one was allowed. */
export const cameras = signal<readonly DeviceCamera[]>([]);

/** Looks for cameras now and whenever one is connected or unplugged. */
export function followCameras(): void {
  const { mediaDevices } = navigator;
  if (mediaDevices === undefined) return;
  mediaDevices.addEventListener("devicechange", () => void lookForCameras());
  void lookForCameras();
}

export async function lookForCameras(): Promise<void> {
  const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  cameras.value = devices
    .filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "")
    .map(({ deviceId, label }, at) => ({ deviceId, label: label || `Camera ${at + 1}` }));
}

/** Resolves when a camera is connected: this one, or any. Rejects when it is no longer waited for. */
export function cameraConnected(deviceId: string | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = async () => {
      const devices = await navigator.mediaDevices.enumerateDevices();
      const isThere = devices.some(
        (each) => each.kind === "videoinput" && (deviceId === undefined || each.deviceId === deviceId),
      );
      if (isThere) resolve();
    };
    navigator.mediaDevices.addEventListener("devicechange", look, { signal });
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}
