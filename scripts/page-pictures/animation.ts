import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Browser } from "playwright-core";
import sharp from "sharp";

const SIZE = { width: 1280, height: 720 } as const;
const SHOWN_WIDTH = 960;
const FPS = 4;
const SECONDS = 12;
const MOST_BYTES = 1_000_000;

/** Records the first seconds of the page as one animated WebP, in the best quality that stays under a megabyte. */
export async function takeAnimation(browser: Browser, url: string, file: string): Promise<number> {
  const pictures = await record(browser, url);
  await mkdir(dirname(file), { recursive: true });
  for (const quality of [80, 70, 60, 50, 40, 30, 20]) {
    const delay = pictures.map(() => 1000 / FPS);
    const frames = await Promise.all(
      pictures.map((each) => sharp(each).resize(SHOWN_WIDTH).png().toBuffer()),
    );
    await sharp(frames, { join: { animated: true } })
      .webp({ quality, effort: 5, delay, loop: 0, smartSubsample: true })
      .toFile(file);
    const { size } = await stat(file);
    if (size <= MOST_BYTES) return size;
  }
  throw new Error("The animation is larger than a megabyte in the least quality. Record fewer seconds.");
}

/** What the page shows at each of the moments, as the browser paints it (JPEG). */
async function record(browser: Browser, url: string): Promise<Buffer[]> {
  const context = await browser.newContext({ viewport: SIZE, colorScheme: "light" });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const painted: { readonly atMs: number; readonly picture: Buffer }[] = [];
  session.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
    painted.push({ atMs: (metadata.timestamp ?? 0) * 1000, picture: Buffer.from(data, "base64") });
    // The last ones are on their way when the page is closed.
    session.send("Page.screencastFrameAck", { sessionId }).catch(() => {});
  });
  await page.goto(url);
  await session.send("Page.startScreencast", { format: "jpeg", quality: 90, everyNthFrame: 12 });
  await page.waitForTimeout(SECONDS * 1000);
  await session.send("Page.stopScreencast");
  await context.close();
  const [first] = painted;
  if (first === undefined) throw new Error("The browser has painted nothing.");
  return Array.from({ length: SECONDS * FPS }, (_, i) => {
    const shown = painted.findLast(({ atMs }) => atMs <= first.atMs + (i * 1000) / FPS);
    return (shown ?? first).picture;
  });
}
