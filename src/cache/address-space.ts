/** Free addresses, from `start` up to, but not including, `end` (bytes). */
interface FreePiece {
  start: number;
  end: number;
}

/**
 * Decides which addresses of a growing memory are in use. It knows no bytes, only numbers.
 *
 * A request gets the free piece with the lowest address into which it fits (first fit), and the rest of that piece stays
 * free. A piece that is released joins its free neighbours. Free addresses at the end leave the used part altogether.
 * So the longest free pieces are always as long as they can be. First fit by address is within a constant of the best
 * that an allocator which moves nothing can do, whatever the sizes (Robson, 1977); best fit is not.
 */
export class AddressSpace {
  /** In order of address. They neither touch each other nor the end of the used part. */
  private readonly free: FreePiece[] = [];
  private last: number;

  /** @param start first address that may be given out */
  constructor(private readonly start: number) {
    this.last = start;
  }

  /** The address behind the last one that is in use. */
  get end(): number {
    return this.last;
  }

  /** Number of separate free pieces before {@link end}. */
  get freePieces(): number {
    return this.free.length;
  }

  /**
   * Takes addresses, and returns the first of them.
   * @param size number of addresses, at least 1
   */
  allocate(size: number): number {
    const at = this.free.findIndex(({ start, end }) => end - start >= size);
    if (at === -1) {
      this.last += size;
      return this.last - size;
    }
    const piece = this.free[at]!;
    const address = piece.start;
    piece.start += size;
    if (piece.start === piece.end) this.free.splice(at, 1);
    return address;
  }

  /**
   * Gives back what {@link allocate} returned, with the same size.
   * @throws {RangeError} when some of these addresses are not in use
   */
  release(address: number, size: number): void {
    const freed: FreePiece = { start: address, end: address + size };
    const at = this.firstBehind(address);
    const [before, behind] = [this.free[at - 1], this.free[at]];
    const isInUse =
      address >= (before?.end ?? this.start) && freed.end <= (behind?.start ?? this.last) && size > 0;
    if (!isInUse) throw new RangeError(`The addresses ${address} to ${freed.end} are not all in use.`);
    const joinsBefore = before?.end === freed.start;
    const joinsBehind = behind?.start === freed.end;
    if (joinsBefore) freed.start = before.start;
    if (joinsBehind) freed.end = behind.end;
    const from = joinsBefore ? at - 1 : at;
    const replaced = Number(joinsBefore) + Number(joinsBehind);
    if (freed.end === this.last) {
      this.free.splice(from, replaced);
      this.last = freed.start;
    } else this.free.splice(from, replaced, freed);
  }

  /** Index of the first free piece that starts behind an address; the number of pieces when none does. */
  private firstBehind(address: number): number {
    let [low, high] = [0, this.free.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.free[middle]!.start > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
