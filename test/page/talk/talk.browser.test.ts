import { readFile } from "node:fs/promises";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserPath, launchBrowser, openPage } from "../../support/browser.ts";
import { BUILT_PAGE } from "../../support/build.ts";
import { SAMPLE_DIR } from "../../support/clips.ts";
import type { Script } from "../../support/scripted-engine.ts";
import { startScriptedServer, until } from "../../support/server.ts";

const QUESTIONS = ["how many cars passed?", "what colour was the last person?", "what happened last?"];
const SLOW = "word0 word1 word2";

const script: Script = {
  thought: (unit) => (unit % 4 === 1 ? "a red car enters from the left" : null),
  answer: (question) => (question.startsWith("slow") ? SLOW : `about ${question}`),
  isHeldOpen: (question) => question.startsWith("slow"),
  atLeastBecause: (question) => (question === "how many cars passed?" ? ["gap"] : []),
  note: (question) => (question === "how many cars passed?" ? "What stands there is not counted." : ""),
  unanswerable: (question) =>
    question.includes("france") ? { unknownWords: ["france"], examples: QUESTIONS } : null,
  pauseMs: 40,
  model: { exampleQuestions: QUESTIONS },
};
const options = { clientDir: BUILT_PAGE, sampleDir: SAMPLE_DIR };

const box = (page: Page) => page.getByRole("textbox", { name: /Ask about/ });
/** Those whose question it is, the newest first. */
const exchange = (page: Page, question: string) =>
  page.getByRole("list", { name: "Questions and answers" }).locator("> li").filter({ hasText: question });

async function ask(page: Page, ...questions: string[]): Promise<void> {
  for (const question of questions) {
    await box(page).fill(question);
    await page.keyboard.press("Enter");
  }
}

/** How far it reaches beyond what one sees of the page without scrolling (px). */
async function outOfView(page: Page, what: Locator): Promise<number> {
  const { x, y, width, height } = (await what.boundingBox())!;
  const seen = page.viewportSize()!;
  return Math.max(0, -x, -y, x + width - seen.width, y + height - seen.height);
}

async function download(page: Page, button: string): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: button }).click();
  const file = await coming;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

describe.skipIf(browserPath === null)("the conversation", () => {
  let browser: Browser;
  beforeAll(async () => {
    if (browserPath !== null) browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it("answers several questions at once, beside the video, and can be taken along", async () => {
    await using server = await startScriptedServer(script, options);
    const page = await openPage(browser, server.url, { width: 1366, height: 768 });
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const chips = page.getByRole("list", { name: "Questions to ask" });
    await chips.getByRole("button", { name: QUESTIONS[0]! }).waitFor();
    expect(await chips.getByRole("button").allTextContents(), "of a person nothing was told").not.toContain(
      QUESTIONS[1],
    );

    // Four are as many as the engine takes at once; the fifth is refused.
    await ask(page, "slow one", "slow two", "slow three", "slow four", "what moves?");
    const [one, refused] = [exchange(page, "slow one"), exchange(page, "what moves?")];
    await exchange(page, "slow four").getByText("word0").waitFor();
    await refused.getByText("4 questions are open. Wait for an answer.").waitFor();
    await one.getByText("word2").waitFor();
    await one.getByRole("button", { name: "Stop" }).click();
    await one.getByText(/stopped/).waitFor();
    await one.getByText(/^at 0:\d\d\.\d/).waitFor();
    expect(await one.locator(".answer").textContent()).toBe(SLOW);
    await refused.getByRole("button", { name: "Retry" }).click();
    await page.getByText("about what moves?", { exact: true }).waitFor();
    await refused.getByText(/^at 0:\d\d\.\d · first word after \d+ ms$/).waitFor();
    expect(await exchange(page, "what moves?").count()).toBe(1);
    for (const slow of ["slow two", "slow three", "slow four"])
      await exchange(page, slow).getByRole("button", { name: "Stop" }).click();

    await ask(page, "where is france?");
    const outside = exchange(page, "where is france?");
    await outside.getByText('It does not know "france". It can answer, for example:').waitFor();
    await outside.getByRole("button", { name: QUESTIONS[0]! }).click();
    await exchange(page, QUESTIONS[0]!).first().getByText("What stands there is not counted.").waitFor();
    await exchange(page, QUESTIONS[0]!).first().getByText("at least about").waitFor();
    await exchange(page, QUESTIONS[0]!).first().getByText("for a time nothing was seen").waitFor();
    expect(await page.getByRole("log", { name: "Answers" }).textContent()).toContain(`about ${QUESTIONS[0]}`);

    const newest = page.getByRole("list", { name: "Questions and answers" }).locator("> li").first();
    expect(await newest.textContent()).toContain(`about ${QUESTIONS[0]}`);
    expect(await exchange(page, "").count()).toBeGreaterThanOrEqual(7);
    expect(await outOfView(page, box(page))).toBe(0);
    expect(await outOfView(page, newest)).toBe(0);

    await page.getByRole("button", { name: "Take along" }).click();
    const lines = await download(page, "Download JSONL");
    expect(lines.name).toMatch(/^thinkalong-street-.*\.jsonl$/);
    const events = lines.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).event);
    expect(events.map(({ type }) => type)).toContain("response.reasoning_text.done");
    expect(events).toContainEqual(expect.objectContaining({ text: "about what moves?", note: "" }));
    const subtitles = await download(page, "Download subtitles (VTT)");
    expect(subtitles.text).toMatch(
      /^WEBVTT\n\n00:00:0[\d.]+ --> 00:00:[\d.]+\na red car enters from the left\n/,
    );
    expect(subtitles.text).toContain("line:0\n<i>what moves?</i>\nabout what moves?\n");
    await page.getByRole("button", { name: "Copy as text" }).click();
    await page.getByText("Copied.", { exact: true }).waitFor();
    const copied = (await page.evaluate("navigator.clipboard.readText()")) as string;
    expect(copied).toMatch(/^0:0\d\.\d {2}a red car enters from the left$/m);
    expect(copied).toMatch(/^0:\d\d\.\d {2}where is france\? – about where is france\? \(It does not know/m);
  });

  it("is used with the keyboard alone, below the video on a phone, and waits for a lost connection", async () => {
    // The page asks a question about a sample by itself, too.
    const asked: string[] = [];
    const answer = (question: string) => {
      asked.push(question);
      return script.answer!(question);
    };
    const first = await startScriptedServer({ ...script, answer }, options);
    const page = await openPage(browser, first.url, { width: 360, height: 740 });
    const { keyboard } = page;
    await page.getByRole("button", { name: QUESTIONS[0]! }).waitFor();
    await box(page).focus();
    const long = "one two three four five six seven eight nine";
    await keyboard.type(long);
    await page.getByText("at most 8 words. This one has 9.").waitFor();
    await keyboard.press("Enter");
    await box(page).fill("");
    for (const question of ["a", "b", "c", "d"]) {
      await keyboard.type(`what is ${question}?`);
      await keyboard.press("Enter");
      await page.getByText(`about what is ${question}?`, { exact: true }).waitFor();
    }
    for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown"]) await keyboard.press(key);
    await expect.poll(() => box(page).inputValue(), { timeout: 60_000 }).toBe("what is c?");
    await keyboard.press("Enter");
    await until("asked again", () => asked.filter((question) => question === "what is c?").length === 2);
    expect(await exchange(page, long).count(), "what is too long is not asked").toBe(0);
    const newest = page.getByRole("list", { name: "Questions and answers" }).locator("> li").first();
    await newest.getByText("about what is c?", { exact: true }).waitFor();
    await newest.getByText(/first word after/).waitFor();
    await page.evaluate("scrollTo(0, 0)");
    expect(await outOfView(page, box(page))).toBe(0);
    expect(await outOfView(page, newest)).toBe(0);

    // From the box over its button to the first chip.
    await box(page).focus();
    await keyboard.press("Tab");
    await keyboard.press("Tab");
    const chip = (await page.evaluate("document.activeElement.textContent")) as string;
    expect(QUESTIONS).toContain(chip);
    await keyboard.press("Enter");
    await page.getByText(`about ${chip}`, { exact: true }).waitFor();
    await page.getByRole("button", { name: "Take along" }).focus();
    await keyboard.press("Enter");
    await page.getByRole("button", { name: "Copy as text" }).waitFor();
    await keyboard.press("Escape");
    await page.getByRole("button", { name: "Copy as text" }).waitFor({ state: "hidden" });
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Take along");

    const port = Number(new URL(first.url).port);
    await first[Symbol.asyncDispose]();
    await page
      .getByText(/^not connected/)
      .first()
      .waitFor();
    await ask(page, "what is new?");
    await newest.getByText("waits for the connection").waitFor();
    await using _second = await startScriptedServer(script, { ...options, port });
    await newest.getByText("about what is new?", { exact: true }).waitFor();
  });
});
