/** Media time (ms) as m:ss.t, with hours if there are any. */
export function timecode(mediaTimeMs: number): string {
  const tenths = Math.max(0, Math.round(mediaTimeMs / 100));
  const seconds = Math.floor(tenths / 10);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const minutes = h > 0 ? `${h}:${String(m).padStart(2, "0")}` : String(m);
  return `${minutes}:${String(s).padStart(2, "0")}.${tenths % 10}`;
}

/** A latency (ms) as a person reads it. */
export function duration(ms: number | null): string {
  if (ms === null) return "–";
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A number with its noun: `1 thought`, `2 thoughts`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A length of time (ms) in whole seconds: `7 s`, `2 min 5 s`, `1 h 4 min`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return `${h} h ${min} min`;
  return min > 0 ? `${min} min ${s} s` : `${s} s`;
}

/** A length of time (ms) as a player shows it: `0:40`. */
export function playingTime(ms: number): string {
  return timecode(Math.round(ms / 1000) * 1000).slice(0, -2);
}

/** How long ago something happened (ms), as people say it: `2 s ago`, `5 min ago`. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 1) return "now";
  if (seconds < 100) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
}
