import { HttpProblem } from "../../http/http-problem.ts";
import type { Part, Turn } from "../turns.ts";
import type { NewItem } from "./messages.ts";
import { newId } from "./new-id.ts";

/** An item of a conversation, as its client is told of it. */
export interface Item {
  readonly id: string;
  readonly object: "realtime.item";
  readonly type: "message";
  readonly status: "completed" | "incomplete" | "in_progress";
  readonly role: NewItem["role"];
  readonly content: NewItem["content"];
}

/** What an item takes beside its texts and pictures (bytes). */
const ITEM_BYTES = 512;

/** What was said and shown over one connection, in order. */
export class Conversation {
  readonly id = newId("conv");
  private items: Item[] = [];
  private bytes = 0;

  /** @param mostBytes of all items together */
  constructor(private readonly mostBytes: number) {}

  /**
   * Adds an item.
   *
   * @param after id of the item before it, or `root` to begin with it; default: the last one
   * @returns id of the item before it; null: it is the first
   * @throws {HttpProblem} 400 or 413
   */
  add(item: Item, after: string | null = this.items.at(-1)?.id ?? null): string | null {
    if (this.items.some(({ id }) => id === item.id))
      throw new HttpProblem(400, "item_exists", `There is an item ${item.id} already.`, "item.id");
    const at = after === null || after === "root" ? 0 : this.indexOf(after, "previous_item_id") + 1;
    if (this.bytes + sizeOf(item) > this.mostBytes) {
      const message = `The conversation would have more than ${this.mostBytes} bytes. Delete items that are no longer needed (conversation.item.delete).`;
      throw new HttpProblem(413, "conversation_too_large", message, "item");
    }
    return this.insert(item, at);
  }

  /** Adds an answer, which has a place in any case. Returns the id of the item before it. */
  append(answer: Item): string | null {
    return this.insert(answer, this.items.length);
  }

  /** @throws {HttpProblem} 404 `item_not_found` */
  get(id: string): Item {
    return this.items[this.indexOf(id, "item_id")]!;
  }

  /** @throws {HttpProblem} 404 `item_not_found` */
  delete(id: string): void {
    const [item] = this.items.splice(this.indexOf(id, "item_id"), 1);
    this.bytes -= sizeOf(item!);
  }

  /** Replaces an item that is still there by what it has become. */
  update(item: Item): void {
    const at = this.items.findIndex(({ id }) => id === item.id);
    if (at < 0) return;
    this.bytes += sizeOf(item) - sizeOf(this.items[at]!);
    this.items[at] = item;
  }

  get turns(): Turn[] {
    return this.items.map(turnOf);
  }

  private insert(item: Item, at: number): string | null {
    this.bytes += sizeOf(item);
    this.items.splice(at, 0, item);
    return this.items[at - 1]?.id ?? null;
  }

  private indexOf(id: string, param: string): number {
    const at = this.items.findIndex((item) => item.id === id);
    if (at >= 0) return at;
    throw new HttpProblem(404, "item_not_found", `There is no item ${id} in this conversation.`, param);
  }
}

/** An item that a client has given. */
export function itemOf({ id, role, content }: NewItem): Item {
  return { ...newItem(id ?? newId("item"), role), status: "completed", content };
}

/** An item that has nothing in it yet. */
export function newItem(id: string, role: Item["role"]): Item {
  return { id, object: "realtime.item", type: "message", status: "in_progress", role, content: [] };
}

/** An item as a turn of a conversation. */
export function turnOf({ role, content }: Pick<Item, "role" | "content">): Turn {
  return {
    role,
    parts: content.map((part, i): Part => {
      if (part.type !== "input_image") return { kind: "text", text: part.text };
      return { kind: "image", url: part.image_url, param: `item.content.${i}.image_url` };
    }),
  };
}

function sizeOf({ content }: Item): number {
  const chars = content.map((part) => (part.type === "input_image" ? part.image_url : part.text).length);
  return ITEM_BYTES + chars.reduce((sum, each) => sum + each, 0);
}
