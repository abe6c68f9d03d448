import { existsSync } from "node:fs";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of a browser: CHROMIUM_PATH, else Chromium or Chrome in its usual place; null when there is none. */
export const browserPath: string | null =
  process.env.CHROMIUM_PATH ?? USUAL.find((path) => existsSync(path)) ?? null;

if (browserPath === null) {
  console.warn("No Chromium found: the browser tests are skipped. Install chromium or set CHROMIUM_PATH.");
}

/** How a browser is to be. */
export interface BrowserOptions {
  /** Whether pages get the fake camera and the screen without a question. Else they are refused. Default: true. */
  readonly allowsCamera?: boolean;
  /** A host name that leads to this machine, such as `camera.lan`. */
  readonly hostName?: string;
}

/** Starts the browser without a window, with a fake camera, and without network traffic of its own. */
export function launchBrowser({ allowsCamera = true, hostName }: BrowserOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath!,
    args: [
      "--no-sandbox",
      "--use-fake-device-for-media-stream",
      ...(allowsCamera ? ["--use-fake-ui-for-media-stream"] : []),
      ...(hostName === undefined ? [] : [`--host-resolver-rules=MAP ${hostName} 127.0.0.1`]),
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** Opens the page for one test and waits until it is connected. An error in the page fails the test. */
export async function openPage(
  browser: Browser,
  url: string,
  viewport = { width: 1280, height: 800 },
): Promise<Page> {
  const context = await browser.newContext({ viewport });
  // As for the tests themselves: a machine that is shared may stand still for a minute.
  context.setDefaultTimeout(150_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) errors.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    expect(errors).toEqual([]);
  });
  await page.goto(url);
  await page.getByText("connected", { exact: true }).waitFor();
  return page;
}

/** Asks a question on the page, and waits for the whole answer. Returns the two. */
export async function askOnPage(page: Page, question: string): Promise<Locator> {
  await page.getByRole("textbox", { name: /Ask about/ }).fill(question);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  const answers = page.getByRole("list", { name: "Questions and answers" });
  const exchange = answers.locator("> li").filter({ hasText: question });
  await exchange.getByText(/first word after/).waitFor();
  return exchange;
}
