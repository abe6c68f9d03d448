import { computed, signal } from "@preact/signals";

/** Where one is on the page: a view, and what it shows, as in `#/wall`, `#/watch/door` or `#/history?words=red+car`. */
export interface Route {
  readonly view: string;
  /** What follows, decoded; null: nothing. */
  readonly of: string | null;
  /** What stands behind a question mark. */
  readonly query: URLSearchParams;
}

const hash = signal(location.hash);
addEventListener("hashchange", () => {
  // Others name a place in the view, such as #main.
  if (/^(#\/.*)?$/.test(location.hash)) hash.value = location.hash;
});

export const route = computed<Route>(() => {
  const [path = "", ...query] = hash.value.replace(/^#\/?/, "").split("?");
  const [view = "", of = ""] = path.split("/");
  return {
    view: view === "" ? "watch" : view,
    of: of === "" ? null : decoded(of),
    query: new URLSearchParams(query.join("?")),
  };
});

/** The address of a view, for links. */
export function href(
  view: string,
  of: string | null = null,
  query: Readonly<Record<string, string>> = {},
): string {
  const behind = new URLSearchParams(query);
  const path = of === null ? `#/${view}` : `#/${view}/${encodeURIComponent(of)}`;
  return behind.size === 0 ? path : `${path}?${behind}`;
}

/** Goes there, as a link does. */
export function go(view: string, of: string | null = null): void {
  location.hash = href(view, of);
}

/** Says where one is in another way. It is no step to which one could go back. */
export function replaceAddress(view: string, of: string | null): void {
  history.replaceState(history.state, "", href(view, of));
  hash.value = location.hash;
}

/** Resolves as soon as a view is shown. */
export function viewShown(view: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = route.subscribe((at) => {
      if (at.view !== view) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // Somebody typed the address.
  }
}
