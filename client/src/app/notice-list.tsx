import "./notice-list.css";
import { Countdown } from "../ui/countdown.tsx";
import { type Notice, notices, withdraw } from "./notices.ts";

/** What a person should know or do, until it is over or put away. */
export function NoticeList() {
  return (
    <section class="notices" aria-label="Notices" aria-live="polite">
      {notices.value.map((notice) => (
        <Line key={notice.about} notice={notice} />
      ))}
    </section>
  );
}

function Line({ notice: { about, text, tone, action, againAtMs } }: { readonly notice: Notice }) {
  return (
    <div class={`notice ${tone}`} role={tone === "problem" ? "alert" : undefined}>
      <p>
        {text}
        {againAtMs !== undefined && (
          <span class="again">
            {" "}
            Next try in <Countdown untilMs={againAtMs} />.
          </span>
        )}
      </p>
      {action && (
        <button type="button" onClick={action.run}>
          {action.label}
        </button>
      )}
      <button
        type="button"
        class="plain"
        aria-label="Put this notice away"
        title="Put this notice away"
        onClick={() => withdraw(about)}
      >
        ✕
      </button>
    </div>
  );
}
