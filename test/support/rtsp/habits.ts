import { RTP_CLOCK, type RtpPacket } from "./rtp-packets.ts";

/** What a camera does with a packet that is due: sends this one, loses it, or closes the connection. */
export type Habit = (packet: RtpPacket) => RtpPacket | "lost" | "hang up";

/** Bad habits that cameras have. All begin at a picture. */
export const HABITS = {
  /** None. */
  ok: (): Habit => (packet) => packet,
  /** From then on the timestamps are later by so much (s); earlier when negative. */
  jump:
    (from: number, seconds: number): Habit =>
    (packet) =>
      packet.picture < from ? packet : { ...packet, timestamp: packet.timestamp + seconds * RTP_CLOCK },
  /** All timestamps are the same. */
  constantTimestamps: (): Habit => (packet) => ({ ...packet, timestamp: 0 }),
  /** The packets of some pictures are lost. */
  lose:
    (from: number, upTo: number): Habit =>
    (packet) =>
      packet.picture >= from && packet.picture < upTo ? "lost" : packet,
  /** One packet of a picture is lost. */
  losePacket:
    (picture: number, index: number): Habit =>
    (packet) =>
      packet.picture === picture && packet.index === index ? "lost" : packet,
  /** The connection is closed at every such picture. */
  hangUp:
    (...pictures: readonly number[]): Habit =>
    (packet) =>
      pictures.includes(packet.picture) ? "hang up" : packet,
};
