//! Commands that an author defines: in the configuration, in front matter, or in a formula
//! with `\newcommand` and its like.

use super::Problem;
use std::collections::BTreeMap;
use std::ops::Range;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Macros(BTreeMap<String, Macro>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Macro {
    /// How many arguments it takes, from 0 to 9.
    pub arguments: u8,
    /// What stands for the first one where it is left out, as in LaTeX's `\newcommand`.
    pub default: Option<String>,
    /// TeX with `#1` to `#9`.
    pub body: String,
}

impl Macro {
    /// Of a body alone: it takes as many arguments as it mentions.
    pub fn new(body: &str) -> Macro {
        let mentioned = body.as_bytes().windows(2).filter_map(|two| match two {
            [b'#', digit @ b'1'..=b'9'] => Some(digit - b'0'),
            _ => None,
        });
        Macro {
            arguments: mentioned.max().unwrap_or(0),
            default: None,
            body: body.to_owned(),
        }
    }
}

impl Macros {
    pub fn get(&self, name: &str) -> Option<&Macro> {
        self.0.get(name)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Takes those of `other` too; they win.
    pub fn extend(&mut self, other: &Macros) {
        let other = other.0.iter();
        self.0
            .extend(other.map(|(name, own)| (name.clone(), own.clone())));
    }

    /// Defines a command; `name` with or without its backslash.
    ///
    /// # Errors
    /// In words, where the name is none of TeX or the body has a brace without its like.
    pub fn define(&mut self, name: &str, own: Macro) -> Result<(), String> {
        let bare = name.strip_prefix('\\').unwrap_or(name);
        let letters = bare.bytes().all(|b| b.is_ascii_alphabetic());
        let sign = bare.chars().count() == 1 && !bare.starts_with(['{', '}', '\\', ' ']);
        if bare.is_empty() || !(letters || sign) {
            return Err(format!(
                "`{name}` is no name of a command: letters alone, or a single sign"
            ));
        }
        let mut depth = 0_i32;
        let mut bytes = own.body.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' => drop(bytes.next()),
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                break;
            }
        }
        if depth != 0 {
            return Err(format!(
                "the braces of `\\{bare}` do not pair: `{}`",
                own.body
            ));
        }
        self.0.insert(bare.to_owned(), own);
        Ok(())
    }
}

/// What follows a `\newcommand` in TeX, read.
pub(super) struct Definition<'t> {
    pub(super) name: &'t str,
    pub(super) own: Macro,
    /// Bytes of the text up to its end.
    pub(super) end: usize,
}

/// Reads a definition; `at` is past the command that makes it.
pub(super) fn definition<'t>(
    text: &'t str,
    at: usize,
    command: &str,
) -> Result<Definition<'t>, Problem> {
    let wrong = |range: Range<usize>| Problem {
        range,
        message: format!("`\\{command}` defines nothing"),
        help: Some(format!(
            "write it as `\\{command}{}`",
            match command {
                "def" | "gdef" => "\\name#1{…}",
                _ => "{\\name}[1]{…}",
            }
        )),
        unknown: None,
    };
    let star = text[at..].starts_with('*');
    let at = at + usize::from(star);
    let (name, mut at) = argument(text, at).ok_or_else(|| wrong(at..text.len()))?;
    let name = text[name].trim();
    let mut arguments = 0;
    let mut default = None;
    if matches!(command, "def" | "gdef") {
        while text[at..].starts_with('#') {
            arguments += 1;
            at = (at + 2).min(text.len());
            if !text.is_char_boundary(at) {
                return Err(wrong(at - 2..at - 1));
            }
        }
    } else if let Some((count, end)) = optional(text, at) {
        arguments = text[count.clone()]
            .trim()
            .parse()
            .map_err(|_| wrong(count))?;
        at = end;
        if let Some((first, end)) = optional(text, at) {
            default = Some(text[first].to_owned());
            at = end;
        }
    }
    let (body, end) = argument(text, at).ok_or_else(|| wrong(at..text.len()))?;
    let body = match command {
        "DeclareMathOperator" if star => format!("\\operatorname*{{{}}}", &text[body]),
        "DeclareMathOperator" => format!("\\operatorname{{{}}}", &text[body]),
        _ => text[body].to_owned(),
    };
    let own = Macro {
        arguments,
        default,
        body,
    };
    Ok(Definition { name, own, end })
}

/// The argument that stands at `at` or after spaces: what is within its braces, or one
/// command, or one character; and where it ends.
pub(super) fn argument(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let start = at + text[at..].len() - text[at..].trim_start().len();
    let first = text[start..].chars().next()?;
    match first {
        '{' => {
            let end = closing(text, start)?;
            Some((start + 1..end, end + 1))
        }
        '}' | '&' => None,
        '\\' => {
            let end = start + 1 + name(&text[start + 1..]).len();
            Some((start..end, end))
        }
        other => Some((start..start + other.len_utf8(), start + other.len_utf8())),
    }
}

/// What stands in brackets at `at`, and where it ends.
pub(super) fn optional(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let start = at + text[at..].len() - text[at..].trim_start().len();
    if !text[start..].starts_with('[') {
        return None;
    }
    let mut depth = 0_usize;
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'{' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            b']' if depth == 0 => return Some((start + 1..at, at + 1)),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The name of a command, past its backslash: letters, or one sign.
pub(super) fn name(text: &str) -> &str {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters > 0 {
        return &text[..letters];
    }
    &text[..text.chars().next().map_or(0, char::len_utf8)]
}

/// Where the brace that opens at `open` is closed.
fn closing(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, open);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'%' => at += memchr::memchr(b'\n', &bytes[at..])?,
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}
