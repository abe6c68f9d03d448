import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter } from "yaml";

/** A place in a file. Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where things are in a YAML file. */
export class YamlPlaces {
  constructor(
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  /** Of a character, counted from 0. */
  at(offset: number): Place {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Of a value; where it is a group or a list, of its key. What is not there is where it should be. */
  ofValue(path: readonly PropertyKey[]): Place {
    const { key, value } = this.find(path);
    return this.at(startOf(isScalar(value) ? value : key) ?? startOf(key) ?? startOf(value) ?? 0);
  }

  /** Of a key. */
  ofKey(path: readonly PropertyKey[]): Place {
    const { key, value } = this.find(path);
    return this.at(startOf(key) ?? startOf(value) ?? 0);
  }

  /** Goes along a path as far as it leads. */
  private find(path: readonly PropertyKey[]): { key: unknown; value: unknown } {
    let found: { key: unknown; value: unknown } = { key: null, value: this.document.contents };
    for (const step of path) {
      const node = isAlias(found.value) ? found.value.resolve(this.document) : found.value;
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
        if (pair === undefined) return found;
        found = { key: pair.key, value: pair.value };
      } else if (isSeq(node)) {
        const item = node.items[Number(step)];
        if (item === undefined) return found;
        found = { key: item, value: item };
      } else return found;
    }
    return found;
  }
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
