import { useSignal } from "@preact/signals";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { askForToken, giveToken, putOffToken, tokenWanted, whyNotTaken } from "./access.ts";
import { notify, withdraw } from "./notices.ts";

/** Asks for a token when the server wants one. After it, the view goes on. */
export function TokenDialog() {
  return tokenWanted.value === null ? null : <Asking why={tokenWanted.value} />;
}

function Asking({ why }: { readonly why: string }) {
  const problem = useSignal<string | null>(why === "" ? null : why);
  const isTrying = useSignal(false);
  const take = async (form: HTMLFormElement) => {
    const given = new FormData(form);
    const secret = String(given.get("secret")).trim();
    isTrying.value = true;
    problem.value = secret === "" ? "Paste the token here." : await whyNotTaken(secret);
    isTrying.value = false;
    if (problem.value !== null) return form.querySelector("input")?.focus();
    withdraw("token");
    giveToken(secret, given.has("keep"));
  };
  return (
    <Dialog class="asking" label="This server asks for a token" onClose={later}>
      <h2>This server asks for a token</h2>
      <p>
        Whoever runs the server makes one: <code>thinkalong tokens add me --scope watch ask push</code> prints
        it, once.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void take(event.currentTarget);
        }}
      >
        <Field
          label="Token"
          name="secret"
          type="password"
          autocomplete="off"
          spellcheck={false}
          problem={problem.value}
        />
        <label class="check">
          <input type="checkbox" name="keep" /> Keep it on this device
        </label>
        <p class="muted">Else it is forgotten when this tab is closed.</p>
        <div class="buttons">
          <button type="button" onClick={later}>
            Not now
          </button>
          <button type="submit" class="main" disabled={isTrying.value}>
            {isTrying.value ? "Trying …" : "Go on"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function later(): void {
  putOffToken();
  const text = "This server asks for a token. Without one it shows nothing and takes no video.";
  notify({ about: "token", text, tone: "hint", action: { label: "Give a token", run: askForToken } });
}
