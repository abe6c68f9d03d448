import "./notice-list.css";
import { notices, withdraw } from "./notices.ts";

/** What a person should know or do, until it is over or put away. */
export function NoticeList() {
  return (
    <div class="notices">
      {notices.value.map(({ about, text, tone, action }) => (
        <p key={about} class={`notice ${tone}`} role={tone === "problem" ? "alert" : "status"}>
          <span>{text}</span>
          {action && (
            <button type="button" onClick={action.run}>
              {action.label}
            </button>
          )}
          <button
            type="button"
            class="plain"
            aria-label="Put this notice away"
            onClick={() => withdraw(about)}
          >
            ✕
          </button>
        </p>
      ))}
    </div>
  );
}
