// Pages under the policy that their site's `_headers` asks for: what a browser says of it.
// Argument: the sites. Prints what is wrong, and fails.
import { createRequire } from "node:module";
import { join } from "node:path";
import { host, ledger, pages, varied } from "./host.mjs";

const require = createRequire(join(process.env.MODULES, "x.js"));
const { chromium } = require("playwright-core");
const { wrong, close } = ledger();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
for (const site of JSON.parse(process.argv[2])) {
  const { origin, policy, close: shut } = await host(site);
  if (!policy.ours) wrong(`${site.name}: there is no policy in its _headers`);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(60000);
  let listening = true;
  page.on("console", (line) => {
    if (listening && /Content Security Policy/.test(line.text())) wrong(`${page.url()}: ${line.text().slice(0, 300)}`);
  });
  // The listener is told even where the console is quiet.
  await page.exposeFunction("breach", (what) => listening && wrong(`${page.url()}: ${what}`));
  await page.addInitScript(() =>
    addEventListener("securitypolicyviolation", (event) => window.breach(`${event.effectiveDirective} stops ${event.blockedURI} ${event.sample}`)),
  );
  const some = varied(pages(site));
  for (const { path } of some) {
    await page.goto(origin + path, { waitUntil: "load" });
    // What is fetched when it is asked for must be allowed too.
    await page.evaluate(() => document.querySelector("#theme-toggle")?.click());
    await page.evaluate(() => document.querySelector(".copy")?.click());
    await page.keyboard.press("/");
    await page.waitForTimeout(150);
  }
  listening = false;
  // And it is in force: a script that nobody named does not run.
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.stranger = true";
    document.body.append(script);
    return window.stranger === true;
  });
  if (ran) wrong(`${site.name}: a script that the policy does not name runs`);
  await page.close();
  console.log(`${site.name}: ${some.length} pages under ${policy.text.length} bytes of policy`);
  shut();
}
await browser.close();
close();
