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

/** Resolves when a camera is connected: this one, or any. */
export function cameraConnected(deviceId: string | undefined): Promise<void> {
  const { mediaDevices } = navigator;
  return new Promise((resolve) => {
    const look = async () => {
      const isThere = (await mediaDevices.enumerateDevices()).some(
        (each) => each.kind === "videoinput" && (deviceId === undefined || each.deviceId === deviceId),
      );
      if (!isThere) return;
      mediaDevices.removeEventListener("devicechange", look);
      resolve();
    };
    mediaDevices.addEventListener("devicechange", look);
  });
}
