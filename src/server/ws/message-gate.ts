import type { RawData, WebSocket } from "ws";
import { TokenBucket } from "../../ingest/mod.ts";
import type { Allowance } from "../auth/allowance.ts";
import type { Limits } from "../limits.ts";

/** How many seconds of messages, and of bytes, may come at once after a pause. */
const BURST_S = { messages: 3, bytes: 2 } as const;

/** A new connection may send so much of its burst, because connecting again must gain nothing. */
const START = { messages: 1 / 6, bytes: 1 } as const;

/** Shortest time for which a socket is not read (ms). Shorter ones would cost more than they hold back. */
const SHORTEST_HOLD_MS = 20;

/** What a message costs that is thrown away, because its socket is closing. The client's answer comes behind it. */
const DISCARDED_COST = 0.05;

/** Takes the messages of one socket. */
export interface MessageReceiver {
  /** @returns what the message costs: 1 for one that takes little time */
  receive(message: Buffer, isBinary: boolean): number;
  /** Whether it wants nothing more for now: the socket is not read until it does. Default: never. */
  isFull?(): boolean;
  /** The client has sent too much for `maxBehindMs`. Called once. */
  flooded(): void;
}

/** What a client may send, over all sockets of its session, because connecting again must gain nothing. */
export class MessageBudget {
  readonly messages: TokenBucket;
  readonly bytes: TokenBucket;

  constructor({ maxMessagesPerSecond, maxBytesPerSecond }: Limits) {
    this.messages = bucket(maxMessagesPerSecond, "messages");
    this.bytes = bucket(maxBytesPerSecond, "bytes");
  }
}

interface Held {
  readonly bytes: number;
  readonly handle: () => number;
}

/**
 * Hands on what a socket receives, within a budget of messages and of bytes a second, and within the bytes that all
 * sockets of the same token may send together. Over it, the socket is not read until the budget allows: nothing is lost,
 * and nobody else waits. So it is while the receiver is full. What was read already is held, at most what one read
 * brought. Pings and pongs count as messages, too; pings are answered here.
 */
export class MessageGate {
  private readonly messages: TokenBucket;
  private readonly bytes: TokenBucket;
  private held: Held[] = [];
  private hold: NodeJS.Timeout | null = null;
  private behindSinceMs: number | null = null;
  private lastHoldMs = Number.NEGATIVE_INFINITY;
  private isFlooded = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly limits: Limits,
    { messages, bytes }: MessageBudget,
    private readonly receiver: MessageReceiver,
    private readonly allowance: Pick<Allowance, "bytes">,
  ) {
    this.messages = messages;
    this.bytes = bytes;
    socket.on("message", (data, isBinary) => {
      const message = toBytes(data);
      this.take(message.length, () => receiver.receive(message, isBinary));
    });
    socket.on("ping", (data) =>
      this.take(data.length, () => {
        socket.pong(data);
        return 1;
      }),
    );
    socket.on("pong", (data) => this.take(data.length, () => 1));
    socket.once("close", () => this.close());
    // What earlier sockets have sent too much, this one waits for.
    const nowMs = performance.now();
    const waitMs = this.waitMs(nowMs);
    if (waitMs > 0) this.holdBack(waitMs, nowMs);
  }

  /** Whether the socket has not been read for a while since then (ms): a pong may be in what was not read. */
  hasHeldSince(sinceMs: number): boolean {
    return this.hold !== null || this.lastHoldMs >= sinceMs;
  }

  private take(bytes: number, handle: () => number): void {
    if (this.hold === null) this.pass({ bytes, handle });
    else this.held.push({ bytes, handle });
  }

  private pass({ bytes, handle }: Held): void {
    const cost = this.socket.readyState === this.socket.OPEN ? handle() : DISCARDED_COST;
    const nowMs = performance.now();
    const budgets = this.allowance.bytes ? [this.bytes, this.allowance.bytes] : [this.bytes];
    if (Math.min(...[this.messages, ...budgets].map((each) => each.share(nowMs))) >= 0.5)
      this.behindSinceMs = null;
    this.messages.spend(cost, nowMs);
    for (const each of budgets) each.spend(bytes, nowMs);
    const waitMs = this.waitMs(nowMs);
    if (waitMs > 0) this.holdBack(waitMs, nowMs);
    else if (this.isFull) this.holdFor(SHORTEST_HOLD_MS);
  }

  private get isFull(): boolean {
    return this.receiver.isFull?.() ?? false;
  }

  private waitMs(nowMs: number): number {
    const budgets = [this.messages, this.bytes, this.allowance.bytes];
    return Math.max(...budgets.map((each) => each?.waitMs(nowMs) ?? 0));
  }

  /** The budget is used up. A client that is behind for long sends too much. */
  private holdBack(waitMs: number, nowMs: number): void {
    this.behindSinceMs ??= nowMs;
    if (!this.isFlooded && nowMs - this.behindSinceMs > this.limits.maxBehindMs) {
      this.isFlooded = true;
      this.receiver.flooded();
    }
    this.holdFor(waitMs);
  }

  private holdFor(waitMs: number): void {
    this.socket.pause();
    this.hold = setTimeout(() => this.goOn(), Math.max(SHORTEST_HOLD_MS, waitMs));
  }

  private goOn(): void {
    this.hold = null;
    this.lastHoldMs = performance.now();
    if (this.isFull) {
      this.holdFor(SHORTEST_HOLD_MS);
      return;
    }
    let passed = 0;
    // `pass` sets a new hold when the budget is used up.
    while (this.hold === null && passed < this.held.length) this.pass(this.held[passed++]!);
    this.held = this.held.slice(passed);
    if (this.hold === null) this.socket.resume();
  }

  private close(): void {
    clearTimeout(this.hold ?? undefined);
    this.held = [];
  }
}

function bucket(perSecond: number, what: keyof typeof BURST_S): TokenBucket {
  const most = perSecond * BURST_S[what];
  return new TokenBucket({ perSecond, most, start: most * START[what] });
}

function toBytes(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
