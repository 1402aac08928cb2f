// How long a reader waits for the first result of a search, and what is fetched for it.
//
//   MODULES=…/node_modules CHROMIUM=$(which chromium) node benches/search.mjs OUTPUT QUERY…
//
// OUTPUT is a site that was built; playwright-core lies in MODULES. Each query is typed
// key by key into a browser that has fetched nothing yet. Prints, for each: milliseconds
// from the last key to the first result that answers it, the longest wait after any key,
// and the kilobytes of the index that were fetched: until then, with the further results
// that come when the keys rest, the same as a host sends it that compresses, and what the
// last key alone has cost. A query that begins with `=` is pasted.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { join } from "node:path";

const { chromium } = createRequire(join(process.env.MODULES, "x.js"))("playwright-core");
const [out, ...queries] = process.argv.slice(2);
const types = { html: "text/html", css: "text/css", js: "text/javascript", json: "application/json" };
let bytes = 0;
let packed = 0;
const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
  try {
    const file = await readFile(join(out, path.endsWith("/") ? `${path}index.html` : path));
    if (/search(\.json|\/.*\.(bin|json))$/.test(path)) (bytes += file.length), (packed += gzipSync(file).length);
    response.setHeader("content-type", types[path.split(".").pop()] || (path.endsWith("/") ? "text/html" : "application/octet-stream"));
    response.end(file);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
console.log("ms last key | ms slowest key | KB until then | KB in all | as gzip | of which last key | query → first result");
for (const query of queries) {
  const context = await browser.newContext();
  const page = await context.newPage();
  bytes = packed = 0;
  await page.goto(`http://127.0.0.1:${server.address().port}/search/`);
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => {
    const list = document.querySelector(".search-results");
    new MutationObserver(() => (window.shown = performance.now())).observe(list, { childList: true });
    document.addEventListener("input", () => ((window.began = performance.now()), (window.shown = 0)), true);
  });
  let slowest = 0;
  let last = 0;
  let before = 0;
  for (const key of query[0] == "=" ? [query.slice(1)] : query) {
    before = bytes;
    await page.keyboard.insertText(key);
    await page.waitForFunction(() => window.shown > window.began).catch(() => {});
    last = await page.evaluate(() => window.shown - window.began);
    slowest = Math.max(slowest, last);
  }
  const total = bytes;
  // The keys rest: more results.
  await page.waitForTimeout(600);
  const whole = bytes;
  const first = await page.locator(".search-results a").first().innerText({ timeout: 500 }).catch(() => "nothing");
  const kb = (bytes) => (bytes / 1000).toFixed(1).padStart(6);
  console.log([last.toFixed(0).padStart(5), slowest.toFixed(0).padStart(5), kb(total), kb(whole), kb(packed), kb(whole - before), `${query} → ${first}`].join(" | "));
  await context.close();
}
await browser.close();
server.close();
