/** A clip that comes with the server. */
export interface Sample {
  readonly file: string;
  readonly title: string;
  readonly about: string;
  readonly seconds: number;
}

/** The clips that this server has; none: it has none, or cannot be reached, which the connection reports. */
export async function listSamples(): Promise<readonly Sample[]> {
  try {
    const answer = await fetch("./sample/samples.json");
    return answer.ok ? ((await answer.json()) as Sample[]) : [];
  } catch {
    return [];
  }
}

export function sampleUrl(file: string): string {
  return `./sample/${encodeURIComponent(file)}`;
}
