/**
 * What a model said, as a terminal may be sent it: without control characters, which a terminal would obey, and without
 * marks that turn the direction of writing. Line breaks stay.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]+|[\u202a-\u202e\u2066-\u2069]+/gu, " ");
}
