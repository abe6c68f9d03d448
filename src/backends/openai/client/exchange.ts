import type { Json } from "./chat-body.ts";
import type { Deadline } from "./deadline.ts";
import type { Endpoint } from "./endpoint.ts";

/** How a request is sent, and how its answer is read. */
export interface Exchange<T> {
  /** Further fields of the body, and others in place of the usual ones. */
  readonly more: Readonly<Record<string, Json>>;
  /** Reads the answer. Once something of it was given out, it calls `given`, and the request is not repeated. */
  read(endpoint: Endpoint, response: Response, deadline: Deadline, given: () => void): Promise<T>;
}
