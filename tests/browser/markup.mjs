// HTML by the checker of the W3C (vnu) and by html-validate. Argument: the sites.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const require = createRequire(join(process.env.MODULES, "x.js"));
const { HtmlValidate, StaticConfigLoader } = require("html-validate");
const sites = JSON.parse(process.argv[2]);

// What vnu warns of, and why it stays.
const ALLOWED = [
  // The mark beside a heading is hidden until the pointer is over it. Then the style
  // sheet shows it, and `aria-hidden` is what keeps it from being read out.
  /^Attribute “aria-hidden” is unnecessary for elements that have attribute “hidden”/,
];

// Titles in captions are `h4`, as style sheets for Hugo's figures have them. Their role
// says that they head nothing, which neither checker heeds.
const isCaption = (message, place) => /heading/i.test(message) && /<h4 role="presentation"|figcaption > h4$/.test(place ?? "");

// Accents of formulas are combining characters: fonts have the wide ones by these names.
const isAccent = (message, extract) => /^Text run starts with a composing character/.test(message) && extract?.includes("</mo>");

const rules = new HtmlValidate(
  new StaticConfigLoader({
    extends: ["html-validate:recommended", "html-validate:document"],
    elements: ["html5"],
    rules: {
      // A list may have a name.
      "aria-label-misuse": ["error", { allowAnyNamable: true }],
      // `checked=""` is XML as well, which feeds like.
      "attribute-boolean-style": "off",
      // An author may begin a text with a heading of the first level.
      "heading-level": ["error", { allowMultipleH1: true }],
      // Titles are as long as authors make them; so is what plays of itself.
      "long-title": "off",
      "no-autoplay": "off",
      // Columns that are aligned; the picture behind a title. tests/theme.rs counts them.
      "no-inline-style": "off",
      // Enter sends the one field of the search.
      "wcag/h32": "off",
      // Two cells of code, in one row.
      "prefer-tbody": "off",
      // Ids are letters of any script, and `fn:1` is what others call a note.
      "valid-id": ["error", { relaxed: true }],
    },
  }),
);

const pages = (folder) =>
  readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".html")).map((name) => join(folder, name));

// A text that is the work of others is left out: what stays is the theme's.
const without = (html) =>
  html
    .replace(/(<div class="prose e-content">).*(<\/div>\s*<footer class="page-footer">)/s, "$1<p>Text</p>$2")
    .replace(
      /(<div class="prose intro">).*?(<\/div>\s*<(?:div class="(?:listing|archive|lead)|p class="(?:empty|count|to-top)|ul class="plain terms|search|nav class="pager|\/main))/s,
      "$1<p>Text</p>$2",
    );

const wrong = [];
const work = mkdtempSync(join(tmpdir(), "longhand-markup-"));
const copies = new Map();
for (const site of sites) {
  let count = 0;
  for (const page of pages(site.out)) {
    const name = relative(site.out, page);
    if (site.only.length && !site.only.includes(name)) continue;
    const html = readFileSync(page, "utf8");
    const copy = join(work, `${site.name}-${count++}.html`);
    writeFileSync(copy, site.foreign ? without(html) : html);
    copies.set(copy, `${site.name}/${name}`);
  }
  console.log(`${site.name}: ${count} pages`);
}

const vnu = new Promise((done) => {
  const jar = join(process.env.MODULES, "vnu-jar/build/dist/vnu.jar");
  const args = ["-Xss4m", "-jar", jar, "--format", "json", "--exit-zero-always", "--stdout", work];
  execFile(process.env.JAVA, args, { maxBuffer: 1 << 28 }, (error, said, complaints) => {
    if (error) wrong.push(`vnu: ${error.message} ${complaints}`);
    else
      for (const { url, lastLine, lastColumn, message, extract } of JSON.parse(said).messages) {
        if (ALLOWED.some((allowed) => allowed.test(message)) || isCaption(message, extract) || isAccent(message, extract)) continue;
        const page = copies.get(decodeURIComponent(new URL(url).pathname)) ?? url;
        wrong.push(`vnu: ${page}:${lastLine}:${lastColumn}: ${message} ${JSON.stringify(extract ?? "")}`);
      }
    done();
  });
});
for (const [copy, page] of copies)
  for (const result of (await rules.validateFile(copy)).results)
    for (const { ruleId, line, column, message, selector } of result.messages)
      if (!isCaption(message, selector)) wrong.push(`html-validate: ${page}:${line}:${column}: ${message} [${ruleId}]`);
await vnu;
rmSync(work, { recursive: true });

// One mistake of a template is on every page.
const seen = new Map();
for (const line of wrong) {
  const key = line.replace(/: \S+:\d+:\d+:/, "");
  seen.set(key, [...(seen.get(key) ?? []), line]);
}
for (const lines of seen.values()) console.log(lines[0] + (lines.length > 1 ? ` … and on ${lines.length - 1} more` : ""));
console.log(`${copies.size} pages, ${wrong.length} complaints`);
process.exitCode = wrong.length ? 1 : 0;
