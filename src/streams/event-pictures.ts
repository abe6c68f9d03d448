/** Pictures that belong to events, such as those of an alert. */
export interface EventPictures {
  /**
   * The picture of an event.
   *
   * @returns a JPEG; null when there is none
   */
  find(stream: string, eventId: string): Promise<Uint8Array | null>;
}
