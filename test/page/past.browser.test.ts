import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { NewEvent } from "../../src/history/changes.ts";
import { HistoryStore } from "../../src/history/store.ts";
import { browserPath, launchBrowser, openPage } from "../support/browser.ts";
import { BUILT_PAGE } from "../support/build.ts";
import { SAMPLE_DIR } from "../support/clips.ts";
import { historyPath, kept, newHistory, writeAll } from "../support/history.ts";
import type { ScriptedStream } from "../support/scripted-engine.ts";
import { picture, startScriptedServer } from "../support/server.ts";
import { STREET_LANGUAGE } from "../support/street-language.ts";
import { secretOf, startGuardedServer } from "../support/tokens.ts";

const HOUR = 3_600_000;
const script = { model: { language: STREET_LANGUAGE }, thought: () => null };
const street = { url: join(SAMPLE_DIR, "street.mp4"), loop: true };

/** Noon of yesterday, by the clocks of this machine and of its browser. */
function noon(): number {
  const date = new Date();
  date.setDate(date.getDate() - 1);
  return date.setHours(12, 0, 0, 0);
}

/** A history of yesterday: an hour of many thoughts of one camera, a few of another, an alert and a time without a record. */
async function filled() {
  const path = await historyPath();
  const store = await HistoryStore.open(path, null, noon() - 3 * HOUR);
  const raised = {
    ...{ type: "alert.raised", event_id: "event_70", alert: "comes", when: "a person enters" },
    ...{ message: "A red person enters.", media_time_ms: 0, response_id: null, zone: null, snapshot: null },
  };
  const alert: Partial<NewEvent> = { type: "alert", event: JSON.stringify(raised), wallMs: noon() + 61_000 };
  const events = [
    kept("yard", 0, "a dog sleeps", { wallMs: noon() - 2 * HOUR }),
    ...Array.from({ length: 60 }, (_, i) =>
      kept("street", i, `a red car enters from the left #${i + 1}`, { wallMs: noon() + 1000 * i }),
    ),
    kept("street", 70, "comes: a person enters. A red person enters.", alert),
  ];
  const jpeg = new Uint8Array(await picture("jpeg", { width: 320, height: 180 }));
  writeAll(store, [...events, { what: "picture", stream: "street", number: 40, jpeg }], noon() + HOUR);
  store.close(noon() + HOUR);
  // The server was away for two hours.
  (await HistoryStore.open(path, null, noon() + 3 * HOUR)).close(noon() + 3 * HOUR);
  const history = newHistory(path);
  await history.open();
  onTestFinished(() => history.close());
  return history;
}

async function axe(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = (await page.evaluate("axe.run()")) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** A stream thinks of several things, all at once. */
function think(stream: ScriptedStream, texts: readonly string[]): void {
  for (const text of texts) {
    const at = { unit: 1000 + thoughts, mediaTimeMs: 1_000_000 + 1000 * thoughts };
    stream.emit({
      ...{
        type: "thought.done",
        thought: `told_${thoughts++}`,
        ...at,
        sinceMediaTimeMs: at.mediaTimeMs - 500,
      },
      ...{ text, skipped: false, skipReason: null, prompt: null, unfamiliar: false, stop: "end", tokens: 3 },
      ...{ ttftMs: 1, stalenessMs: 1, reasoned: { startedAtMs: 0, finishedAtMs: 1 } },
    });
  }
}
let thoughts = 0;

describe.skipIf(browserPath === null)("looking back, and alerts", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it("shows a day by hour and camera, finds words, and what was said around them", async () => {
    await using server = await startScriptedServer(script, {
      ...{ clientDir: BUILT_PAGE, history: await filled(), cameras: { yard: street } },
    });
    const page = await openPage(browser, server.url, { width: 360, height: 740 });
    await page.getByRole("link", { name: "History" }).click();
    await page.getByText("Nothing is kept of this day.").waitFor();
    await page.getByRole("link", { name: /^Go to the newest day/ }).click();
    await page.getByText(/^61 thoughts and 1 alert\./).waitFor();
    await page.getByText(/Most was thought about street between 12:00 and 13:00 \(60 thoughts\)/).waitFor();
    await page.getByRole("link", { name: "yard, 10:00 to 11:00: 1 thought", exact: true }).waitFor();
    await page.getByRole("link", { name: /^yard, 13:00 .*nothing recorded for 1 h$/ }).waitFor();
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);

    const busy = page.getByRole("link", { name: "street, 12:00 to 13:00: 60 thoughts, 1 alert" });
    await busy.click();
    await page.getByRole("heading", { name: "12:00 to 13:00, street" }).waitFor();
    const found = page.getByRole("list", { name: "12:00 to 13:00, street" }).getByRole("listitem");
    await page.getByText("The newest 50").waitFor();
    expect(await found.first().textContent()).toMatch(/alert comesA red person enters\.$/);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByText("61 found").waitFor();
    expect(await found.count()).toBe(61);
    await busy.focus();
    await page.keyboard.press("ArrowLeft");
    const focused = await page.evaluate("document.activeElement.getAttribute('aria-label')");
    expect(focused).toBe("street, 11:00 to 12:00: 0 thoughts");

    await page.getByRole("searchbox", { name: "Search in words" }).fill('"left 41"');
    await page.keyboard.press("Enter");
    await page.getByText("1 found", { exact: true }).waitFor();
    const address = page.url();
    await page
      .getByRole("listitem")
      .getByRole("link", { name: /enters from the left · 41st/ })
      .click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("img", { name: /^Picture of street at 12:00:40/ }).waitFor();
    const current = dialog.locator("[aria-current]");
    expect(await current.textContent()).toContain("12:00:40");
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press("ArrowDown");
    await dialog.getByText("The nearest picture that is kept: 1.0 s earlier.").waitFor();
    expect(await current.textContent()).toContain("12:00:41");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(page.url()).toBe(address);
    await page.reload();
    await page.getByText("1 found", { exact: true }).waitFor();
    await page.goBack();
    await page.getByText("The newest 50").waitFor();

    await page.getByRole("searchbox", { name: "Search in words" }).fill("dog");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByText("Nothing is found for dog.").waitFor();
    await page.getByRole("combobox", { name: "Camera" }).selectOption("");
    await page.getByRole("link", { name: "Search all days" }).click();
    await page.getByRole("link", { name: /yard.*a dog sleeps$/ }).waitFor();

    await page.getByRole("link", { name: "Alerts", exact: true }).click();
    await page.getByRole("button", { name: "New alert" }).click();
    const when = page.getByRole("textbox", { name: "What must happen, in English" });
    await when.fill("a drone enters");
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByText('The word "drone" is unknown to this model').waitFor();
    await when.fill("a vehicle drives in");
    await page.getByRole("combobox", { name: "Time against which it is tried" }).selectOption("7d");
    await page.getByRole("spinbutton", { name: "Then not again for" }).fill("");
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByText("In the last 7 days it would have been raised 60 times.").waitFor();
    const tried = await page.getByRole("region", { name: "Try it" }).textContent();
    expect(tried).toMatch(/Understood as: .*car.* Tried on 61 thoughts of street, yard\./);
    expect(await page.locator(".tried").getByRole("listitem").count()).toBe(20);
    expect(await axe(page)).toEqual([]);
  });

  it("makes alerts in words, tells when they are raised, and misses none of many", async () => {
    await using server = await startScriptedServer(script, {
      ...{ clientDir: BUILT_PAGE, cameras: { street }, alerts: { given: { when: "a car stops" } } },
    });
    const page = await openPage(browser, server.url);
    await page.context().grantPermissions(["notifications"]);
    await page.addInitScript(`
      window.told = [];
      window.Notification = class extends Notification {
        constructor(title, options) { super(title, options); told.push(this); }
      };
      window.notes = 0;
      const { start } = OscillatorNode.prototype;
      OscillatorNode.prototype.start = function (...at) { notes++; return start.apply(this, at); };
    `);
    await page.goto(`${server.url}/#/history`);
    await page.reload();
    await page.getByRole("heading", { name: "This server keeps no history" }).waitFor();

    await page.getByRole("link", { name: "Alerts", exact: true }).click();
    const given = page.getByRole("article", { name: "Alert given" });
    await given.getByText("It stands in the server’s config file").waitFor();
    expect(await given.getByRole("button").count()).toBe(0);
    await page.getByRole("button", { name: "New alert" }).click();
    const form = page.getByRole("dialog", { name: "New alert" });
    const when = form.getByRole("textbox", { name: "What must happen, in English" });
    await when.fill("a drone enters");
    await form.getByRole("button", { name: "Save" }).click();
    await form.getByText('The word "drone" is unknown to this model').waitFor();
    expect(await when.getAttribute("aria-invalid")).toBe("true");
    await form.getByRole("button", { name: "a person enters from the left" }).click();
    await expect.poll(() => when.inputValue()).toBe("a person enters from the left");
    const name = form.getByRole("textbox", { name: "Its name" });
    await expect.poll(() => name.inputValue()).toBe("person-enters-from-left");
    await name.fill("given");
    await form.getByText("There is an alert given already.").waitFor();
    await name.fill("comes");
    await form.getByRole("spinbutton", { name: "Then not again for" }).fill("");
    await form.getByRole("checkbox", { name: "every stream" }).uncheck();
    await form.getByRole("button", { name: "Try it" }).click();
    await form.getByText("This server keeps no history, so there is nothing to try it against.").waitFor();
    expect(await axe(page)).toEqual([]);
    await form.getByRole("button", { name: "Save" }).click();
    const comes = page.getByRole("article", { name: "Alert comes" });
    await comes.getByText("on street", { exact: true }).waitFor();

    await page.getByRole("checkbox", { name: /Show a notification/ }).check();
    await page.getByRole("checkbox", { name: "Sound a tone" }).check();
    await expect.poll(() => page.evaluate("told[0]?.body")).toBe("Alerts are told here.");
    await expect.poll(() => page.evaluate("notes")).toBe(2);
    await page.getByRole("link", { name: "Watch", exact: true }).click();
    const toast = page.getByRole("complementary", { name: "Raised alerts" });
    think(server.engine.opened[0]!, Array(3).fill("a red person enters from the left"));
    await toast.getByRole("link", { name: "and 2 more" }).waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    const box = await page.getByRole("textbox", { name: /^Ask/ }).boundingBox();
    const line = (await toast.boundingBox())!;
    expect(line.y + line.height).toBeLessThan(box!.y);
    expect(line.height, "it is one line").toBeLessThan(2.5 * box!.height);
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(await page.evaluate("told.slice(1).map(({ title }) => title)")).toEqual(
      Array(3).fill("comes on street"),
    );
    await expect.poll(() => page.evaluate("notes")).toBe(4);
    // On the card of its stream, and on the time line of what is watched, it stands already.
    await page.getByRole("link", { name: "Wall", exact: true }).click();
    await page.getByText("A red person enters from the left.").first().waitFor();
    expect(await toast.textContent()).toBe("");
    await page.getByRole("link", { name: "Alerts", exact: true }).click();
    const lately = page.getByRole("region", { name: /^Raised since/ }).getByRole("listitem");
    await expect.poll(() => lately.count()).toBe(3);
    await comes.getByText(/raised 3 times/).waitFor();
    await page.evaluate("told.at(-1).onclick()");
    await expect.poll(() => page.url()).toMatch(/#\/watch\/street$/);
    await page.goBack();

    await comes.getByRole("button", { name: "Change" }).click();
    const change = page.getByRole("dialog", { name: "Change the alert comes" });
    await change.getByRole("spinbutton", { name: "It must hold for" }).fill("30");
    await change.getByRole("button", { name: "Save" }).click();
    await change.getByText("That happens in a moment, so it cannot hold.").waitFor();
    await change.getByRole("button", { name: "Cancel" }).click();
    await comes.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete it" }).click();
    await comes.waitFor({ state: "detached" });
  });

  it("says what a token does not allow", async () => {
    await using server = await startGuardedServer(
      [{ name: "viewer", scopes: ["watch"] }],
      { clientDir: BUILT_PAGE, cameras: { street } },
      script,
    );
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.addInitScript(`sessionStorage.setItem("thinkalong-token", "${secretOf("viewer")}")`);
    await page.goto(`${server.url}/#/alerts`);
    await page.getByText("There is no alert yet.").waitFor();
    await page.getByRole("button", { name: "New alert" }).click();
    await page.getByRole("textbox", { name: "What must happen, in English" }).fill("a car stops");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText('Your token does not allow "admin".').waitFor();
  });
});
