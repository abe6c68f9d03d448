/** How an HDR video codes light: PQ (SMPTE ST 2084, as HDR10 does) or HLG (ARIB STD-B67). */
export type HdrTransfer = "pq" | "hlg";

/** Light (cd/m²) that HDR gives to the white of SDR (ITU-R BT.2408). */
const SDR_WHITE = 203;
/** Peak of the display for which HLG is defined (cd/m²). */
const HLG_PEAK = 1000;
/** Up to this share of SDR white, light stays as it is. What is brighter is pressed into the rest. */
const KNEE = 0.75;

/** The HDR transfer that ffmpeg names in its description of a video stream; null when it is not HDR. */
export function hdrTransferOf(description: string): HdrTransfer | null {
  if (/\bsmpte2084\b/.test(description)) return "pq";
  return /\barib-std-b67\b/.test(description) ? "hlg" : null;
}

/** Light (cd/m²) for a PQ code from 0 to 1. */
function pqLight(code: number): number {
  const root = code ** (32 / 2523);
  return 10_000 * (Math.max(0, root - 3424 / 4096) / (2413 / 128 - (2392 / 128) * root)) ** (16384 / 2610);
}

/** Light of the scene, from 0 to 1, for an HLG code from 0 to 1. */
function hlgScene(code: number): number {
  return code <= 0.5 ? code ** 2 / 3 : (Math.exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12;
}

/** The code (0..255) with which an SDR display gives light from 0 to 1 (BT.1886). */
function sdrCode(light: number): number {
  return 255 * light ** (1 / 2.4);
}

/** What is brighter than the knee comes ever closer to 1. */
function compressed(light: number): number {
  if (light <= KNEE) return light;
  const above = (light - KNEE) / (1 - KNEE);
  return KNEE + (1 - KNEE) * (above / (1 + above));
}

/** Many, because the darkest codes lie close together. */
const LEVELS = 65_536;
const SDR_CODES = Uint8Array.from({ length: LEVELS + 1 }, (_, i) => Math.round(sdrCode(i / LEVELS)));
const codes = (light: (code: number) => number) =>
  Float64Array.from({ length: 256 }, (_, code) => light(code / 255));
const LIGHT = { pq: codes((code) => pqLight(code) / SDR_WHITE), hlg: codes(hlgScene) };

/**
 * Tone-maps a picture in place: HDR (BT.2020 colours) becomes SDR (BT.709). The white of SDR and what is darker keep
 * their light. Highlights are compressed, all three colours by one factor, so that hues stay. This is done here and not
 * by ffmpeg, because few builds have a filter for it, and on small pictures it costs nothing.
 *
 * @param rgb 3 bytes a pixel, as ffmpeg decodes them without regard to the transfer
 */
export function toneMap(rgb: Uint8Array, transfer: HdrTransfer): void {
  const light = LIGHT[transfer];
  for (let i = 0; i + 2 < rgb.length; i += 3) {
    let r = light[rgb[i]!]!;
    let g = light[rgb[i + 1]!]!;
    let b = light[rgb[i + 2]!]!;
    if (transfer === "hlg") {
      // What the display makes of the scene's light (BT.2100: system gamma 1.2).
      const display = (HLG_PEAK / SDR_WHITE) * (0.2627 * r + 0.678 * g + 0.0593 * b) ** 0.2;
      r *= display;
      g *= display;
      b *= display;
    }
    const r709 = 1.660491 * r - 0.587641 * g - 0.07285 * b;
    const g709 = -0.12455 * r + 1.1329 * g - 0.008349 * b;
    const b709 = -0.018151 * r - 0.100579 * g + 1.11873 * b;
    const brightest = Math.max(r709, g709, b709);
    const factor = brightest <= KNEE ? 1 : compressed(brightest) / brightest;
    rgb[i] = SDR_CODES[Math.round(LEVELS * Math.max(0, r709 * factor))]!;
    rgb[i + 1] = SDR_CODES[Math.round(LEVELS * Math.max(0, g709 * factor))]!;
    rgb[i + 2] = SDR_CODES[Math.round(LEVELS * Math.max(0, b709 * factor))]!;
  }
}
