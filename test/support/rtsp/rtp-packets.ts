/** H.264 in RTP (RFC 6184), with packets as small as those of a large picture would be in number. */

/** One packet of a video, before it is written down for the network. */
export interface RtpPacket {
  /** The picture to which it belongs, from 0. */
  readonly picture: number;
  /** Its place in that picture, from 0. */
  readonly index: number;
  /** Counts the packets. */
  readonly sequence: number;
  /** Units of 1/90000 s. */
  readonly timestamp: number;
  /** Whether it is the last one of its picture. */
  readonly isLast: boolean;
  readonly payload: Uint8Array;
}

export const RTP_CLOCK = 90_000;
export const PAYLOAD_TYPE = 96;
const MAX_PAYLOAD = 20;
/** Types of NAL units. */
const [FIRST_SLICE, IDR_SLICE, SPS, PPS, FU_A] = [1, 5, 7, 8, 28] as const;

const typeOf = (unit: Uint8Array) => unit[0]! & 31;

/** The NAL units of a stream in Annex B form: each comes after the bytes 00 00 01. */
function nalUnits(stream: Buffer): Buffer[] {
  const marks: number[] = [];
  for (let at = stream.indexOf("\0\0\x01", 0, "latin1"); at >= 0; ) {
    marks.push(at);
    at = stream.indexOf("\0\0\x01", at + 3, "latin1");
  }
  return marks.map((at, i) => {
    let end = marks[i + 1] ?? stream.length;
    while (stream[end - 1] === 0) end--;
    return stream.subarray(at + 3, end);
  });
}

/** A unit as payloads: one, or fragments where it is too long. */
function payloadsOf(unit: Buffer): Uint8Array[] {
  if (unit.length <= MAX_PAYLOAD) return [unit];
  const fragments: Buffer[] = [];
  for (let at = 1; at < unit.length; at += MAX_PAYLOAD) {
    const end = Math.min(unit.length, at + MAX_PAYLOAD);
    const marks = (at === 1 ? 128 : 0) | (end === unit.length ? 64 : 0);
    const head = [(unit[0]! & 224) | FU_A, marks | typeOf(unit)];
    fragments.push(Buffer.concat([Buffer.from(head), unit.subarray(at, end)]));
  }
  return fragments;
}

/** The packets of each picture of a stream with one slice a picture. */
export function packetsOf(stream: Buffer, fps: number): RtpPacket[][] {
  const pictures: RtpPacket[][] = [];
  let payloads: Uint8Array[] = [];
  let sequence = 0;
  for (const unit of nalUnits(stream)) {
    payloads.push(...payloadsOf(unit));
    if (typeOf(unit) !== FIRST_SLICE && typeOf(unit) !== IDR_SLICE) continue;
    const picture = pictures.length;
    const timestamp = Math.round((picture * RTP_CLOCK) / fps);
    const last = payloads.at(-1);
    pictures.push(
      payloads.map((payload, index) => ({
        picture,
        index,
        sequence: sequence++,
        timestamp,
        isLast: payload === last,
        payload,
      })),
    );
    payloads = [];
  }
  return pictures;
}

/** What a camera says of its video (SDP). */
export function describe(stream: Buffer): string {
  const sets = nalUnits(stream).filter((unit) => typeOf(unit) === SPS || typeOf(unit) === PPS);
  const parameters = sets.slice(0, 2).map((unit) => unit.toString("base64"));
  return [
    "v=0",
    "o=- 0 0 IN IP4 127.0.0.1",
    "s=camera",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    `m=video 0 RTP/AVP ${PAYLOAD_TYPE}`,
    `a=rtpmap:${PAYLOAD_TYPE} H264/${RTP_CLOCK}`,
    `a=fmtp:${PAYLOAD_TYPE} packetization-mode=1; sprop-parameter-sets=${parameters.join(",")}`,
    "a=control:video",
    "",
  ].join("\r\n");
}

/** A packet as it goes over RTSP's own connection (RFC 2326, 10.12). */
export function onTheWire({ sequence, timestamp, isLast, payload }: RtpPacket): Buffer {
  const head = Buffer.alloc(16);
  head.write("$", 0, "latin1");
  head.writeUInt16BE(12 + payload.length, 2);
  head[4] = 128;
  head[5] = PAYLOAD_TYPE | (isLast ? 128 : 0);
  head.writeUInt16BE(sequence & 0xffff, 6);
  head.writeUInt32BE(timestamp >>> 0, 8);
  head.writeUInt32BE(1, 12);
  return Buffer.concat([head, payload]);
}
