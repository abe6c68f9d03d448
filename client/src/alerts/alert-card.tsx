import "./alert-card.css";
import { useState } from "preact/hooks";
import type { AlertObject } from "../../lib/mod.ts";
import { server } from "../app/access.ts";
import { refusal } from "../app/refusal.ts";
import { href } from "../app/route.ts";
import { moment } from "../ui/clock.ts";
import { Confirm } from "../ui/confirm.tsx";
import { counted } from "../ui/format.ts";
import { conditionsOf } from "./alert-words.ts";
import { listAlerts } from "./known-alerts.ts";

/** An alert, what has come of it, and what one can do with it. */
export function AlertCard({
  alert,
  onChange,
}: {
  readonly alert: AlertObject;
  readonly onChange: () => void;
}) {
  const { name, when, how, understood, origin, enabled } = alert;
  return (
    <article class="card alert-card" aria-label={`Alert ${name}`}>
      <div class="alert-name">
        <h3>{name}</h3>
        {enabled === false && <span class="tag">paused</span>}
      </div>
      <p class="alert-words">{when}</p>
      <p class="muted">{conditionsOf(alert).join(" · ")}</p>
      {how === "words" && understood !== when && <p class="muted">Understood as: {understood}</p>}
      {how === "question" && <p class="muted">The model is asked again and again whether it is so.</p>}
      {how === null && <p class="problem">It is never raised. {understood}</p>}
      <div class="alert-foot">
        <p class="number">{raisedWords(alert)}</p>
        {origin === "api" ? (
          <>
            <button type="button" onClick={onChange}>
              Change
            </button>
            <Delete name={name} />
          </>
        ) : (
          <p class="muted">It stands in the server’s config file, and is changed there.</p>
        )}
      </div>
    </article>
  );
}

function raisedWords({ name, raised, last_raised: last }: AlertObject) {
  if (raised === 0 || last === null)
    return <span class="muted">not raised since the server was started</span>;
  return (
    <>
      raised {counted(raised, "time")}, last {moment(last)} ·{" "}
      <a href={href("history", null, { type: "alerts", words: `"${name}"`, days: "all" })}>Look back</a>
    </>
  );
}

function Delete({ name }: { readonly name: string }) {
  const [isAsked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const close = () => {
    setAsked(false);
    setProblem(null);
  };
  const remove = async () => {
    try {
      await server.peek().alerts.delete(name);
      close();
    } catch (error) {
      setProblem(refusal(error).message);
    }
    await listAlerts();
  };
  return (
    <>
      <button type="button" onClick={() => setAsked(true)}>
        Delete
      </button>
      {isAsked && (
        <Confirm
          question={`Delete the alert ${name}?`}
          action="Delete it"
          problem={problem}
          onYes={remove}
          onNo={close}
        >
          <p>It is raised no more. What it has raised stays in the history.</p>
        </Confirm>
      )}
    </>
  );
}
