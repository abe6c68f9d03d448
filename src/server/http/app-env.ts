import type { HttpBindings } from "@hono/node-server";
import type { Client } from "../auth/client.ts";
import type { Grant } from "../auth/grant.ts";

/** What every handler of a request knows. */
export interface AppEnv {
  Bindings: HttpBindings;
  Variables: {
    /** What whoever made the request may do. Set before any resource is asked. */
    grant: Grant;
    /** Whoever made the request, with what it may still cost. */
    client: Client;
    /** Code of the error that the request is answered with. Not set while there is none. */
    errorCode?: string;
  };
}
