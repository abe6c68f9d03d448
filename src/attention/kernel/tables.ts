/** Bytes of the entries of the tables that the host writes; `attend.ts` says what is in them. */
export const ROW_BYTES: usize = 28;
export const TILE_BYTES: usize = 16;
export const VECTOR_BYTES: usize = 16;
export const PIECE_BYTES: usize = 8;
export const RANGE_BYTES: usize = 44;
export const SIGHT_BYTES: usize = 16;
export const TURN_BYTES: usize = 12;
