/**
 * Takes pictures of the page, to be looked at: `npm run page-pictures` all views at four sizes, light and dark, into
 * page-pictures/; `npm run page-pictures -- wall` only that view; `npm run page-pictures -- --readme` the animated picture of the README.
 */

import { takeAnimation } from "./animation.ts";
import { launchChromium } from "./browser.ts";
import { startDemoServer } from "./demo-server.ts";
import { takeStills } from "./stills.ts";

const README_PICTURE = "docs/images/page.webp";

const wanted = process.argv.slice(2);
const isForReadme = wanted.includes("--readme");
const browser = await launchChromium();
try {
  await using server = await startDemoServer({ hasCameras: !isForReadme });
  if (isForReadme) {
    const bytes = await takeAnimation(browser, server.url, README_PICTURE);
    console.log(`${README_PICTURE}: ${Math.round(bytes / 1000)} kB`);
  } else for (const path of await takeStills(browser, server.url, "page-pictures", wanted)) console.log(path);
} finally {
  await browser.close();
}
