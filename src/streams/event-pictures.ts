/** Pictures of the moment of an event, wherever they are kept: in memory, or on a disk. */
export interface EventPictures {
  /** The picture of an event as JPEG; null when there is none, or no more. */
  find(stream: string, eventId: string): Promise<Uint8Array | null>;
}
