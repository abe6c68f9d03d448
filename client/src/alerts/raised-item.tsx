import "./raised-item.css";
import { href } from "../app/route.ts";
import { moment } from "../ui/clock.ts";
import { KeptPicture } from "../ui/kept-picture.tsx";
import type { Raised } from "./read-alerts.ts";

/** An alert that was raised, with its picture. */
export function RaisedItem({ raised: { stream, event, heardAtMs } }: { readonly raised: Raised }) {
  const { alert, message, snapshot } = event;
  return (
    <div class="raised-item">
      {snapshot !== null && <KeptPicture path={snapshot} alt="" />}
      <div>
        <p class="raised-name">{alert}</p>
        <p>{message}</p>
        <p class="muted">
          <span class="number">{moment(heardAtMs)}</span> · <a href={href("watch", stream)}>Watch {stream}</a>
        </p>
      </div>
    </div>
  );
}
