import "./alert-form.css";
import { useState } from "preact/hooks";
import type { AlertObject, ClientError } from "../../lib/mod.ts";
import { server } from "../app/access.ts";
import { refusal } from "../app/refusal.ts";
import { useStreams } from "../app/streams-poll.ts";
import { Dialog } from "../ui/dialog.tsx";
import { BetweenField } from "./between-field.tsx";
import { DurationField } from "./duration-field.tsx";
import { listAlerts, names } from "./known-alerts.ts";
import { examplesIn, fieldsOf, type RuleFields, ruleOf, suggestedName } from "./rule-form.ts";
import { StreamsField } from "./streams-field.tsx";
import { TryOut } from "./try-out.tsx";

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const STREAMS_MS = 10_000;
/** Fields beside which their own problem is told. */
const FIELDS: ReadonlySet<string> = new Set([
  "when",
  "for",
  "between",
  "time_zone",
  "cooldown",
  "streams",
  "zone",
]);

/** Makes an alert, or changes one. */
export function AlertForm({
  alert,
  onDone,
}: {
  /** Null: a new one. */
  readonly alert: AlertObject | null;
  readonly onDone: () => void;
}) {
  const cameras = (useStreams(STREAMS_MS) ?? []).flatMap((each) => (each.kind === "camera" ? [each] : []));
  const [fields, setFields] = useState(() => fieldsOf(alert, OWN_ZONE));
  const [isNamed, setNamed] = useState(alert !== null);
  const [problem, setProblem] = useState<ClientError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const change = (some: Partial<RuleFields>) => setFields({ ...fields, ...some });
  const name = isNamed ? fields.name : suggestedName(fields.when, names.value);
  const about = problem?.param?.replace(/^rule\./, "").split(".")[0] ?? null;
  const wrong = (field: string) => (about === field ? (problem?.message ?? null) : null);
  const isTaken = alert === null && names.value.has(name);
  const save = async () => {
    setBusy(true);
    try {
      await server.peek().alerts.put(name, ruleOf(fields));
      void listAlerts();
      onDone();
    } catch (error) {
      setProblem(refusal(error));
      setBusy(false);
    }
  };
  const zones = [
    ...new Set(
      cameras
        .filter(({ id }) => fields.streams === null || fields.streams.includes(id))
        .flatMap(({ settings }) => Object.keys((settings.zones as object | undefined) ?? {})),
    ),
  ];
  return (
    <Dialog label={alert === null ? "New alert" : `Change the alert ${alert.name}`} isForm onClose={onDone}>
      <form
        class="alert-form"
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isTaken) void save();
        }}
      >
        <h2>{alert === null ? "New alert" : `Change ${alert.name}`}</h2>
        <label>
          <span>What must happen, in English</span>
          <input
            name="when"
            type="text"
            required
            maxLength={300}
            placeholder="a person enters from the left"
            value={fields.when}
            aria-invalid={wrong("when") !== null}
            aria-describedby={wrong("when") === null ? undefined : "when-wrong"}
            onInput={({ currentTarget }) => change({ when: currentTarget.value })}
          />
        </label>
        <Wrong id="when-wrong" message={wrong("when")} />
        <Examples message={wrong("when") ?? wrong("for")} onChoose={(when) => change({ when })} />
        <label>
          <span>Its name</span>
          <input
            name="name"
            type="text"
            required
            pattern="[A-Za-z0-9][\w.\-]{0,63}"
            title="A letter or digit, then up to 63 letters, digits, -, _ and dots"
            readOnly={alert !== null}
            value={name}
            aria-invalid={isTaken}
            onInput={({ currentTarget }) => {
              setNamed(true);
              change({ name: currentTarget.value });
            }}
          />
        </label>
        <Wrong message={isTaken ? `There is an alert ${name} already. Give this one another name.` : null} />
        <StreamsField
          cameras={cameras.map(({ id }) => id)}
          value={fields.streams}
          onChange={(streams) => change({ streams })}
        />
        <Wrong message={wrong("streams")} />
        <div class="pair">
          <DurationField
            label="It must hold for"
            none="at once"
            value={fields.for}
            onChange={(value) => change({ for: value })}
          />
          <DurationField
            label="Then not again for"
            none="raised each time"
            value={fields.cooldown}
            onChange={(cooldown) => change({ cooldown })}
          />
        </div>
        <Wrong message={wrong("for") ?? wrong("cooldown")} />
        <BetweenField fields={fields} onChange={change} />
        <Wrong message={wrong("between") ?? wrong("time_zone")} />
        {(zones.length > 0 || fields.zone !== "") && (
          <label>
            <span>In the zone</span>
            <select
              value={fields.zone}
              onChange={({ currentTarget }) => change({ zone: currentTarget.value })}
            >
              <option value="">anywhere</option>
              {[...new Set([...zones, ...(fields.zone === "" ? [] : [fields.zone])])].map((zone) => (
                <option key={zone}>{zone}</option>
              ))}
            </select>
          </label>
        )}
        <Wrong message={wrong("zone")} />
        <label class="check">
          <input
            type="checkbox"
            checked={!fields.enabled}
            onChange={({ currentTarget }) => change({ enabled: !currentTarget.checked })}
          />
          Paused: it is kept, and not raised
        </label>
        <Wrong message={about === null || !FIELDS.has(about) ? (problem?.message ?? null) : null} />
        <TryOut rule={() => ruleOf(fields)} isReady={fields.when.trim() !== ""} onProblem={setProblem} />
        <div class="buttons">
          <button type="button" onClick={onDone}>
            Cancel
          </button>
          <button type="submit" class="main" disabled={isBusy}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Wrong({ id, message }: { readonly id?: string; readonly message: string | null }) {
  if (message === null) return null;
  return (
    <p id={id} class="problem" role="alert">
      {message}
    </p>
  );
}

/** What the model could say instead. */
function Examples({
  message,
  onChoose,
}: {
  readonly message: string | null;
  readonly onChoose: (when: string) => void;
}) {
  const examples = message === null ? [] : examplesIn(message);
  if (examples.length === 0) return null;
  return (
    <div class="examples">
      {examples.map((example) => (
        <button key={example} type="button" onClick={() => onChoose(example)}>
          {example}
        </button>
      ))}
    </div>
  );
}
