/** Puts a text on the clipboard. Rejects where the browser does not let it. */
export async function copyText(text: string): Promise<void> {
  // It is there on https: and on localhost only.
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  const before = document.activeElement as HTMLElement | null;
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  before?.focus();
  if (!isCopied) throw new Error("The browser does not let this page copy.");
}

/** Gives a text to the browser's downloads. */
export function downloadText(text: string, mime: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: mime }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
