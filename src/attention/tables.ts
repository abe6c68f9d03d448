import type { KvMemory, KvShape, KvStore, Position, Rotary } from "../cache/mod.ts";
import type { AttentionRow, Tile, TileRange } from "./tiles.ts";

/** Slots that the kernel widens at a time (`BLOCK_SLOTS`). */
const BLOCK_SLOTS = 32;

/** With fewer vectors a product is no faster than the kernel. */
const LEAST_VECTORS = 8;

/** Integers of an entry of each table; what they are is said in `kernel/attend.ts`. */
const ROW = 7;
const TILE = 4;
const VECTOR = 4;
const PIECE = 2;
const RANGE = 11;
const SIGHT = 4;
const TURN = 3;

/** Where the kernel finds what it needs for a step (byte addresses). */
export interface Places {
  readonly qkv: number;
  readonly out: number;
  readonly rows: number;
  readonly tiles: number;
  /** Tiles that the kernel does alone. They come first. */
  readonly plainTiles: number;
  /** The others. */
  readonly largeTiles: readonly TilePlaces[];
}

/** A tile with ranges that are large enough for {@link Products}. */
export interface TilePlaces {
  readonly vectors: number;
  readonly vectorCount: number;
  readonly ranges: readonly RangePlaces[];
}

export interface RangePlaces {
  readonly address: number;
  /** Null: the kernel does it. */
  readonly matrices: RangeMatrices | null;
}

/** A range as matrices (byte addresses; of keys and values those of the first layer and head). */
export interface RangeMatrices {
  readonly store: KvStore;
  readonly slot: number;
  /** Rotated queries `[vectors, headWidth]`; later the products with the values. */
  readonly queries: number;
  /** Scores and weights `[vectors, slots]`. */
  readonly scores: number;
  readonly vectors: number;
  readonly slots: number;
  /** Room for its keys or values as float32, where the store is narrow. */
  readonly room: number;
}

/** A model's heads. */
export interface Heads {
  readonly shape: KvShape;
  /** Query heads of each head of keys and values. */
  readonly group: number;
}

/** What a step needs beside the rows themselves: all counts are of entries, and of floats in `scratch`. */
interface Extent {
  readonly vectors: number;
  readonly ranges: number;
  /** Of sights, and so of pieces, and at most of turns. */
  readonly sights: number;
  /** Room for slots of a narrow store as float32. */
  readonly room: number;
  /** Room for the rotated queries and scores of the largest tile. */
  readonly scratch: number;
}

/** Rotations of a step by {@link Rotary.keyOf} their position: what is rotated, and then where its rotation is. */
type Rotations = Map<number | string, { readonly position: Position; address: number }>;

/** Lays out a step for the kernel in one piece of memory. */
export class StepTables {
  private readonly rotations: Rotations = new Map();
  private readonly extent: Extent;
  private readonly tiles: readonly Tile[];
  private readonly plainTiles: number;

  /** @param least multiplications of a query with keys from which on a range is left to {@link Products} */
  constructor(
    private readonly rows: readonly AttentionRow[],
    tiles: readonly Tile[],
    private readonly heads: Heads,
    private readonly rotary: Rotary,
    private readonly least: number,
  ) {
    const plain = tiles.filter(({ ranges }) => !ranges.some((range) => this.isLarge(range)));
    this.plainTiles = plain.length;
    this.tiles =
      plain.length === tiles.length ? tiles : [...plain, ...tiles.filter((tile) => !plain.includes(tile))];
    this.extent = this.measure();
  }

  private isLarge({ sights, count }: TileRange): boolean {
    const { group, shape } = this.heads;
    const vectors = sights.length * group;
    if (vectors < LEAST_VECTORS || vectors * count * shape.headWidth < this.least) return false;
    // Its queries must follow each other.
    return sights.at(-1)!.row - sights[0]!.row === sights.length - 1;
  }

  /** Floats of a row's queries, keys and values. */
  private get rowWidth(): number {
    const { shape, group } = this.heads;
    return (group + 2) * shape.heads * shape.headWidth;
  }

  /** Floats of a row's output. */
  private get outWidth(): number {
    const { shape, group } = this.heads;
    return group * shape.heads * shape.headWidth;
  }

  private get tableInts(): number {
    const { vectors, ranges, sights } = this.extent;
    return (
      this.rows.length * ROW +
      this.tiles.length * TILE +
      vectors * VECTOR +
      ranges * RANGE +
      sights * (SIGHT + PIECE + TURN) +
      this.rotations.size * this.rotary.size
    );
  }

  /** Bytes that {@link write} needs. */
  get bytes(): number {
    const { length } = this.rows;
    return (
      4 * (length * (this.rowWidth + this.outWidth) + this.tableInts + this.extent.room + this.extent.scratch)
    );
  }

  /** @param address of a free piece of {@link bytes} bytes */
  write(memory: KvMemory, address: number): Places {
    const { floats } = memory;
    const ints = new Int32Array(floats.buffer);
    const out = address;
    const qkv = out + 4 * this.rows.length * this.outWidth;
    const rowTable = qkv + 4 * this.rows.length * this.rowWidth;
    const tileTable = rowTable + 4 * this.rows.length * ROW;
    const room = rowTable + 4 * this.tableInts;
    const scratch = room + 4 * this.extent.room;
    let next = (tileTable + 4 * this.tiles.length * TILE) / 4;
    for (const rotation of this.rotations.values()) {
      rotation.address = next * 4;
      next = this.rotary.write(rotation.position, floats, next);
    }
    this.writeRows(ints, rowTable / 4, qkv);
    const written = this.tiles.map((tile, i) => {
      const { places, end } = this.writeTile(ints, tile, tileTable / 4 + i * TILE, next, {
        qkv,
        out,
        room,
        scratch,
      });
      next = end;
      return places;
    });
    const { plainTiles } = this;
    return { qkv, out, rows: rowTable, tiles: tileTable, plainTiles, largeTiles: written.slice(plainTiles) };
  }

  private measure(): Extent {
    const { group, shape } = this.heads;
    for (const { position } of this.rows) this.rotate(position);
    let [ranges, sights, scratch, room] = [0, 0, 0, 0];
    for (const tile of this.tiles) {
      let own = tile.rows.length * shape.headWidth;
      ranges += tile.ranges.length;
      for (const range of tile.ranges) {
        if (range.store.isNarrow) room = Math.max(room, this.isLarge(range) ? range.count : BLOCK_SLOTS);
        sights += range.sights.length;
        own += range.sights.length * range.count;
        for (const { position } of range.sights) this.rotate(position);
      }
      scratch = Math.max(scratch, own);
    }
    // Vectors of four floats are read beyond the last score.
    return {
      ranges,
      vectors: this.rows.length * group,
      sights: sights * group,
      room: room * shape.headWidth,
      scratch: scratch * group + 4,
    };
  }

  private rotate(position: Position): void {
    const key = this.rotary.keyOf(position);
    if (!this.rotations.has(key)) this.rotations.set(key, { position, address: 0 });
  }

  private writeRows(ints: Int32Array, at: number, qkv: number): void {
    this.rows.forEach(({ store, slot, position }, i) => {
      const to = at + i * ROW;
      ints[to] = qkv + 4 * i * this.rowWidth;
      ints[to + 1] = store.keyAddress(slot);
      ints[to + 2] = store.valueAddress(slot);
      ints[to + 3] = store.headStride;
      ints[to + 4] = store.layerStride;
      ints[to + 5] = this.rotations.get(this.rotary.keyOf(position))!.address;
      ints[to + 6] = store.isNarrow ? 1 : 0;
    });
  }

  /** @param next where there is room (ints) */
  private writeTile(
    ints: Int32Array,
    { rows, ranges }: Tile,
    at: number,
    next: number,
    { qkv, out, room, scratch }: Readonly<Record<"qkv" | "out" | "room" | "scratch", number>>,
  ): { readonly places: TilePlaces /** Where there is room after it (ints). */; readonly end: number } {
    const { group, shape } = this.heads;
    const width = 4 * shape.headWidth;
    /** Ranges that each row sees. */
    const seen = new Uint32Array(rows.length);
    for (const { sights } of ranges) for (const { row } of sights) seen[row]! += 1;
    ints[at] = 4 * next;
    ints[at + 1] = rows.length * group;
    const vectors = next;
    next += rows.length * group * VECTOR;
    rows.forEach((row, i) => {
      for (let head = 0; head < group; head++) {
        const vector = vectors + (i * group + head) * VECTOR;
        ints[vector] = out + 4 * row * this.outWidth + head * width;
        ints[vector + 1] = 4 * next;
        ints[vector + 2] = 0;
        next += seen[i]! * PIECE;
      }
    });
    ints[at + 2] = 4 * next;
    ints[at + 3] = ranges.length;
    let range = next;
    next += ranges.length * RANGE;
    /** The rotation that each row's queries have. */
    const turned = new Uint32Array(rows.length);
    let scores = scratch + rows.length * group * width;
    const places: RangePlaces[] = [];
    for (const one of ranges) {
      const { store, slot, count, sights } = one;
      const queries = scratch + sights[0]!.row * group * width;
      const matrices = { store, slot, queries, scores, vectors: sights.length * group, slots: count, room };
      places.push({ address: 4 * range, matrices: this.isLarge(one) ? matrices : null });
      ints[range] = store.keyAddress(slot);
      ints[range + 1] = store.valueAddress(slot);
      ints[range + 2] = store.headStride;
      ints[range + 3] = store.layerStride;
      ints[range + 4] = 4 * next;
      ints[range + 5] = sights.length * group;
      ints[range + 8] = count;
      ints[range + 9] = store.slotBytes;
      ints[range + 10] = store.isNarrow ? room : 0;
      for (const sight of sights)
        for (let head = 0; head < group; head++) {
          const vector = sight.row * group + head;
          const entry = vectors + vector * VECTOR;
          ints[next] = scratch + vector * width;
          ints[next + 1] = scores;
          ints[next + 2] = sight.count;
          ints[next + 3] = ints[entry]!;
          next += SIGHT;
          const piece = ints[entry + 1]! / 4 + ints[entry + 2]! * PIECE;
          ints[piece] = scores;
          ints[piece + 1] = sight.count;
          ints[entry + 2]! += 1;
          scores += 4 * count;
        }
      ints[range + 6] = 4 * next;
      const turns = next;
      for (const { row, position } of sights) {
        const { address } = this.rotations.get(this.rotary.keyOf(position))!;
        if (turned[row] === address) continue;
        turned[row] = address;
        for (let head = 0; head < group; head++) {
          ints[next] = qkv + 4 * rows[row]! * this.rowWidth + head * width;
          ints[next + 1] = scratch + (row * group + head) * width;
          ints[next + 2] = address;
          next += TURN;
        }
      }
      ints[range + 7] = (next - turns) / TURN;
      range += RANGE;
    }
    return { places: { vectors: 4 * vectors, vectorCount: rows.length * group, ranges: places }, end: next };
  }
}
