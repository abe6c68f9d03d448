import "./token-menu.css";
import { Icon } from "../ui/icon.tsx";
import { forgetToken, isTokenKept, token } from "./access.ts";

/** Says that this visitor has given a token, and takes it back. */
export function TokenMenu() {
  if (token.value === null) return null;
  return (
    <>
      <button
        type="button"
        class="plain"
        popovertarget="token-menu"
        aria-label="Your token"
        title="Your token"
      >
        <Icon name="key" />
      </button>
      <div id="token-menu" class="token-menu" popover="auto">
        <p>
          {isTokenKept()
            ? "Your token is kept on this device."
            : "Your token is kept until this tab is closed."}
        </p>
        <button type="button" onClick={forgetToken}>
          Forget token
        </button>
      </div>
    </>
  );
}
