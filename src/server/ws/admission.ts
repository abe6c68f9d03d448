import type { IncomingMessage } from "node:http";
import type { AccessRules } from "../access.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import type { Client } from "../auth/client.ts";
import { headersOf, isRefusal, type Refusal, statusOf } from "../refusal.ts";
import { socketRefusal } from "./rights.ts";
import { type UpgradeRefusal, upgradeRefusal } from "./upgrade.ts";
import { subjectOf } from "./wish.ts";

/** Who asks for a WebSocket, or why there is none. A ticket is looked at last, because that uses it up. */
export function admit(
  request: IncomingMessage,
  access: AccessRules,
  authenticator: Authenticator,
  isClosing: boolean,
): Client | UpgradeRefusal {
  const refused = upgradeRefusal(request, access, isClosing);
  if (refused !== null) return refused;
  const client = authenticator.letIn(request, true);
  if (isRefusal(client)) return toUpgradeRefusal(client);
  const useless = socketRefusal(client.grant, subjectOf(request.url ?? ""));
  return useless === null ? client : toUpgradeRefusal(useless);
}

/** The answer to an upgrade request of somebody who is not let in. */
export function toUpgradeRefusal(refusal: Refusal): UpgradeRefusal {
  const { code, message } = refusal;
  return { status: statusOf(refusal), code, message, headers: headersOf(refusal) };
}
