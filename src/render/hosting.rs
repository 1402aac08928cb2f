//! What hosts should say with the site's files: as `_headers`, which Netlify and
//! Cloudflare Pages read, and as text for Apache, nginx and Caddy, with the
//! redirects in it.

use super::Renderer;
use super::policy::Policy;
use crate::site::route::Job;
use crate::text;
use std::fmt::Write;

/// A server that is told by its own configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    Apache,
    Caddy,
    Nginx,
}

/// How long what carries a fingerprint may be kept: it never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";
const FRESH: &str = "public, max-age=0, must-revalidate";

/// Names with a fingerprint, as a regular expression.
const FINGERPRINTED: &str = r"\.[0-9a-f]{8}\.(css|js|woff2|svg)$";

impl Renderer {
    /// Header and value, for every file.
    fn headers(&self) -> Vec<(&str, String)> {
        let headers = &self.shared.site.config.headers;
        let mut all: Vec<(&str, String)> = Vec::new();
        let policy = self.policy.as_ref().map(Policy::header);
        all.extend(policy.map(|policy| ("Content-Security-Policy", policy)));
        all.push(("X-Content-Type-Options", "nosniff".to_owned()));
        all.push((
            "Referrer-Policy",
            "strict-origin-when-cross-origin".to_owned(),
        ));
        for (name, value) in &headers.values {
            all.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            all.push((name, value.clone()));
        }
        all
    }

    /// `_headers`.
    pub(super) fn headers_file(&self, out: &mut String) {
        let site = &self.shared.site;
        let base = site.base_path();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{base}*");
        for (name, value) in self.headers() {
            let _ = writeln!(out, "  {name}: {value}");
        }
        for asset in site
            .assets
            .iter()
            .filter(|asset| asset.output != asset.name)
        {
            let url = site.href(&asset.output);
            let _ = writeln!(out, "{url}\n  Cache-Control: {FOREVER}");
        }
    }

    /// Where old addresses lead: the path, decoded, and the new address.
    fn old_addresses(&self) -> Vec<(String, String)> {
        let site = &self.shared.site;
        let redirects = site.routes.all.iter().filter_map(|route| match &route.job {
            Job::Redirect(target) => Some((
                format!(
                    "{}{}",
                    site.base_path(),
                    route.output.trim_end_matches("index.html")
                ),
                match crate::site::links::is_external(target) {
                    true => text::encode_url(target),
                    false => site.href(target),
                },
            )),
            _ => None,
        });
        redirects
            .filter(|(from, to)| text::encode_path(from) != *to)
            .collect()
    }

    /// Text to include in a server's configuration.
    pub fn for_server(&self, server: Server) -> String {
        let mut out = String::new();
        match server {
            Server::Nginx => self.nginx(&mut out),
            Server::Apache => self.apache(&mut out),
            Server::Caddy => self.caddy(&mut out),
        }
        out
    }

    fn nginx(&self, out: &mut String) {
        out.push_str("# To be included in a `server` block of nginx.\nindex index.html;\n");
        let _ = writeln!(out, "error_page 404 {};", self.shared.site.href("404.html"));
        let headers: String =
            self.headers()
                .iter()
                .fold(String::new(), |mut all, (name, value)| {
                    let _ = writeln!(all, "    add_header {name} \"{}\" always;", value);
                    all
                });
        out.push_str("\n# What begins with a dot is nobody's business.\nlocation ~ /\\.(?!well-known/) { return 404; }\n");
        let _ = writeln!(
            out,
            "\nlocation / {{\n    try_files $uri $uri/ =404;\n    add_header Cache-Control \"{FRESH}\";\n{headers}}}"
        );
        let _ = writeln!(
            out,
            "\n# Names with a fingerprint: other bytes, another name.\nlocation ~ \"{FINGERPRINTED}\" {{\n    add_header Cache-Control \"{FOREVER}\";\n{headers}}}"
        );
        for (n, (from, to)) in self.old_addresses().iter().enumerate() {
            if n == 0 {
                out.push_str("\n# Pages that have moved.\n");
            }
            let from = from.replace('\\', "\\\\").replace('"', "\\\"");
            let _ = writeln!(
                out,
                "location = \"{from}\" {{ return 301 \"{}\"; }}",
                to.replace('$', "%24")
            );
        }
    }

    fn apache(&self, out: &mut String) {
        out.push_str("# To be included in a `VirtualHost` of Apache 2.4, or as `.htaccess`. Needs mod_headers and mod_alias.\nDirectoryIndex index.html\n");
        let _ = writeln!(
            out,
            "ErrorDocument 404 {}",
            self.shared.site.href("404.html")
        );
        out.push_str("\n# What begins with a dot is nobody's business.\nRedirectMatch 404 \"/\\.(?!well-known/)\"\n\n");
        for (name, value) in self.headers() {
            let _ = writeln!(
                out,
                "Header always set {name} \"{}\"",
                value.replace('%', "%%")
            );
        }
        let _ = writeln!(
            out,
            "Header set Cache-Control \"{FRESH}\"\n\n# Names with a fingerprint: other bytes, another name.\n<FilesMatch \"{FINGERPRINTED}\">\n    Header set Cache-Control \"{FOREVER}\"\n</FilesMatch>"
        );
        for (n, (from, to)) in self.old_addresses().iter().enumerate() {
            if n == 0 {
                out.push_str("\n# Pages that have moved.\n");
            }
            let mut pattern = String::new();
            for c in from.chars() {
                if r#"\.+*?()|[]{}^$""#.contains(c) {
                    pattern.push('\\');
                }
                pattern.push(c);
            }
            let _ = writeln!(
                out,
                "RedirectMatch 301 \"^{pattern}$\" \"{}\"",
                to.replace('$', "%24")
            );
        }
    }

    fn caddy(&self, out: &mut String) {
        out.push_str("# To be imported within a site's block of Caddy 2.\n");
        for (name, value) in self.headers() {
            let _ = writeln!(out, "header {name} \"{value}\"");
        }
        let _ = writeln!(
            out,
            "\n# Names with a fingerprint: other bytes, another name.\n@forever path_regexp \"{FINGERPRINTED}\"\n@fresh not path_regexp \"{FINGERPRINTED}\"\nheader @forever Cache-Control \"{FOREVER}\"\nheader @fresh Cache-Control \"{FRESH}\""
        );
        out.push_str("\n# What begins with a dot is nobody's business.\n@hidden {\n\tpath_regexp /\\.\n\tnot path /.well-known/*\n}\nerror @hidden 404\n");
        for (n, (from, to)) in self.old_addresses().iter().enumerate() {
            if n == 0 {
                out.push_str("\n# Pages that have moved.\n");
            }
            // Asterisks and braces mean something else in a path, and quotes end one.
            let from = text::encode_path(from)
                .replace('*', "%2A")
                .replace('{', "%7B")
                .replace('"', "%22");
            let _ = writeln!(out, "redir \"{from}\" \"{}\" 301", to.replace('{', "%7B"));
        }
        out.push_str("\nfile_server\n");
        let missing = self.shared.site.href("404.html");
        let _ = writeln!(
            out,
            "handle_errors {{\n\t@missing expression {{err.status_code}} == 404\n\trewrite @missing {missing}\n\tfile_server\n}}"
        );
    }
}
