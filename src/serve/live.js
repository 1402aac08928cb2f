// Keeps a page of the preview up to date. Not part of the published site.
(() => {
  "use strict";
  const own = document.currentScript;
  const marks = own.dataset.marks.split(" ").filter(Boolean);
  // There is no page behind the errors.
  const nothing = marks.includes("nothing");
  const tag = own.dataset.tag;
  const NEWS = "/.longhand/news";
  const NOW = "/.longhand/now?path=";
  const KEEP = "longhand:" + location.pathname;

  // --- What is kept over a reload: the place, open details, the focused field. ---

  const nth = (element) => [...document.querySelectorAll(element.localName)].indexOf(element);

  function remember() {
    const field = document.activeElement;
    const typed = field && /^(input|textarea|select)$/.test(field.localName);
    const state = {
      x: scrollX,
      y: scrollY,
      open: [...document.querySelectorAll("details")].map((details) => details.open),
      field: field && field !== document.body && !field.shadowRoot
        ? {
            name: field.localName,
            id: field.id,
            at: nth(field),
            value: typed ? field.value : null,
            start: typed ? field.selectionStart : null,
            end: typed ? field.selectionEnd : null,
          }
        : null,
    };
    try {
      sessionStorage.setItem(KEEP, JSON.stringify(state));
    } catch {
      // Storage may be switched off; then the browser's own memory has to do.
    }
  }

  function recall() {
    let state = null;
    try {
      state = JSON.parse(sessionStorage.getItem(KEEP));
      sessionStorage.removeItem(KEEP);
    } catch {
      return;
    }
    if (!state) return;
    document.querySelectorAll("details").forEach((details, index) => {
      if (index in state.open) details.open = state.open[index];
    });
    const { field } = state;
    const found = field && ((field.id && document.getElementById(field.id)) ||
      document.querySelectorAll(field.name)[field.at]);
    if (found) {
      if (field.value !== null && "value" in found) {
        found.value = field.value;
        found.dispatchEvent(new Event("input", { bubbles: true }));
      }
      found.focus({ preventScroll: true });
      // Not every field has a selection.
      if (field.start !== null) try { found.setSelectionRange(field.start, field.end); } catch {}
    }
    const back = () => scrollTo({ left: state.x, top: state.y, behavior: "instant" });
    back();
    addEventListener("load", back, { once: true });
  }

  function reload() {
    remember();
    location.reload();
  }

  // --- What is put over the page: the banner and the errors. ---

  const LOOK = `
    :host { all: initial; color-scheme: inherit; }
    * { box-sizing: border-box; }
    [hidden] { display: none; }
    .banner {
      position: fixed; z-index: 2147483646; inset: auto auto 12px 12px; display: flex; gap: 8px;
      align-items: baseline; padding: 5px 11px; border-radius: 99px;
      color: light-dark(oklch(0.35 0.01 60), oklch(0.82 0.01 90));
      background: light-dark(oklch(0.97 0.008 90 / 0.94), oklch(0.27 0.01 260 / 0.94));
      border: 1px solid light-dark(oklch(0.86 0.012 80), oklch(0.36 0.012 260));
      font: 500 12px/1.35 system-ui, sans-serif; letter-spacing: 0.01em;
    }
    .banner b { font-weight: 600; color: light-dark(oklch(0.5 0.14 40), oklch(0.8 0.11 60)); }
    .banner button { all: unset; cursor: pointer; }
    .banner .hide { padding: 0 3px; margin-inline-end: -4px; opacity: 0.6; }
    .banner .hide:is(:hover, :focus-visible) { opacity: 1; }
    .banner .wrong {
      font-weight: 600; color: light-dark(oklch(0.5 0.17 30), oklch(0.76 0.14 35));
      text-decoration: underline 1px; text-underline-offset: 0.2em;
    }
    .banner.away b { color: light-dark(oklch(0.5 0.02 60), oklch(0.72 0.02 60)); }
    .problems {
      position: fixed; z-index: 2147483647; inset: 0; overflow: auto; overscroll-behavior: contain;
      padding: clamp(20px, 6vh, 72px) clamp(16px, 5vw, 48px) 48px;
      background: light-dark(oklch(0.24 0.012 60 / 0.46), oklch(0.1 0.01 260 / 0.6));
    }
    .sheet {
      max-width: 900px; margin: 0 auto; padding: clamp(18px, 3vw, 32px); border-radius: 4px;
      background: light-dark(oklch(0.985 0.006 90), oklch(0.22 0.01 260));
      color: light-dark(oklch(0.24 0.01 60), oklch(0.88 0.01 90));
      border-top: 4px solid light-dark(oklch(0.56 0.17 30), oklch(0.65 0.16 30));
      box-shadow: 0 18px 60px light-dark(oklch(0.2 0.02 60 / 0.28), oklch(0 0 0 / 0.5));
      font: 16px/1.5 Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif;
    }
    header {
      display: flex; justify-content: space-between; align-items: baseline; gap: 24px;
      position: sticky; inset-block-start: calc(-1 * clamp(20px, 6vh, 72px)); padding-block: 6px;
      margin-block: -6px; background: inherit;
    }
    h1 { margin: 0 0 2px; font-size: 21px; line-height: 1.3; font-weight: 600; text-wrap: balance; }
    header + p { margin: 0 0 20px; color: light-dark(oklch(0.48 0.012 60), oklch(0.7 0.01 90)); font-style: italic; }
    .sheet:focus { outline: none; }
    h2 { margin: 0; font-size: 17px; line-height: 1.4; font-weight: 600; text-wrap: pretty; overflow-wrap: anywhere; }
    section { margin-top: 18px; padding-top: 16px; border-top: 1px solid light-dark(oklch(0.88 0.01 80), oklch(0.34 0.01 260)); }
    section p { margin: 8px 0 0; text-wrap: pretty; overflow-wrap: anywhere; }
    section em { font-variant: small-caps; font-style: normal; margin-inline-end: 0.15em; color: light-dark(oklch(0.5 0.012 60), oklch(0.68 0.01 90)); }
    .place, code { font: 13px/1.55 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    h2 code { font-size: 0.88em; line-height: 1; }
    a {
      color: light-dark(oklch(0.46 0.12 30), oklch(0.8 0.09 45));
      text-underline-offset: 0.2em; text-decoration-thickness: 1px;
    }
    pre {
      margin: 8px 0 0; overflow: auto; tab-size: 4; color: inherit;
      font: 13px/1.55 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
    }
    h2 small { margin-inline-start: 0.5em; font: 400 13px/1 ui-monospace, Menlo, Consolas, monospace; }
    pre i, h2 small { font-style: normal; color: light-dark(oklch(0.54 0.012 60), oklch(0.64 0.01 90)); }
    pre b { color: light-dark(oklch(0.52 0.17 30), oklch(0.74 0.14 35)); }
    .close { all: unset; cursor: pointer; font: 13.5px/1 system-ui, sans-serif; color: light-dark(oklch(0.48 0.012 60), oklch(0.7 0.01 90)); }
    :is(.close, .banner button, a):focus-visible {
      outline: 2px solid oklch(0.56 0.17 30); outline-offset: 3px; border-radius: 2px;
    }
    @media print { :host { display: none; } }
  `;

  const host = document.createElement("longhand-preview");
  const root = host.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = LOOK;
  const banner = document.createElement("div");
  const over = document.createElement("div");
  root.append(style, banner, over);

  const WORDS = { draft: "draft", future: "dated in the future", expired: "expired" };

  let away = false;

  function showBanner() {
    banner.className = away ? "banner away" : "banner";
    banner.setAttribute("role", "status");
    const what = document.createElement("span");
    what.textContent = away ? "Preview (the server has stopped)" : "Preview";
    const parts = [what];
    const names = marks.filter((mark) => mark in WORDS).map((mark) => WORDS[mark]);
    if (names.length) {
      const mark = document.createElement("b");
      mark.textContent = names.join(", ");
      parts.push(mark);
    }
    if (dismissed) {
      const wrong = document.createElement("button");
      wrong.type = "button";
      wrong.className = "wrong";
      wrong.textContent = "errors";
      wrong.title = "Show what is wrong";
      wrong.onclick = () => {
        const html = dismissed;
        dismissed = null;
        showProblems(html);
      };
      parts.push(wrong);
    }
    const hide = document.createElement("button");
    hide.type = "button";
    hide.className = "hide";
    hide.textContent = "×";
    hide.title = "Hide until the next page";
    hide.setAttribute("aria-label", hide.title);
    hide.onclick = () => banner.remove();
    banner.replaceChildren(...parts, hide);
  }

  // The same errors, once put away, stay away; the banner brings them back.
  let dismissed = null;

  function showProblems(html) {
    if (html !== null && html === dismissed) return;
    dismissed = null;
    showBanner();
    if (html === null) {
      over.replaceChildren();
      over.removeAttribute("class");
      return;
    }
    over.className = "problems";
    over.innerHTML = `<div class="sheet" role="alertdialog" aria-labelledby="t" tabindex="-1">
      <header><button class="close" type="button">Close</button></header><p></p><div></div></div>`;
    const list = over.querySelector(".sheet > div");
    // Escaped where it was made: text of the author's files, never markup.
    list.innerHTML = html;
    const title = list.querySelector("h1");
    title.id = "t";
    over.querySelector("header").prepend(title);
    over.querySelector("header + p").textContent = nothing
      ? "There is no page behind this yet: it appears when this is mended."
      : "Behind this is the page as it was before the last edit.";
    // What is marked is in sight, however narrow the window.
    for (const mark of list.querySelectorAll("pre b")) {
      const before = mark.textContent.search(/\S/);
      const code = mark.closest("pre");
      if (before > 0) code.scrollLeft = Math.max(0, (mark.offsetWidth * before) / mark.textContent.length - code.clientWidth / 3);
    }
    const close = () => {
      over.replaceChildren();
      over.removeAttribute("class");
      dismissed = html;
      showBanner();
    };
    over.querySelector(".close").hidden = nothing;
    over.querySelector(".close").onclick = close;
    over.onclick = (event) => event.target === over && !nothing && close();
    over.onkeydown = (event) => event.key === "Escape" && !nothing && close();
    over.querySelector(".sheet").focus({ preventScroll: true });
  }

  // --- What is new. ---

  const sheets = (page) => [...page.querySelectorAll('link[rel~="stylesheet"]')];

  /** The page without what names style sheets, to see whether more than they changed. */
  function bare(page) {
    const copy = page.cloneNode(true);
    for (const link of copy.querySelectorAll('link[rel~="stylesheet"], link[rel~="preload"][as="style"]')) link.remove();
    for (const script of copy.querySelectorAll('script[src="/.longhand/live.js"]')) script.remove();
    return copy.documentElement.outerHTML;
  }

  function swap(old, href, integrity) {
    const link = old.cloneNode();
    if (integrity) link.integrity = integrity;
    else link.removeAttribute("integrity");
    link.href = href;
    // The old one stays until the new one is there: nothing flickers.
    link.onload = link.onerror = () => old.remove();
    old.after(link);
  }

  /** Takes over other style sheets; false if more than these are new. */
  function restyle(text) {
    const next = new DOMParser().parseFromString(text, "text/html");
    if (before === null || bare(next) !== before) return false;
    const [mine, theirs] = [sheets(document), sheets(next)];
    if (mine.length !== theirs.length) return false;
    theirs.forEach((link, index) => {
      const href = new URL(link.getAttribute("href"), location.href).href;
      if (mine[index].href !== href) swap(mine[index], href, link.integrity);
    });
    return true;
  }

  let known = null;
  let shownTag = tag;
  /** The page as it was sent, fetched when it is first needed to compare with. */
  let before = null;
  let asking = false;
  let again = false;

  async function text() {
    const answer = await fetch(location.href, { cache: "no-cache", headers: { accept: "text/html" } });
    return answer.text();
  }

  async function ask() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      do {
        again = false;
        await compare(await (await fetch(NOW + encodeURIComponent(location.pathname))).json());
      } while (again);
    } catch {
      // The server is away; the stream says when it is back.
    } finally {
      asking = false;
    }
  }

  async function compare(now) {
    const last = known;
    known = now;
    showProblems(now.problems);
    if (last && now.went > last.went && now.url !== null && now.url !== location.pathname) {
      location.href = now.url;
      return;
    }
    if (now.tag && now.tag !== shownTag) {
      if (!restyle(await text())) return reload();
      shownTag = now.tag;
    }
    if (!last) {
      if (before === null) before = bare(new DOMParser().parseFromString(await text(), "text/html"));
      return;
    }
    if (now.files !== last.files) return reload();
    if (now.styles !== last.styles) {
      for (const link of sheets(document)) {
        const url = new URL(link.href);
        if (url.origin !== location.origin || link.integrity) continue;
        url.searchParams.set("preview", now.styles);
        swap(link, url.href, "");
      }
    }
  }

  // --- Hearing of news. A browser opens six connections to a server: of many tabs
  // one listens and tells the others. ---

  function listen(heard) {
    const stream = new EventSource(NEWS);
    stream.addEventListener("hello", () => heard("hello"));
    stream.addEventListener("news", () => heard("news"));
    stream.onerror = () => heard("away");
    addEventListener("pagehide", () => stream.close(), { once: true });
    return stream;
  }

  function heard(what) {
    away = what === "away";
    if (banner.isConnected) showBanner();
    if (what !== "away") ask();
  }

  function start() {
    document.body.append(host);
    showBanner();
    recall();
    ask();
    if (navigator.locks && window.BroadcastChannel) {
      const channel = new BroadcastChannel("longhand");
      channel.onmessage = (event) => heard(event.data);
      navigator.locks.request("longhand", () => {
        listen((what) => {
          channel.postMessage(what);
          heard(what);
        });
        // Held for as long as the tab is open.
        return new Promise(() => {});
      });
    } else {
      // Not a secure context, such as a phone's: only the tab that is seen listens.
      let stream = null;
      const look = () => {
        if (document.hidden) {
          stream?.close();
          stream = null;
        } else {
          stream ??= listen(heard);
        }
      };
      document.addEventListener("visibilitychange", look);
      look();
    }
  }

  addEventListener("pageshow", (event) => event.persisted && location.reload());
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
