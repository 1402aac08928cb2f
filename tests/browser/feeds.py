"""Feeds as readers' programs see them. Arguments: the built site, its source.

RSS and Atom are read by feedparser, JSON Feed (https://jsonfeed.org/version/1.1) by
the rules of its specification. The three of a place must tell the same.
"""

import json
import pathlib
import re
import sys
from html.parser import HTMLParser
from urllib.parse import urlsplit

import feedparser

out, source = map(pathlib.Path, sys.argv[1:])
wrong = []
feeds = 0


def absolute(address):
    return bool(urlsplit(address).scheme and (urlsplit(address).netloc or address.startswith("mailto:")))


class Text(HTMLParser):
    """What the HTML of an entry leads to, and what readers' programs throw away."""

    def __init__(self, html):
        super().__init__()
        self.links = []
        self.tags = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "poster", "cite")]


def look(name, title, home, entries):
    """`entries`: (id, link, title, date, HTML)."""
    if not title:
        wrong.append(f"{name}: no title")
    if not absolute(home or ""):
        wrong.append(f"{name}: the home page `{home}` is not absolute")
    ids = [entry[0] for entry in entries]
    if len(set(ids)) != len(ids):
        wrong.append(f"{name}: an id stands twice")
    for ident, link, title, html in entries:
        if not ident or not title:
            wrong.append(f"{name}: {link}: no id or no title")
        if not absolute(link or ""):
            wrong.append(f"{name}: `{link}` is not absolute")
        text = Text(html or "")
        for found in text.links:
            if not absolute(found) and not found.startswith("data:"):
                wrong.append(f"{name}: {link}: `{found}` in the text is not absolute")
        for tag in text.tags & {"script", "style", "link"}:
            wrong.append(f"{name}: {link}: <{tag}> in the text")


def read(path):
    name = str(path.relative_to(out))
    if path.suffix == ".json":
        feed = json.loads(path.read_text(encoding="utf-8"))
        if feed.get("version") != "https://jsonfeed.org/version/1.1":
            wrong.append(f"{name}: version {feed.get('version')}")
        if not absolute(feed.get("feed_url", "")):
            wrong.append(f"{name}: no feed_url")
        entries = []
        for item in feed["items"]:
            if not isinstance(item["id"], str) or not (item.get("content_html") or item.get("content_text") or item.get("summary")):
                wrong.append(f"{name}: {item.get('url')}: no id, or no content")
            entries.append((item["id"], item["url"], item.get("title"), item.get("content_html")))
        look(name, feed["title"], feed.get("home_page_url"), entries)
        return [entry[1:3] for entry in entries]
    feed = feedparser.parse(path.read_bytes(), sanitize_html=False, resolve_relative_uris=False)
    if feed.bozo:
        wrong.append(f"{name}: {feed.bozo_exception}")
    if feed.version not in ("rss20", "atom10"):
        wrong.append(f"{name}: version {feed.version!r}")
    entries = []
    for entry in feed.entries:
        if not (entry.get("published_parsed") or entry.get("updated_parsed")):
            # What has no date may say none in RSS; Atom must have one.
            if feed.version == "atom10":
                wrong.append(f"{name}: {entry.get('link')}: no date")
        html = entry.content[0].value if entry.get("content") else entry.get("summary")
        entries.append((entry.get("id"), entry.get("link"), entry.get("title"), html))
    look(name, feed.feed.get("title"), feed.feed.get("link"), entries)
    return [entry[1:3] for entry in entries]


posts = 0
for path in sorted(out.rglob("index.xml")):
    feeds += 1
    rss = read(path)
    for other in ("atom.xml", "feed.json"):
        beside = path.with_name(other)
        if not beside.is_file():
            wrong.append(f"{beside.relative_to(out)}: not there")
            continue
        feeds += 1
        links = read(beside)
        if [link for link, _ in links] != [link for link, _ in rss]:
            wrong.append(f"{beside.relative_to(out)}: {len(links)} entries, where RSS has {len(rss)}, or others")
    if path.parent == out:
        posts = len(rss)

# As many entries as there are dated texts in the main language.
if (source / "longhand.yaml").is_file():
    count = 0
    for text in (source / "content").rglob("*.md"):
        front = text.read_text(encoding="utf-8").split("---\n")[1]
        if text.name != "_index.md" and "\ndate:" in front and "\ndraft: true" not in front:
            count += not re.search(r"\.(?!en\b)[a-z]{2}\.md$", text.name)
    if posts != count:
        wrong.append(f"index.xml: {posts} entries, of {count} texts")
if not feeds:
    wrong.append("no feed")

for line in dict.fromkeys(wrong):
    print(line)
print(f"{feeds} feeds, {posts} entries in the first, {len(wrong)} complaints")
sys.exit(bool(wrong))
