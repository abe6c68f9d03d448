import "./thought-text.css";
import { numberInWords, partsOf } from "../story/running-number.ts";

/** A thought as it was said, with the running numbers of the bundled narrator in words. */
export function ThoughtText({ text }: { readonly text: string }) {
  return (
    <>
      {partsOf(text).map(({ text, number }, at) => (
        <span key={at}>
          {at > 0 && ", "}
          {text}
          {number !== null && <span class="running-number"> · {numberInWords(number)}</span>}
        </span>
      ))}
    </>
  );
}
