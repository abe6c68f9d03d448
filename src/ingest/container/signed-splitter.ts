import { invalidContainer, type Piece, type Splitter } from "./splitter.ts";

/** The first bytes of a container, and what to say when they are others. */
export interface Signature {
  readonly bytes: readonly number[];
  readonly message: string;
}

/** A container without a header, into which a decoder can come anywhere. It is known by its first bytes. */
export class SignedSplitter implements Splitter {
  readonly header: Uint8Array = new Uint8Array();
  private known = 0;

  constructor(private readonly signature: Signature) {}

  push(chunk: Uint8Array): Piece[] {
    const { bytes, message } = this.signature;
    for (let i = 0; i < chunk.length && this.known < bytes.length; i++, this.known++)
      if (chunk[i] !== bytes[this.known]) throw invalidContainer(message);
    return [{ bytes: chunk, isEntry: true, timesMs: [] }];
  }
}
