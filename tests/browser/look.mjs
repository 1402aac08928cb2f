// Pages in a browser, as readers meet them: by eye, by ear, by keyboard, on paper.
// Argument: the sites. Prints what is wrong, and fails.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { host, ledger, pages, varied } from "./host.mjs";

const require = createRequire(join(process.env.MODULES, "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const sites = JSON.parse(process.argv[2]);
const { wrong, close } = ledger();

// 320 is what WCAG asks for (1.4.10), 640 an ordinary window at twice the size.
const WIDTHS = [320, 390, 640, 820, 1440, 2560];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu"],
});

/** A page that tells of what goes wrong in it, and reaches no other host. */
async function open(origin, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(20000);
  await context.route(
    (url) => url.origin !== origin,
    (route) => route.fulfill({ contentType: "text/html", body: "" }),
  );
  const page = await context.newPage();
  const at = () => new URL(page.url()).pathname;
  page.on("pageerror", (error) => wrong(`${at()}: ${error.message}`));
  page.on("console", (line) => {
    if (line.type() === "error") wrong(`${at()}: the console says: ${line.text().slice(0, 200)}`);
  });
  // Shifts of the layout, from the first paint on.
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries())
        if (!shift.hadRecentInput)
          window.shifts.push([shift.value, shift.sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.nodeName)]);
    }).observe({ type: "layout-shift", buffered: true });
  });
  return page;
}

/** A page that nobody touches fetches no script and runs the one line of its head. */
async function still(site, origin, some) {
  const page = await open(origin);
  let fetched = [];
  page.on("request", (request) => request.resourceType() === "script" && fetched.push(new URL(request.url()).pathname));
  const lines = new Set();
  for (const { path, kind } of some) {
    fetched = [];
    await page.goto(origin + path, { waitUntil: "load" });
    // Who opens the search page wants to search.
    if (!/layout-search/.test(kind)) for (const script of fetched) wrong(`${site.name}${path}: fetches ${script}`);
    const inline = await page.evaluate(() =>
      [...document.scripts].filter((script) => !script.src && script.type !== "application/ld+json").map((script) => [!!script.closest("head"), script.text]),
    );
    for (const [inHead, text] of inline) {
      if (!inHead) wrong(`${site.name}${path}: a script in the body: ${text.slice(0, 60)}`);
      lines.add(text);
    }
    const handlers = await page.evaluate(() =>
      [...document.querySelectorAll("*")].filter((element) => [...element.attributes].some(({ name }) => name.startsWith("on"))).map((element) => element.outerHTML.slice(0, 90)),
    );
    for (const element of handlers) wrong(`${site.name}${path}: a script in an attribute: ${element}`);
  }
  const bytes = [...lines].reduce((sum, line) => sum + line.length, 0);
  console.log(`${site.name}: ${bytes} bytes of script run`);
  if (lines.size > 1 || bytes > 1500) wrong(`${site.name}: ${lines.size} scripts in the head, of ${bytes} bytes`);
  await page.context().close();
}

let largestShift = 0;

/** Nothing scrolls sideways, nothing moves once it is seen. */
async function layout(site, origin, all) {
  const page = await open(origin, { viewport: { width: 390, height: 844 } });
  for (const { path } of all) {
    await page.setViewportSize({ width: 390, height: 844 });
    // A busy machine may draw the half of a page that is parsed. What is so each time is the page's.
    let sum = 1;
    let shifts;
    for (let load = 0; sum > 0 && load < 3; load++) {
      await page.goto(origin + path, { waitUntil: "load" });
      shifts = await page.evaluate(async () => {
        // To the end and back, past every picture that is loaded late.
        for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
          scrollTo(0, y);
          await new Promise(requestAnimationFrame);
        }
        scrollTo(0, 0);
        await new Promise((done) => setTimeout(done, 100));
        return window.shifts;
      });
      sum = shifts.reduce((sum, [value]) => sum + value, 0);
    }
    largestShift = Math.max(largestShift, sum);
    if (sum > 0) wrong(`${site.name}${path}: the layout shifts by ${sum}: ${JSON.stringify(shifts)}`);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const beyond = await page.evaluate(() => {
        const root = document.documentElement;
        if (root.scrollWidth <= root.clientWidth) return undefined;
        const scrolls = (element) => element && (/auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
        return [...document.body.querySelectorAll("*")]
          .filter((element) => {
            const { left, right, width } = element.getBoundingClientRect();
            return width && (right > root.clientWidth + 1 || left < -1) && !scrolls(element.parentElement);
          })
          .slice(-3)
          .map((element) => element.outerHTML.slice(0, 90));
      });
      if (beyond) wrong(`${site.name}${path}: scrolls sideways at ${width}: ${beyond.join(" | ")}`);
    }
  }
  await page.context().close();
}

/** Names, roles, order, contrast. */
async function axes(site, origin, some) {
  const page = await open(origin);
  for (const { path } of some) {
    await page.goto(origin + path, { waitUntil: "load" });
    await page.evaluate(axe);
    for (const [colorScheme, width] of [["light", 390], ["dark", 1440]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"], iframes: false }));
      for (const { id, nodes } of violations)
        for (const { target, failureSummary } of nodes)
          wrong(`${site.name}${path}: axe, ${colorScheme}: ${id}: ${target.join(" ")}: ${failureSummary.split("\n")[1].trim()}`);
    }
    if (process.env.SHOTS) await shots(page, site, path);
  }
  await page.context().close();
}

async function shots(page, site, path) {
  mkdirSync(process.env.SHOTS, { recursive: true });
  for (const colorScheme of ["light", "dark"])
    for (const width of [390, 1440]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      const name = `${site.name}${path.replace(/[^\w.-]/g, "_")}-${colorScheme}-${width}.png`;
      await page.screenshot({ path: join(process.env.SHOTS, name), fullPage: true });
    }
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** Everything is reached with Tab, in the order of the page, and seen when it is. */
async function keyboard(site, origin, path) {
  const page = await open(origin);
  const name = `${site.name}${path}`;
  await page.goto(origin + path, { waitUntil: "load" });
  const now = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const style = getComputedStyle(element);
      const { width, height, top, bottom } = element.getBoundingClientRect();
      window.order = window.order ?? [...document.querySelectorAll("*")];
      return {
        what: element.outerHTML.slice(0, 90),
        skip: element.matches(".skip-link"),
        place: window.order.indexOf(element),
        ring: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none",
        shown: width > 1 && height > 1 && bottom > 0 && top < innerHeight && !/inset/.test(style.clipPath) && +style.opacity > 0.5,
      };
    });
  let last;
  const met = new Set();
  for (let n = 0; n < 150; n++) {
    await page.keyboard.press("Tab");
    const at = await now();
    if (!at || met.has(at.place)) break;
    met.add(at.place);
    if (n === 0 && !at.skip) wrong(`${name}: the first stop is ${at.what}`);
    if (last && at.place < last.place) wrong(`${name}: from ${last.what} Tab goes back to ${at.what}`);
    if (!at.ring) wrong(`${name}: no ring around ${at.what}`);
    if (!at.shown) wrong(`${name}: in focus, and not to be seen: ${at.what}`);
    last = at;
  }
  if (met.size < 5) wrong(`${name}: only ${met.size} stops`);
  // The link to the content leads there, and the next stop is in it.
  await page.goto(origin + path, { waitUntil: "load" });
  await page.keyboard.press("Tab");
  if ((await now())?.skip) await page.keyboard.press("Enter");
  if (!(await page.evaluate(() => document.activeElement?.matches("main")))) wrong(`${name}: the skip link does not lead to main`);
  const keys = await page.evaluate(() => [...document.querySelectorAll("[accesskey]")].map((element) => element.accessKey));
  for (const key of ["h", "t", "g", "/"]) if (!keys.includes(key)) wrong(`${name}: no access key ${key}`);
  if (new Set(keys).size < keys.length) wrong(`${name}: an access key stands twice: ${keys}`);
  await page.context().close();
}

/** Without a style sheet the page reads from the top: link to the content, head, text, foot. */
async function plain(site, origin, path) {
  const page = await open(origin);
  await page.route("**/*.css", (route) => route.fulfill({ contentType: "text/css", body: "" }));
  // Another text than the fingerprint was taken of: the browser says so, rightly.
  page.removeAllListeners("console");
  await page.goto(origin + path, { waitUntil: "load" });
  const tops = await page.evaluate(() =>
    [".skip-link", ".site-header", "main h1", "main", ".site-footer"].map((part) => [
      part,
      document.querySelector(part)?.getBoundingClientRect()[part === "main" ? "bottom" : "top"],
    ]),
  );
  const styled = await page.evaluate(() => getComputedStyle(document.body).display !== "block");
  if (styled) wrong(`${site.name}${path}: the style sheet was still there`);
  for (let n = 1; n < tops.length; n++)
    if (!(tops[n][1] >= tops[n - 1][1])) wrong(`${site.name}${path}: without styles, ${tops[n][0]} stands before ${tops[n - 1][0]}: ${tops}`);
  await page.context().close();
}

/** Colours of the reader's choice, no motion, paper. */
async function wishes(site, origin, path) {
  const name = `${site.name}${path}`;
  const page = await open(origin, { forcedColors: "active", reducedMotion: "reduce" });
  await page.goto(origin + path, { waitUntil: "load" });
  const lost = await page.evaluate(() => {
    // What a ground alone tells is lost where grounds are not painted.
    const lost = [];
    for (const element of document.querySelectorAll(".hl, .btn, kbd, mark, .search-form input, .prose li input, :is(.ins, .del)")) {
      const style = getComputedStyle(element);
      const before = getComputedStyle(element, "::before").content;
      const bordered = ["Top", "Bottom", "Left", "Right"].some((side) => style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]));
      const own = style.forcedColorAdjust === "none" || element.matches("mark");
      if (!bordered && !own && (before === "none" || before === "normal")) lost.push(element.outerHTML.slice(0, 90));
    }
    return lost;
  });
  for (const element of lost) wrong(`${name}: forced colours: nothing shows ${element}`);
  const moves = await page.evaluate(() => {
    const still = (time) => time.split(",").every((part) => parseFloat(part) < 0.02);
    return [document.documentElement, ...document.querySelectorAll("*")]
      .filter((element) => {
        const style = getComputedStyle(element);
        return !still(style.transitionDuration) || (style.animationName !== "none" && !still(style.animationDuration)) || style.scrollBehavior === "smooth";
      })
      .map((element) => element.outerHTML.slice(0, 90));
  });
  for (const element of moves.slice(0, 3)) wrong(`${name}: reduced motion: ${element} moves`);
  if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `forced-${site.name}${path.replace(/\W/g, "_")}.png`) });
  await page.emulateMedia({ forcedColors: "none", media: "print" });
  await page.setViewportSize({ width: 650, height: 900 });
  const paper = await page.evaluate(() => ({
    furniture: [...document.querySelectorAll("nav, button, .skip-link, form")].filter((element) => element.checkVisibility() && element.getBoundingClientRect().width > 1).map((element) => element.outerHTML.slice(0, 90)),
    beyond: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }));
  for (const element of paper.furniture) wrong(`${name}: on paper stands ${element}`);
  if (paper.beyond > 0) wrong(`${name}: on paper ${paper.beyond}px are cut off`);
  const pdf = await page.pdf({ format: "A4", ...(process.env.SHOTS && { path: join(process.env.SHOTS, `${site.name}${path.replace(/\W/g, "_")}.pdf`) }) });
  if (pdf.subarray(0, 5).toString() !== "%PDF-" || pdf.length < 5000) wrong(`${name}: no PDF`);
  await page.context().close();
}

/** The line that grows with the text: from the side that reading starts at, without a script. */
async function progress(site, origin, path) {
  const name = `${site.name}${path}`;
  const page = await open(origin);
  await page.goto(origin + path, { waitUntil: "load" });
  const at = (part) =>
    page.evaluate(async (part) => {
      scrollTo(0, part * document.body.scrollHeight);
      for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame);
      const { content, transform, transformOrigin, width } = getComputedStyle(document.body, "::before");
      const scale = transform === "none" ? 1 : new DOMMatrix(transform).a;
      return { content, scale, fromEnd: parseFloat(transformOrigin) > parseFloat(width) / 2 };
    }, part);
  const [top, middle, end] = [await at(0), await at(0.5), await at(1)];
  if (!(top.scale < middle.scale && middle.scale <= end.scale && end.scale === 1)) wrong(`${name}: reading progress is ${top.scale}, ${middle.scale}, ${end.scale}`);
  const rtl = await page.evaluate(() => document.dir === "rtl");
  if (top.fromEnd !== rtl) wrong(`${name}: reading progress grows from the wrong side`);
  await page.emulateMedia({ reducedMotion: "reduce" });
  if ((await at(0.5)).content !== "none") wrong(`${name}: reading progress moves for those who asked for less motion`);
  await page.context().close();
}

/** What is sent for a page: all of it, squeezed. */
async function weight(site, origin, path) {
  const page = await open(origin);
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(origin + path, { waitUntil: "networkidle" });
  if (bytes > 25000 || bytes < 1000) wrong(`${site.name}${path}: ${bytes} bytes are sent`);
  console.log(`${site.name}${path}: ${bytes} bytes with headers`);
  const sheets = await page.evaluate(() => [...document.styleSheets].map((sheet) => new URL(sheet.href).pathname));
  await page.context().close();
  return sheets;
}

const began = Date.now();
const took = async (what, run) => {
  const began = Date.now();
  const result = await run;
  console.log(`${what}: ${Date.now() - began} ms`);
  return result;
};
for (const site of sites) {
  const { origin, small, close } = await host(site);
  const all = pages(site);
  const some = varied(all);
  console.log(`${site.name}: ${all.length} pages, ${some.length} looked at`);
  await took("layout", layout(site, origin, some));
  await took("scripts", still(site, origin, some));
  await took("axe", axes(site, origin, some));
  const post = { own: "/docs/markdown/", torture: "/posts/everything/" }[site.name];
  if (post) {
    await took(
      "keyboard",
      (async () => {
        // The field of the search page takes the focus by itself.
        for (const path of ["/", post, "/tags/", "/archive/"]) await keyboard(site, origin, path);
      })(),
    );
    if (site.name === "torture") for (const path of [post, "/ar/posts/script/"]) await progress(site, origin, path);
    for (const path of ["/", post, "/search/"]) await plain(site, origin, path);
    await took("wishes", Promise.all(["/", post, "/search/"].map((path) => wishes(site, origin, path))));
    const text = { own: "/essays/the-switch-that-died/", torture: "/posts/plain-1/" }[site.name];
    const sheets = new Set([...(await weight(site, origin, text)), ...(await weight(site, origin, "/"))]);
    const css = [...sheets].reduce((sum, sheet) => sum + small(sheet), 0);
    console.log(`${site.name}: ${css} bytes of CSS`);
    if (css > 15000 || css < 1000) wrong(`${site.name}: ${css} bytes of CSS`);
  }
  close();
}
await browser.close();
console.log(`largest shift ${largestShift}; ${Math.round((Date.now() - began) / 1000)} s`);
close();
