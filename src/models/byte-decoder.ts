const NOTHING = new Uint8Array();

/**
 * The byte that each character of a byte-level vocabulary stands for (GPT-2, `bytes_to_unicode`): printable ones for
 * themselves, and the others, in order, for the characters from 256 on.
 */
function byteOfCharacter(): ReadonlyMap<string, number> {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const bytes = new Map<string, number>();
  let others = 256;
  for (let byte = 0; byte < 256; byte++) {
    bytes.set(String.fromCharCode(isPrintable(byte) ? byte : others++), byte);
  }
  return bytes;
}

/**
 * The bytes of each token of a byte-level vocabulary, by id. Special tokens have none.
 *
 * @param vocabulary ids of its tokens, each written in characters that stand for bytes
 * @param added tokens that are written as they are
 */
export function byteTable(
  vocabulary: Readonly<Record<string, number>>,
  added: readonly { readonly id: number; readonly content: string; readonly special: boolean }[],
): readonly Uint8Array[] {
  const bytes = byteOfCharacter();
  const table: Uint8Array[] = [];
  for (const [token, id] of Object.entries(vocabulary)) {
    table[id] = Uint8Array.from([...token], (character) => bytes.get(character) ?? 0x3f);
  }
  const utf8 = new TextEncoder();
  for (const { id, content, special } of added) table[id] = special ? NOTHING : utf8.encode(content);
  return table;
}

/** Decodes the tokens of one text one by one. A character whose bytes lie in several tokens is told as a whole. */
export class ByteDecoder {
  private readonly utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

  /** @param table bytes of each token, by id, see {@link byteTable} */
  constructor(private readonly table: readonly Uint8Array[]) {}

  /** @returns the text that is whole now */
  add(id: number): string {
    return this.utf8.decode(this.table[id] ?? NOTHING, { stream: true });
  }

  /** @returns the rest: `�` when the last character is not whole */
  end(): string {
    return this.utf8.decode();
  }
}
