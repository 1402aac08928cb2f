// The search as a reader meets it, under a strict policy. Argument: a site's output.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import assert from "node:assert/strict";

const { chromium } = createRequire(join(process.env.MODULES, "x.js"))("playwright-core");
const [out] = process.argv.slice(2);
const types = { html: "text/html", css: "text/css", js: "text/javascript", json: "application/json", svg: "image/svg+xml" };
const asked = [];
const late = [];
const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
  asked.push(path);
  const file = path.endsWith("/") ? `${path}index.html` : path;
  try {
    const bytes = await readFile(join(out, file));
    response.setHeader("content-type", types[file.split(".").pop()] || "application/octet-stream");
    // The one line of the head is named by its hash.
    const line = file.endsWith(".html") && /<script>(.*?)<\/script>/s.exec(bytes);
    const hash = line ? `'sha256-${createHash("sha256").update(line[1]).digest("base64")}'` : "";
    response.setHeader("content-security-policy", `default-src 'none'; script-src 'self' ${hash}; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'self'`);
    // A page whose end is on its way.
    if (request.url.endsWith("?late")) {
      const half = bytes.indexOf("</header>");
      response.write(bytes.subarray(0, half));
      await new Promise((done) => late.push(done));
      response.end(bytes.subarray(half));
    } else response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const url = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
// Not how long a reader would wait: the machine may have other things to do.
context.setDefaultTimeout(60000);

async function open(path) {
  const page = await context.newPage();
  page.on("pageerror", (error) => assert.fail(error));
  await page.goto(url + path);
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective + " " + event.blockedURI));
  });
  return page;
}
const titles = (page) => page.locator(".search-results a").allInnerTexts();
const finds = (page, title) => page.waitForFunction((title) => document.querySelector(".search-results a")?.innerText == title, title);
const focused = (page) => page.evaluate(() => document.activeElement.innerText || document.activeElement.tagName);
async function clean(page) {
  assert.deepEqual(await page.evaluate(() => [violations, document.images.length, window.hacked]), [[], 0, undefined]);
  await page.close();
}
async function shots(page, name) {
  if (!process.env.SHOTS) return;
  for (const colorScheme of ["light", "dark"])
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: join(process.env.SHOTS, `${name}-${colorScheme}-${width}.png`) });
    }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
}
async function check(what, run) {
  try {
    await run();
    console.log(`ok: ${what}`);
  } catch (error) {
    console.log(`failed: ${what}`);
    for (const page of context.pages()) console.log(page.url(), (await page.innerText("body")).slice(0, 400));
    throw error;
  }
}

await check("what is typed is found, and the keys move through it", async () => {
  const page = await open("/search/");
  await page.keyboard.type("tid");
  await finds(page, "The Tides");
  assert.deepEqual(await titles(page), ["The Tides", "Sailing"]);
  assert.equal(await page.locator(".search-results mark").first().innerText(), "Tid");
  assert.match(await page.locator(".search-status").innerText(), /2/);
  assert.equal(new URL(page.url()).search, "?q=tid");
  await shots(page, "search");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "The Tides");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "Sailing");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.equal(await focused(page), "INPUT");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector(".search-results a") && !location.search);
  await page.keyboard.type("tides");
  await finds(page, "The Tides");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/blog/tides/");
  await page.close();
});

await check("a query in the address is answered", async () => {
  const page = await open(`/search/?q=${encodeURIComponent("分词")}`);
  await finds(page, "全文搜索引擎");
  assert.deepEqual(await titles(page), ["全文搜索引擎"]);
  // The text says why: neither title nor summary does.
  await page.waitForFunction(() => document.querySelector(".search-results mark")?.innerText == "分词");
  await clean(page);
});

await check("what is shown of a text is the text alone", async () => {
  const page = await open("/search/?q=undertow");
  await page.waitForFunction(() => document.querySelector(".search-results mark"));
  const shown = await page.locator(".search-results p").first().innerText();
  assert.match(shown, /words\. Undertow swim Below\.$/);
  await page.close();
});

await check("sections and tags narrow it", async () => {
  const page = await open("/search/?q=tides");
  await finds(page, "The Tides");
  await page.locator(".search-filters button", { hasText: "Notes" }).click();
  await finds(page, "Sailing");
  assert.deepEqual(await titles(page), ["Sailing"]);
  assert.equal(new URL(page.url()).searchParams.get("section"), "Notes");
  await page.reload();
  await finds(page, "Sailing");
  assert.equal(await page.locator(".search-filters [aria-pressed=true]").count(), 1);
  await page.close();
});

await check("a slash opens the search on any page", async () => {
  asked.length = 0;
  const page = await open("/blog/cafe/");
  await page.waitForTimeout(200);
  assert.deepEqual(asked.filter((path) => path.includes("search")), [], "nothing is fetched before");
  await page.keyboard.press("Control+/");
  assert.equal(await page.locator("dialog").count(), 0);
  await page.keyboard.press("/");
  await page.waitForFunction(() => document.activeElement?.id == "search-in-dialog");
  await page.keyboard.type("a/b 搜索");
  await finds(page, "全文搜索引擎");
  await shots(page, "dialog");
  assert.equal(new URL(page.url()).search, "");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("dialog").open);
  await page.keyboard.press("/");
  await page.waitForFunction(() => document.querySelector("dialog").open);
  // As quick as can be: no frame is drawn between the closing and the key.
  const opens = await page.evaluate(async () => {
    const box = document.querySelector("dialog");
    const field = document.activeElement;
    box.close();
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true, cancelable: true }));
    await null;
    await new Promise((done) => setTimeout(done));
    return [field.tagName, box.open];
  });
  assert.deepEqual(opens, ["INPUT", true]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/blog/zh/");
  await page.close();
});

await check("a slash that comes before the end of the page is not lost", async () => {
  const page = await context.newPage();
  await page.goto(`${url}/blog/cafe/?late`, { waitUntil: "commit" });
  await page.waitForSelector(".site-header");
  await page.keyboard.press("/");
  late.pop()();
  await page.waitForFunction(() => document.activeElement?.id == "search-in-dialog");
  await page.close();
});

await check("what is typed before the script has come is searched", async () => {
  const page = await context.newPage();
  let go;
  await page.route("**/js/search.*", async (route) => {
    await new Promise((done) => (go = done));
    await route.continue();
  });
  await page.goto(`${url}/search/?q=cafe`, { waitUntil: "commit" });
  await page.fill("#q", "tid");
  go();
  await finds(page, "The Tides");
  await page.close();
});

await check("hostile titles and queries are text", async () => {
  const hostile = "\"><img src=x onerror=window.hacked=1>";
  for (const path of [`/search/?q=${encodeURIComponent(hostile)}`, "/search/?q=img", `/search/?q=x&tag=${encodeURIComponent(hostile)}`]) {
    const page = await open(path);
    await page.waitForFunction(() => document.querySelector(".search-results a") || /\S/.test(document.querySelector(".search-status").innerText));
    await page.waitForTimeout(500);
    if (!path.includes("tag=")) assert.equal((await titles(page))[0], hostile);
    await clean(page);
  }
});

await check("without the index there is a word about it", async () => {
  const page = await context.newPage();
  await page.route("**/search.json", (route) => route.abort());
  await page.goto(`${url}/search/?q=tides`);
  await page.waitForFunction(() => /could not be loaded/.test(document.querySelector(".search-status").innerText));
  await page.close();
});

await browser.close();
server.close();
