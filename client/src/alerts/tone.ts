import { signal } from "@preact/signals";

/** The browser lets the page sound only after a click or a key, and there was none yet. */
export const isMuted = signal(false);

/** Two soft notes (Hz), one after the other. */
const NOTES = [587.33, 880];
const NOTE_S = 0.22;
const LOUDNESS = 0.12;
const PATIENCE_MS = 300;

let context: AudioContext | null = null;

/** Sounds a short calm tone, if the browser lets the page. `isMuted` says whether it did. */
export async function playTone(): Promise<void> {
  context ??= new AudioContext();
  const { state } = context;
  // Before a click it waits for one, and does not end until then.
  if (state !== "running")
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  if (isSilent(context)) return listenForClick(context);
  isMuted.value = false;
  for (const [i, hz] of NOTES.entries()) note(context, hz, context.currentTime + i * NOTE_S * 0.8);
}

function isSilent({ state }: AudioContext): boolean {
  return state !== "running";
}

function note(audio: AudioContext, hz: number, startS: number): void {
  const [oscillator, gain] = [audio.createOscillator(), audio.createGain()];
  oscillator.frequency.value = hz;
  gain.gain.setValueAtTime(0, startS);
  gain.gain.linearRampToValueAtTime(LOUDNESS, startS + 0.03);
  gain.gain.exponentialRampToValueAtTime(0.0001, startS + NOTE_S * 2);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(startS);
  oscillator.stop(startS + NOTE_S * 2);
}

function listenForClick(audio: AudioContext): void {
  if (isMuted.value) return;
  isMuted.value = true;
  const unlock = () => {
    for (const type of ["pointerdown", "keydown"]) removeEventListener(type, unlock, true);
    void audio.resume().then(() => {
      isMuted.value = isSilent(audio);
    });
  };
  for (const type of ["pointerdown", "keydown"]) addEventListener(type, unlock, true);
}
