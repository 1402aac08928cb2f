// What the script finds in the index of a site that was built. Arguments: the site's
// output, and the script.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";

const [out, script, folding] = process.argv.slice(2);
(0, eval)(readFileSync(script, "utf8"));
const { fold, terms, parse, open, places, passage } = globalThis.search;

for (const { text, folded, terms: wanted } of JSON.parse(readFileSync(folding, "utf8"))) {
  assert.equal(fold(text), folded, text);
  assert.deepEqual(terms(text), wanted, text);
}

const get = async (url) => {
  const bytes = readFileSync(join(out, url.split("?")[0]));
  return {
    ok: true,
    json: async () => JSON.parse(bytes),
    arrayBuffer: async () => Uint8Array.from(bytes).buffer,
  };
};
const index = open("/search.json", get);

async function check(query, wanted, filters = [], least = 1) {
  const found = await index.find(parse(query, least), filters);
  const pages = await Promise.all(found.map(index.page));
  assert.deepEqual(pages.map((page) => page.url.split("/").at(-2)), wanted, `${query} ${filters}`);
}

// Beginnings of words, titles before texts, accents, case and width.
await check("tid", ["tides", "sailing"]);
await check("TIDES", ["tides", "sailing"]);
await check("tid ", []);
await check("cafe", ["cafe"]);
await check("Ångström", ["cafe"]);
await check("ａｎｇ", ["cafe"]);
// One letter is looked up alone, as the beginning of a further word not yet.
assert.deepEqual([...parse("m").wanted.keys()], ["m"]);
assert.deepEqual([...parse("moon s").wanted.keys()], ["moon"]);
assert.deepEqual([...parse("moon s ").wanted.keys()], ["moon", "s"]);
assert.deepEqual([...parse("月 一").wanted.keys()], ["月", "一"]);
// Every word, else those pages that have most of them.
await check("moon sea", ["tides"]);
await check("moon wind ", ["tides", "sailing"]);
await check("nowhere", []);
// Signs that belong to a name.
await check("C++", ["cpp"]);
await check("c#", ["cpp"]);
// Scripts without spaces: any two characters that stand together, and any one.
await check("搜索", ["zh"]);
await check("分词", ["zh"]);
await check("擎", ["zh"]);
await check("擎索", []);
await check("東京タワー", ["ja"]);
await check("검색", ["ko"]);
await check("달", ["ko"]);
await check("البحر", ["ar"]);
// Tags and sections, alone and beside words.
await check("", ["tides", "sailing"], ["#sea"]);
await check("tides", ["sailing"], ["!Notes"]);
await check("cafe", [], ["#sea"]);
await check("tides", [], ["#unknown"]);
// One letter may be too short, an ideograph is not.
await check("c", [], [], 2);
await check("擎", ["zh"], [], 2);
// What nobody would type.
await check("\"><img src=x onerror=window.hacked=1>", ["hostile"]);
await check("\u0000 \ud800 * ! #sea", ["tides", "sailing"]);
await check("a".repeat(500), []);
await check(".*+?^${}()|[]\\", []);

const { sections, tags, pages } = await index.load();
assert.deepEqual(sections, [["Blog", 9], ["Notes", 1]]);
assert.deepEqual(tags, [["sea", 2], ["moon", 1]]);
assert.equal(pages, 10);

assert.equal(passage(`${"x ".repeat(100)}the moon ${"y ".repeat(200)}`, parse("moon").marks).includes("the moon"), true);
const text = "Thé art, ARTS heart 中文";
const marked = (query) => places(text, parse(query).marks).map(([start, end]) => text.slice(start, end));
assert.deepEqual(marked("art"), ["art", "ART"]);
assert.deepEqual(marked("art the"), ["Thé", "art"]);
assert.deepEqual(marked("文"), ["文"]);
assert.equal(passage("nothing", parse("moon").marks), "");
