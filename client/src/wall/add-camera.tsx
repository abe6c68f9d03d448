import { refused } from "../app/access.ts";
import { openUrlDialog } from "../sources/url-dialog.tsx";

/** Opens the dialog for a camera's address, unless the server has said that this visitor may add none. */
export function AddCamera() {
  if (refused.value.has("admin")) return null;
  return (
    <button type="button" aria-haspopup="dialog" onClick={openUrlDialog}>
      Add a camera …
    </button>
  );
}
