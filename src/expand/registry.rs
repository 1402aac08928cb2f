//! Which shortcodes there are and what they take: the built-in ones by
//! declaration, a site's own by what its template asks for.

use crate::diag::{Diagnostic, Span};
use crate::parse::shortcode::Call;
use crate::text;
use std::collections::BTreeMap;

/// All shortcodes of a site, by name.
#[derive(Clone, Debug, Default)]
pub struct Shortcodes {
    by_name: BTreeMap<String, Shortcode>,
    /// Hugo takes `Figure` for `figure`.
    by_lower_case: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
pub struct Shortcode {
    /// The template's name: `shortcodes/NAME.html`.
    pub template: String,
    /// Names that it knows, the required ones first.
    params: Vec<String>,
    required: usize,
    /// It takes names that we cannot know.
    open: bool,
    /// What positional arguments are called, for each number of them.
    positional: Vec<Vec<String>>,
    inner: Inner,
}

/// What a shortcode makes of the text within it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Inner {
    None,
    Optional,
    /// Without a closing tag it makes no sense, and Hugo refuses it.
    Wanted,
}

/// A built-in shortcode, as its template in `templates/shortcodes/` wants it.
struct Builtin {
    name: &'static str,
    required: &'static str,
    optional: &'static str,
    /// Orders of positional arguments, parted by `|`.
    positional: &'static str,
    inner: Inner,
}

const BUILTINS: &[Builtin] = &[
    builtin(
        "audio",
        "src",
        "title caption class loop autoplay muted controls preload type",
        "src",
        Inner::None,
    ),
    builtin(
        "button",
        "href",
        "label external style class rel target",
        "href label",
        Inner::Optional,
    ),
    builtin(
        "collapse",
        "",
        "summary openByDefault open class name title",
        "summary",
        Inner::Wanted,
    ),
    builtin(
        "details",
        "",
        "summary open openByDefault class name title",
        "summary",
        Inner::Wanted,
    ),
    builtin(
        "epigraph",
        "",
        "author source url",
        "author source url",
        Inner::Wanted,
    ),
    builtin(
        "figure",
        "src",
        "alt link target rel title caption attr attrlink class align width height loading decoding",
        "src",
        Inner::None,
    ),
    builtin("fullwidth", "", "class", "class", Inner::Wanted),
    builtin(
        "gist",
        "user id",
        "file script",
        "user id file",
        Inner::None,
    ),
    builtin(
        "highlight",
        "lang",
        "options",
        "lang options",
        Inner::Wanted,
    ),
    builtin(
        "inTextImg",
        "url",
        "height alt",
        "url height alt",
        Inner::None,
    ),
    builtin("instagram", "id", "title poster", "id", Inner::None),
    builtin("ltr", "", "md", "md", Inner::Wanted),
    builtin("param", "name", "", "name", Inner::None),
    builtin(
        "prediction",
        "p",
        "due outcome",
        "p due outcome",
        Inner::Wanted,
    ),
    builtin(
        "qr",
        "",
        "text level scale alt title class id loading targetDir",
        "text",
        Inner::Optional,
    ),
    builtin(
        "quote",
        "",
        "author source url class",
        "author source url",
        Inner::Wanted,
    ),
    builtin("rawhtml", "", "", "", Inner::Wanted),
    builtin("ref", "path", "lang outputFormat", "path lang", Inner::None),
    builtin(
        "relref",
        "path",
        "lang outputFormat",
        "path lang",
        Inner::None,
    ),
    builtin("rtl", "", "md", "md", Inner::Wanted),
    builtin("smallcaps", "", "text", "text", Inner::Optional),
    builtin("spoiler", "", "summary", "summary", Inner::Wanted),
    builtin("table", "src", "caption class", "src caption", Inner::None),
    builtin("tweet", "id", "user", "id|user id", Inner::None),
    builtin("twitter", "id", "user", "id|user id", Inner::None),
    builtin(
        "video",
        "src",
        "poster title alt caption class width height autoplay loop controls muted playsinline preload type",
        "src",
        Inner::None,
    ),
    builtin(
        "vimeo",
        "id",
        "title class loading poster iframe autoplay loop muted start allowFullScreen",
        "id class title",
        Inner::None,
    ),
    builtin("x", "id", "user", "id|user id", Inner::None),
    builtin(
        "youtube",
        "id",
        "title class loading poster iframe autoplay controls start end loop mute allowFullScreen",
        "id class",
        Inner::None,
    ),
];

const fn builtin(
    name: &'static str,
    required: &'static str,
    optional: &'static str,
    positional: &'static str,
    inner: Inner,
) -> Builtin {
    Builtin {
        name,
        required,
        optional,
        positional,
        inner,
    }
}

impl Shortcodes {
    /// From every template of `shortcodes/`: its name (`shortcodes/figure.html`),
    /// its text, and whether it is the site's own. Others are passed over.
    pub fn new<'a>(templates: impl IntoIterator<Item = (&'a str, &'a str, bool)>) -> Shortcodes {
        let mut by_name = BTreeMap::new();
        for (template, text, own) in templates {
            let Some(name) = template
                .strip_prefix("shortcodes/")
                .and_then(|name| name.strip_suffix(".html"))
            else {
                continue;
            };
            let declared = BUILTINS.iter().find(|builtin| builtin.name == name && !own);
            let shortcode = match declared {
                Some(builtin) => Shortcode::declared(template, builtin),
                None => Shortcode::read(template, text),
            };
            by_name.insert(name.to_owned(), shortcode);
        }
        let by_lower_case = by_name
            .keys()
            .map(|name: &String| (name.to_lowercase(), name.clone()))
            .collect();
        Shortcodes {
            by_name,
            by_lower_case,
        }
    }

    pub fn get(&self, name: &str) -> Option<&Shortcode> {
        self.by_name.get(name).or_else(|| {
            self.by_name
                .get(self.by_lower_case.get(&name.to_lowercase())?)
        })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

impl Shortcode {
    fn declared(template: &str, builtin: &Builtin) -> Shortcode {
        let words = |list: &str| {
            list.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let mut params = words(builtin.required);
        let required = params.len();
        params.extend(words(builtin.optional));
        Shortcode {
            template: template.to_owned(),
            params,
            required,
            open: false,
            positional: builtin.positional.split('|').map(words).collect(),
            inner: builtin.inner,
        }
    }

    /// A site's own: it takes what its text names.
    fn read(template: &str, text: &str) -> Shortcode {
        let includes = ["{% include", "{%- include", "{% extends", "{%- extends"]
            .iter()
            .any(|tag| text.contains(tag));
        let (params, open) = names_in(text);
        Shortcode {
            template: template.to_owned(),
            params,
            required: 0,
            // What is included may ask for more.
            open: open || includes,
            positional: Vec::new(),
            inner: match text.contains("inner") {
                _ if includes => Inner::Optional,
                false => Inner::None,
                true if text.contains("if inner") || text.contains("inner or") => Inner::Optional,
                true => Inner::Wanted,
            },
        }
    }

    pub fn param_names(&self) -> impl Iterator<Item = &str> {
        self.params.iter().map(String::as_str)
    }

    /// The names of `count` positional arguments.
    pub fn positional(&self, count: usize) -> &[String] {
        let exact = self.positional.iter().find(|names| names.len() == count);
        exact
            .or_else(|| self.positional.iter().max_by_key(|names| names.len()))
            .map_or(&[], Vec::as_slice)
    }

    /// What is wrong with a call's arguments and inner text.
    pub fn check(&self, call: &Call) -> Vec<Diagnostic> {
        let mut out = Vec::new();
        let named = call.args.iter().any(|arg| arg.name.is_some());
        let given: Vec<&str> = if named {
            call.args
                .iter()
                .filter_map(|arg| arg.name.as_deref())
                .collect()
        } else {
            let names = self.positional(call.args.len());
            if !self.positional.is_empty() {
                self.check_count(call, names.len(), &mut out);
            }
            names
                .iter()
                .take(call.args.len())
                .map(String::as_str)
                .collect()
        };
        if named && !self.open {
            self.check_names(call, &mut out);
        }
        let missing: Vec<&str> = self.params[..self.required]
            .iter()
            .map(String::as_str)
            .filter(|name| !given.contains(name))
            .collect();
        if !missing.is_empty() {
            let message = format!("shortcode `{}` needs {}", call.name, list(&missing));
            out.push(
                Diagnostic::error("shortcode-argument", call.tag, message).help(self.expected()),
            );
        }
        out.extend(self.check_inner(call));
        out
    }

    fn check_inner(&self, call: &Call) -> Option<Diagnostic> {
        match (&call.inner, self.inner) {
            (Some(inner), Inner::None) if !inner.text.trim().is_empty() => {
                let message = format!(
                    "shortcode `{}` makes nothing of the text within it",
                    call.name
                );
                let help = "remove the closing tag, or use `inner` in its template";
                Some(Diagnostic::warning("shortcode-inner", inner.span, message).help(help))
            }
            (None, Inner::Wanted) => {
                let message = format!("shortcode `{}` is not closed", call.name);
                let (left, right) = if call.markdown {
                    ("{{%", "%}}")
                } else {
                    ("{{<", ">}}")
                };
                let help = format!(
                    "close it with `{left} /{} {right}`, or write `/{right}` if it holds nothing",
                    call.name
                );
                Some(Diagnostic::warning("shortcode-inner", call.tag, message).help(help))
            }
            _ => None,
        }
    }

    fn check_count(&self, call: &Call, most: usize, out: &mut Vec<Diagnostic>) {
        let Some(first) = call.args.get(most) else {
            return;
        };
        let message = match most {
            0 => format!("shortcode `{}` takes no positional arguments", call.name),
            1 => format!("shortcode `{}` takes one positional argument", call.name),
            most => format!(
                "shortcode `{}` takes at most {most} positional arguments",
                call.name
            ),
        };
        let span = Span {
            end: call
                .args
                .last()
                .map_or(first.span.end, |last| last.span.end),
            ..first.span
        };
        out.push(Diagnostic::warning("shortcode-argument", span, message).help(self.expected()));
    }

    fn check_names(&self, call: &Call, out: &mut Vec<Diagnostic>) {
        for (index, arg) in call.args.iter().enumerate() {
            let Some(name) = arg.name.as_deref() else {
                continue;
            };
            if call.args[..index]
                .iter()
                .any(|earlier| earlier.name.as_deref() == Some(name))
            {
                let message = format!(
                    "argument `{name}` of shortcode `{}` is given twice",
                    call.name
                );
                out.push(
                    Diagnostic::warning("shortcode-argument", arg.span, message)
                        .help("the last one counts"),
                );
            }
            if self.params.iter().any(|param| param == name) {
                continue;
            }
            let message = format!("shortcode `{}` has no argument `{name}`", call.name);
            let help = match text::nearest(name, self.param_names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => self.expected(),
            };
            out.push(Diagnostic::warning("shortcode-argument", arg.span, message).help(help));
        }
    }

    fn expected(&self) -> String {
        let (required, optional) = self.params.split_at(self.required);
        match (list(required), list(optional)) {
            (required, optional) if required.is_empty() && optional.is_empty() => {
                "it takes no arguments".to_owned()
            }
            (required, optional) if required.is_empty() => format!("it may have {optional}"),
            (required, optional) if optional.is_empty() => format!("expected {required}"),
            (required, optional) => format!("expected {required}; it may have {optional}"),
        }
    }
}

/// `a`, `b` and `c`.
fn list<S: AsRef<str>>(names: &[S]) -> String {
    let mut out = String::new();
    for (index, name) in names.iter().enumerate() {
        out += match index {
            0 => "",
            _ if index + 1 == names.len() => " and ",
            _ => ", ",
        };
        out += &format!("`{}`", name.as_ref());
    }
    out
}

/// The arguments that a template's text asks for: `args.name`, `args["name"]`,
/// `arg(name="name")`; and whether it uses `args` in another way, so that it
/// may ask for any.
fn names_in(text: &str) -> (Vec<String>, bool) {
    let mut names: Vec<String> = Vec::new();
    let mut open = false;
    for (at, _) in text.match_indices("arg") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '\'')) {
            continue;
        }
        let rest = &text[at + "arg".len()..];
        let name = if let Some(rest) = rest.strip_prefix("s?.").or_else(|| rest.strip_prefix("s."))
        {
            Some(identifier(rest))
        } else if let Some(rest) = rest.strip_prefix("s[").or_else(|| rest.strip_prefix("s?[")) {
            quoted(rest).or_else(|| {
                rest.starts_with(|c: char| c.is_ascii_digit() || c == '-')
                    .then_some("")
            })
        } else if let Some(rest) = rest.strip_prefix('(') {
            Some(
                rest.split_once("name=")
                    .and_then(|(_, rest)| quoted(rest))
                    .unwrap_or(""),
            )
        } else if rest.starts_with('s')
            && !rest[1..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
        {
            None
        } else {
            continue;
        };
        match name {
            Some("") => {}
            Some(name) if names.iter().any(|known| known == name) => {}
            Some(name) => names.push(name.to_owned()),
            None => open = true,
        }
    }
    (names, open)
}

fn identifier(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    &text[..end]
}

fn quoted(text: &str) -> Option<&str> {
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    text[1..].split_once(quote).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::FileId;
    use crate::parse::shortcode::extract;

    #[test]
    fn a_template_takes_what_it_names() {
        let names = |text| names_in(text);
        assert_eq!(
            names(
                "{% if args.src %}{{ args[\"alt\"] }}{{ arg(name='x', at=0) }}{{ args[0] }} {{ args?.src }}"
            ),
            (
                vec!["src".to_owned(), "alt".to_owned(), "x".to_owned()],
                false
            )
        );
        assert_eq!(names("{% for k, v in args %}"), (vec![], true));
        assert_eq!(
            names("{# arguments and args_of #} {{ kwargs.x }}"),
            (vec![], false)
        );
    }

    fn check(template: (&str, &str, bool), call: &str) -> Vec<String> {
        let shortcodes = Shortcodes::new([template]);
        let call = extract(call, FileId(0), 0).calls.remove(0);
        let found = shortcodes
            .get(&call.name)
            .expect("the template is there")
            .check(&call);
        let help = |d: &Diagnostic| d.help.clone().unwrap_or_default();
        found
            .iter()
            .map(|d| format!("{:?}: {} | {}", d.severity, d.message, help(d)))
            .collect()
    }

    #[test]
    fn arguments_are_checked() {
        let gist = ("shortcodes/gist.html", "", false);
        assert_eq!(check(gist, "{{< gist user=a id=b >}}"), [""; 0]);
        assert_eq!(check(gist, "{{< gist a b f.rs >}}"), [""; 0]);
        assert_eq!(
            check(gist, "{{< gist user=a scrpt=true user=b >}}"),
            [
                "Warning: shortcode `gist` has no argument `scrpt` | did you mean `script`?",
                "Warning: argument `user` of shortcode `gist` is given twice | the last one counts",
                "Error: shortcode `gist` needs `id` | expected `user` and `id`; it may have `file` and `script`",
            ]
        );
        assert_eq!(
            check(gist, "{{< gist a b c d >}}"),
            [
                "Warning: shortcode `gist` takes at most 3 positional arguments | expected `user` and `id`; it may have `file` and `script`"
            ]
        );
        assert_eq!(
            check(("shortcodes/param.html", "", false), "{{< param >}}"),
            ["Error: shortcode `param` needs `name` | expected `name`"]
        );
        assert_eq!(
            check(
                ("shortcodes/rawhtml.html", "", false),
                "{{< rawhtml strict=true />}}"
            ),
            ["Warning: shortcode `rawhtml` has no argument `strict` | it takes no arguments"]
        );
    }

    #[test]
    fn a_site_s_own_template_is_read() {
        let own = ("shortcodes/param.html", "{{ args.label }}", true);
        assert_eq!(
            check(own, "{{< param lable=x >}}in{{< /param >}}"),
            [
                "Warning: shortcode `param` has no argument `lable` | did you mean `label`?",
                "Warning: shortcode `param` makes nothing of the text within it | remove the closing tag, or use `inner` in its template",
            ]
        );
        assert_eq!(
            check(
                ("shortcodes/a/b.html", "{{ args | json }}{{ inner }}", true),
                "{{< a/b x=1 />}}"
            ),
            [""; 0]
        );
    }

    #[test]
    fn what_holds_text_must_be_closed() {
        let details = ("shortcodes/details.html", "", false);
        assert_eq!(
            check(details, "{{% details %}} text"),
            [
                "Warning: shortcode `details` is not closed | close it with `{{% /details %}}`, or write `/%}}` if it holds nothing"
            ]
        );
        assert_eq!(check(details, "{{< details />}}"), [""; 0]);
        let own = (
            "shortcodes/a.html",
            "{% if inner %}{{ inner }}{% endif %}",
            true,
        );
        assert_eq!(check(own, "{{< a >}}"), [""; 0]);
    }

    #[test]
    fn declarations_are_whole() {
        for builtin in BUILTINS {
            let shortcode = Shortcode::declared("", builtin);
            for name in shortcode.positional.iter().flatten() {
                assert!(shortcode.params.contains(name), "{}: {name}", builtin.name);
            }
        }
    }
}
