/** Lines of each icon in a square of 24. */
const PATHS = {
  clip: "M4 5h16v14H4z M10 9v6l5-3z",
  webcam: "M12 4a6 6 0 1 0 0 12a6 6 0 1 0 0-12z M12 8a2 2 0 1 0 0 4a2 2 0 1 0 0-4z M7 20h10 M12 16v4",
  screen: "M3 5h18v11H3z M8 20h8 M12 16v4",
  file: "M6 3h8l4 4v14H6z M14 3v4h4",
  link: "M3 8h11v8H3z M14 11l6-3v8l-6-3",
  before: "M15 5l-7 7l7 7",
  after: "M9 5l7 7l-7 7",
  key: "M8 10a4 4 0 1 0 0 8a4 4 0 1 0 0-8z M11 11.5L20 3 M16.5 6.5l3 3",
} as const;

/** A small drawing beside a word. What it means is said in words, so screen readers leave it out. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.75"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
