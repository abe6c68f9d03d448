import "./search-form.css";
import { type Address, KINDS, type Kind } from "./address.ts";
import { address, at, counted, found } from "./look-back.ts";

const KIND_LABELS: Readonly<Record<Kind, string>> = {
  thoughts: "Thoughts",
  alerts: "Alerts",
  questions: "Questions and answers",
  trouble: "Gaps and trouble",
};

/** What is looked for. */
export function SearchForm({ cameras }: { readonly cameras: readonly string[] }) {
  const { words, stream, kind, everyDay } = address.value;
  const go = (changes: Partial<Address>) => {
    location.hash = at({ ...changes, entry: null });
  };
  const kept = counted.value.value?.summary.streams.map((each) => each.stream) ?? [];
  const streams = [...new Set([...cameras, ...kept, ...(stream === null ? [] : [stream])])].sort();
  const problem = found.problem.value;
  const isOfWords = problem?.param === "q";
  return (
    <search>
      <form
        class="search"
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          const input = event.currentTarget.elements.namedItem("words") as HTMLInputElement;
          go({ words: input.value.trim() || null });
        }}
      >
        <label class="words">
          <span>Search in words</span>
          <input
            key={words}
            name="words"
            type="search"
            maxLength={500}
            defaultValue={words ?? ""}
            placeholder="red car"
            aria-describedby="words-help"
            aria-invalid={isOfWords}
          />
        </label>
        <button type="submit" class="main">
          Search
        </button>
        <p id="words-help" class="muted">
          {isOfWords ? (
            <span class="problem">{problem?.message}</span>
          ) : (
            <>
              All words, in any order · <code>"red car"</code> as a phrase · <code>lor*</code> as a beginning
            </>
          )}
        </p>
        <div class="filters">
          <label>
            <span>Camera</span>
            <select
              value={stream ?? ""}
              onChange={({ currentTarget }) => go({ stream: currentTarget.value || null })}
            >
              <option value="">All</option>
              {streams.map((id) => (
                <option key={id}>{id}</option>
              ))}
            </select>
          </label>
          <label>
            <span>What</span>
            <select
              value={kind ?? ""}
              onChange={({ currentTarget }) => go({ kind: (currentTarget.value || null) as Kind | null })}
            >
              <option value="">Everything</option>
              {(Object.keys(KINDS) as Kind[]).map((each) => (
                <option key={each} value={each}>
                  {KIND_LABELS[each]}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>When</span>
            <select
              value={everyDay ? "all" : ""}
              onChange={({ currentTarget }) => go({ everyDay: currentTarget.value === "all", hourMs: null })}
            >
              <option value="">This day</option>
              <option value="all">All days</option>
            </select>
          </label>
        </div>
      </form>
    </search>
  );
}
