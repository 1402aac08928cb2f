// What a person sees while a site is edited. Arguments: the preview's address, the
// site's folder.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync, rmSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";

const { chromium } = createRequire(join(process.env.MODULES, "x.js"))("playwright-core");
const [url, site] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu"],
});
const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
context.setDefaultTimeout(20000);

const post = (name, title, body, front = "") =>
  writeFileSync(
    join(site, `content/blog/${name}.md`),
    `---\ntitle: ${title}\ndate: 2024-05-01\n${front}\n---\n\n${body}\n`,
  );
const at = (path) => url + path;
async function open(path) {
  const page = await context.newPage();
  await page.goto(at(path));
  // The first look at what is new is over.
  await page.waitForFunction(() => document.querySelector("longhand-preview"));
  await page.waitForTimeout(300);
  return page;
}
const says = (page, text) => page.waitForFunction((text) => document.body.innerText.includes(text), text);
const shadow = (page, selector) => page.locator(`longhand-preview >> ${selector}`);

async function check(what, run) {
  const began = Date.now();
  try {
    await run();
    console.log(`ok: ${what} (${Date.now() - began} ms)`);
  } catch (error) {
    console.log(`failed: ${what}`);
    for (const page of context.pages()) console.log(page.url(), (await page.innerText("body")).slice(0, 300));
    throw error;
  }
}

const page = await open("blog/ebb/");

await check("an edit is on the screen", async () => {
  post("ebb", "Ebb", "The water has gone.");
  await says(page, "The water has gone.");
});

await check("a style sheet is swapped without a reload", async () => {
  await page.evaluate(() => (window.stays = true));
  mkdirSync(join(site, "assets/css/extended"), { recursive: true });
  writeFileSync(join(site, "assets/css/extended/own.css"), "body { outline: 7px solid rgb(1, 2, 3); }\n");
  await page.waitForFunction(() => getComputedStyle(document.body).outlineWidth === "7px");
  writeFileSync(join(site, "assets/css/extended/own.css"), "body { outline: 5px solid rgb(1, 2, 3); }\n");
  await page.waitForFunction(() => getComputedStyle(document.body).outlineWidth === "5px");
  assert.equal(await page.evaluate(() => window.stays), true, "the page was not loaded again");
});

await check("a template is edited", async () => {
  mkdirSync(join(site, "templates/partials"), { recursive: true });
  writeFileSync(join(site, "templates/partials/footer.html"), "<footer>A footer of our own</footer>");
  await says(page, "A footer of our own");
  rmSync(join(site, "templates/partials/footer.html"));
  await page.waitForFunction(() => !document.body.innerText.includes("A footer of our own"));
});

await check("a new post stands in its list and at its tag", async () => {
  const [list, tag] = [await open("blog/"), await open("tags/sea/")];
  post("storm", "Storm surge", "Wind.", "tags: [sea]");
  await says(list, "Storm surge");
  await says(tag, "Storm surge");
  const own = await open("blog/storm/");
  rmSync(join(site, "content/blog/storm.md"));
  await list.waitForFunction(() => !document.body.innerText.includes("Storm surge"));
  await own.waitForFunction(() => !document.body.innerText.includes("Wind."));
  assert.equal((await own.reload()).status(), 404);
  for (const tab of [list, tag, own]) await tab.close();
});

await check("a broken edit is laid over the page, and goes when it is mended", async () => {
  const file = join(site, "content/blog/ebb.md");
  const good = readFileSync(file, "utf8");
  writeFileSync(file, "---\ntitle: \"<img src=x onerror=window.hacked=1>\ndate: 2024-05-01\n---\n\nBroken.\n");
  const sheet = shadow(page, ".sheet");
  await sheet.waitFor();
  const text = await sheet.innerText();
  assert.match(text, /content\/blog\/ebb\.md:2:/);
  assert.match(text, /<img src=x onerror/);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.match(await shadow(page, ".sheet section a").first().getAttribute("href"), /^vscode:\/\/file\/.*ebb\.md:2:/);
  await says(page, "The water has gone.");
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `nothing scrolls sideways at ${width}: ${wide}`);
      if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `overlay-${scheme}-${width}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1200, height: 800 });
  writeFileSync(file, good.replace("has gone", "is back"));
  await says(page, "The water is back.");
  await sheet.waitFor({ state: "detached" });
});

await check("seven tabs follow", async () => {
  const tabs = [];
  for (let n = 0; n < 7; n++) tabs.push(await open("blog/flood/"));
  post("flood", "Flood", "Seven tabs see this.");
  for (const tab of tabs) await says(tab, "Seven tabs see this.");
  // The one that listened for all may be closed.
  await tabs.shift().close();
  await page.close();
  await tabs[0].waitForTimeout(300);
  post("flood", "Flood", "Six tabs see this.");
  for (const tab of tabs) await says(tab, "Six tabs see this.");
  for (const tab of tabs) await tab.close();
});

await check("place, open details and focus stay over a reload", async () => {
  const long = await open("blog/long/");
  await long.evaluate(() => {
    document.querySelectorAll("details").forEach((details) => (details.open = true));
    document.querySelector("main a, article a, a").focus({ preventScroll: true });
    scrollTo(0, 900);
  });
  await long.evaluate(() => (window.old = true));
  const open_before = await long.evaluate(() => [...document.querySelectorAll("details")].map((d) => d.open));
  const focus = await long.evaluate(() => document.activeElement.href);
  const file = join(site, "content/blog/long.md");
  writeFileSync(file, readFileSync(file, "utf8") + "\nThe end.\n");
  await says(long, "The end.");
  await long.waitForFunction(() => !window.old && Math.abs(scrollY - 900) < 3);
  assert.deepEqual(
    await long.evaluate(() => [...document.querySelectorAll("details")].map((d) => d.open)),
    open_before,
  );
  assert.equal(await long.evaluate(() => document.activeElement.href), focus);
  await long.close();
});

await check("a draft is marked", async () => {
  const draft = await open("blog/slack/");
  const banner = shadow(draft, ".banner");
  assert.match(await banner.innerText(), /Preview\s+draft/);
  for (const scheme of ["light", "dark"]) {
    await draft.emulateMedia({ colorScheme: scheme });
    for (const width of [1440, 390]) {
      await draft.setViewportSize({ width, height: 900 });
      if (process.env.SHOTS) await draft.screenshot({ path: join(process.env.SHOTS, `banner-${scheme}-${width}.png`) });
    }
  }
  await draft.close();
});

await browser.close();
