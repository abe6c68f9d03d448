import "./try-out.css";
import { useState } from "preact/hooks";
import type { AlertRule, AlertTrial, ClientError } from "../../lib/mod.ts";
import { server } from "../app/access.ts";
import { refusal } from "../app/refusal.ts";
import { href } from "../app/route.ts";
import { moment } from "../ui/clock.ts";
import { counted } from "../ui/format.ts";
import { KeptPicture } from "../ui/kept-picture.tsx";

const SPANS = { "24h": "the last 24 hours", "7d": "the last 7 days" } as const;
type Span = keyof typeof SPANS;

const MOST_SHOWN = 20;

/** Says how often a rule would have been raised, by what is kept, before it is saved. */
export function TryOut({
  rule,
  isReady,
  onProblem,
}: {
  readonly rule: () => AlertRule;
  readonly isReady: boolean;
  /** Told what is wrong with a field of the rule; null: nothing is. */
  readonly onProblem: (problem: ClientError | null) => void;
}) {
  const [span, setSpan] = useState<Span>("24h");
  const [state, setState] = useState<{ span: Span; trial: AlertTrial } | string | "trying" | null>(null);
  const tryIt = async () => {
    setState("trying");
    onProblem(null);
    try {
      const trial = await server.peek().alerts.try(rule(), { from: span, limit: MOST_SHOWN });
      setState({ span, trial });
    } catch (error) {
      const problem = refusal(error);
      const isOfRule = problem.param?.startsWith("rule.") ?? false;
      if (isOfRule) onProblem(problem);
      setState(isOfRule ? null : whyNot(problem));
    }
  };
  return (
    <section class="try-out" aria-label="Try it">
      <div class="try-head">
        <button type="button" disabled={!isReady || state === "trying"} onClick={tryIt}>
          Try it
        </button>
        <span>against</span>
        <select
          aria-label="Time against which it is tried"
          value={span}
          onChange={({ currentTarget }) => setSpan(currentTarget.value as Span)}
        >
          {(Object.keys(SPANS) as Span[]).map((each) => (
            <option key={each} value={each}>
              {SPANS[each]}
            </option>
          ))}
        </select>
      </div>
      <div role="status">
        {state === "trying" && <p class="muted">Trying …</p>}
        {typeof state === "string" && state !== "trying" && <p>{state}</p>}
        {state !== null && typeof state === "object" && <Tried span={state.span} trial={state.trial} />}
      </div>
    </section>
  );
}

function Tried({ span, trial }: { readonly span: Span; readonly trial: AlertTrial }) {
  const { raised, understood, data } = trial;
  const often = raised === 0 ? "not have been raised" : `have been raised ${counted(raised, "time")}`;
  return (
    <>
      <p>
        In {SPANS[span]} it would <strong>{often}</strong>.
      </p>
      <p class="muted">
        Understood as: {understood}. {triedOn(trial)}
      </p>
      {data.length > 0 && (
        <ol class="tried">
          {data.map((each) => (
            <li key={`${each.stream} ${each.event_id} ${each.time}`}>
              {each.snapshot !== null && <KeptPicture path={each.snapshot} alt="" />}
              <span>
                <a
                  class="number"
                  href={href("history", null, { hour: hourOf(each.time), stream: each.stream })}
                  target="_blank"
                  rel="noreferrer"
                >
                  {moment(each.time)}
                  <span class="unseen"> in the history, in another tab</span>
                </a>
                <span class="muted"> · {each.stream}</span>
                <br />
                {each.message}
              </span>
            </li>
          ))}
        </ol>
      )}
      {raised > data.length && <p class="muted">These are the newest {data.length}.</p>}
    </>
  );
}

/** Names of more streams than these would fill the form. */
const FEW_STREAMS = 4;

function triedOn({ tried: { thoughts, streams, capped }, from }: AlertTrial): string {
  if (streams.length === 0) return "Nothing was recorded in this time.";
  const of = streams.length > FEW_STREAMS ? counted(streams.length, "stream") : streams.toSorted().join(", ");
  const since = capped ? `, since ${moment(from)}: there was more than can be tried at once` : "";
  return `Tried on ${counted(thoughts, "thought")} of ${of}${since}.`;
}

function whyNot({ code, message }: ClientError): string {
  if (code === "no_history")
    return "This server keeps no history, so there is nothing to try it against. It can be saved all the same.";
  return message;
}

function hourOf(time: string): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}
