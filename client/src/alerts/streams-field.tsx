/** Which streams an alert watches. */
export function StreamsField({
  cameras,
  value,
  onChange,
}: {
  readonly cameras: readonly string[];
  /** Null: all. */
  readonly value: readonly string[] | null;
  readonly onChange: (value: readonly string[] | null) => void;
}) {
  // A rule may name a stream that is not there now.
  const all = [...new Set([...cameras, ...(value ?? [])])].sort();
  return (
    <fieldset class="streams-field">
      <legend>On</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={value === null}
          disabled={value === null && all.length === 0}
          onChange={({ currentTarget }) => onChange(currentTarget.checked ? null : all.slice(0, 1))}
        />
        every stream
      </label>
      {value !== null &&
        all.map((id) => (
          <label key={id} class="check">
            <input
              type="checkbox"
              checked={value.includes(id)}
              onChange={({ currentTarget }) =>
                onChange(currentTarget.checked ? [...value, id] : value.filter((each) => each !== id))
              }
            />
            {id}
          </label>
        ))}
    </fieldset>
  );
}
