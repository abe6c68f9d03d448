import type { HttpBindings } from "@hono/node-server";
import type { Grant } from "../auth/grant.ts";

/** What every handler of a request knows. */
export interface AppEnv {
  Bindings: HttpBindings;
  Variables: {
    /** What whoever made the request may do. Set before any resource is asked. */
    grant: Grant;
  };
}
