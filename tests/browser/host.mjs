// A host for a built site, as a good one is set up: media types, gzip, lasting caches
// for what carries a fingerprint, and a content security policy. Also what the scripts
// that look share.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".xml": "application/xml",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
  ".mp4": "video/mp4",
  ".ogg": "audio/ogg",
};
const INLINE = /<script>(.*?)<\/script>/gs;

/** Serves the site on a port of the system's choice. */
export async function host(site) {
  // One text for all pages, named by its hash: a page with another one is in breach.
  const home = readFileSync(join(site.out, "index.html"), "utf8");
  const hashes = [...home.matchAll(INLINE)].map(
    ([, text]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
  );
  const own = [
    "default-src 'none'",
    `script-src 'self' ${hashes.join(" ")}`,
    // A table's columns are aligned, and a picture put behind a title, by attributes.
    "style-src 'self'; style-src-attr 'unsafe-inline'",
    "img-src 'self' data:; media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'",
    "frame-src https://www.youtube-nocookie.com https://player.vimeo.com",
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  ].join("; ");
  // A site that asks for headers says itself what its pages may do.
  const asked = existsSync(join(site.out, "_headers")) && readFileSync(join(site.out, "_headers"), "utf8");
  const said = asked && /^  Content-Security-Policy: (.*)$/m.exec(asked)?.[1];
  const policy = said || own;
  const answers = new Map();
  const answer = (path) => {
    if (!answers.has(path)) {
      const name = path.endsWith("/") ? `${path}index.html` : path;
      let body;
      try {
        body = readFileSync(join(site.out, name));
      } catch {
        body = undefined;
      }
      answers.set(path, { type: TYPES[extname(name)], body, small: body && gzipSync(body) });
    }
    return answers.get(path);
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://host").pathname);
    const { type, body, small } = answer(path);
    if (!body) {
      response.writeHead(404, { "content-type": "text/plain" });
      return response.end("not found");
    }
    const squeezed = /gzip/.test(request.headers["accept-encoding"] ?? "") && small.length < body.length;
    response.writeHead(200, {
      "content-type": type ?? "application/octet-stream",
      "cache-control": /\.[0-9a-f]{8}\.\w+$/.test(path) ? "public, max-age=31536000, immutable" : "public, max-age=0, must-revalidate",
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "strict-origin-when-cross-origin",
      "cross-origin-opener-policy": "same-origin",
      "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
      vary: "accept-encoding",
      ...(squeezed && { "content-encoding": "gzip" }),
      "content-length": (squeezed ? small : body).length,
    });
    response.end(request.method === "HEAD" ? undefined : squeezed ? small : body);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  return { origin: `http://localhost:${port}`, policy: { text: policy, ours: Boolean(said) }, small: (path) => answer(path).small.length, close: () => server.close() };
}

/** The pages of a site as their addresses' paths; a redirect is none. */
export function pages(site) {
  return readdirSync(site.out, { recursive: true })
    .filter((name) => name.endsWith(".html") && (!site.only.length || site.only.includes(name)))
    .map((name) => ({ html: readFileSync(join(site.out, name), "utf8"), path: `/${name.replace(/(^|\/)index\.html$/, "$1")}` }))
    .filter(({ html }) => !html.includes('http-equiv="refresh"'))
    .map(({ html, path }) => ({
      path,
      dir: /<html [^>]*dir="([^"]*)"/.exec(html)[1],
      // Pages of one kind are alike, but for texts.
      kind: /<body[^>]*class="([^"]*)"/.exec(html)[1],
      text: html.includes("e-content"),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The first page of each kind and direction, and all texts. */
export function varied(pages) {
  const seen = new Set();
  return pages.filter(({ dir, kind, text, path }) => {
    const key = `${dir} ${kind}${text ? path : ""}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Collects what is wrong, and at the end says it. */
export function ledger() {
  const wrong = [];
  return {
    wrong: (what) => wrong.push(what),
    close() {
      // One mistake of the theme is on every page.
      const seen = new Map();
      for (const line of wrong) {
        const [where, what] = [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)];
        seen.set(what, [...(seen.get(what) ?? []), where]);
      }
      for (const [what, where] of seen) console.log(`${where[0]}: ${what}${where.length > 1 ? ` … and ${where.length - 1} more` : ""}`);
      console.log(`${wrong.length} complaints`);
      process.exitCode = wrong.length ? 1 : 0;
    },
  };
}
