//! What authors write, in the words of the converter: macros expanded, commands and
//! environments that it lacks put as what it has, and places kept so that an error is
//! told where it was written.

use super::Problem;
use super::macros::{self, Macro, Macros, argument, definition, optional};
use std::ops::Range;

/// What one formula may grow to by its macros.
const LONGEST: usize = 64 << 10;
/// Macros within macros.
const EXPANSIONS: usize = 64;
/// Groups, environments and arguments within each other.
pub(super) const DEEPEST: usize = 100;

/// Put before a tag that wants no parentheses.
pub(super) const BARE_TAG: &str = "@@";

/// Colours by the converter's names that stand for what it has no word for. Those that a
/// formula itself names are not taken.
const STAND_INS: [(&str, &str); 16] = [
    ("Apricot", "FFB882"),
    ("Aquamarine", "1CBFC1"),
    ("Bittersweet", "D04C17"),
    ("BlueGreen", "14BCBC"),
    ("BlueViolet", "2D3497"),
    ("BrickRed", "C43119"),
    ("BurntOrange", "FF8E27"),
    ("CadetBlue", "63729D"),
    ("CarnationPink", "FC81BC"),
    ("Cerulean", "00ADE7"),
    ("CornflowerBlue", "48BBE8"),
    ("Dandelion", "FFB94C"),
    ("Emerald", "00B1A0"),
    ("ForestGreen", "129F57"),
    ("Fuchsia", "833794"),
    ("Goldenrod", "FFDB57"),
];

/// The names that are written most, in a shade for light paper and one for dark.
const COLOURS: [(&str, &str); 9] = [
    ("red", "light-dark(#c0271d,#f2827a)"),
    ("green", "light-dark(#1c7a34,#72c98a)"),
    ("blue", "light-dark(#1f4fc4,#8fb2ff)"),
    ("cyan", "light-dark(#0b7285,#66d1e3)"),
    ("magenta", "light-dark(#b01677,#f08bc8)"),
    ("orange", "light-dark(#a85600,#f5a855)"),
    ("purple", "light-dark(#7a2fa8,#c79bf0)"),
    ("gray", "light-dark(#666,#a3a3a3)"),
    ("yellow", "light-dark(#8a6d00,#e8cf5a)"),
];

/// What a stand-in means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    Boxed,
    /// A reference without its parentheses.
    Reference,
    /// A colour of CSS.
    Colour(String),
}

#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub(super) tex: String,
    places: Vec<Place>,
    /// As the converter writes the colour, and what it means.
    pub(super) stand_ins: Vec<(&'static str, Meant)>,
    /// Labels and references, with their places in the source.
    pub(super) labels: Vec<(String, Range<usize>)>,
    pub(super) references: Vec<(String, Range<usize>)>,
    pub(super) depth: usize,
}

/// Written `at` in the text for the converter on: where that was written.
#[derive(Clone, Debug)]
struct Place {
    at: usize,
    from: Written,
}

/// Where a text was written.
#[derive(Clone, Debug)]
enum Written {
    /// As it stands, from this byte of the source on.
    Source(usize),
    /// In a macro, which was used here.
    Macro(Range<usize>),
}

impl Written {
    fn range(&self, range: Range<usize>) -> Range<usize> {
        match self {
            Written::Source(start) => start + range.start..start + range.end,
            Written::Macro(whole) => whole.clone(),
        }
    }
}

impl Prepared {
    /// Where in the source that was written which the converter has found at `range`.
    pub(super) fn place(&self, range: &Range<usize>) -> Range<usize> {
        let last = self.places.partition_point(|place| place.at <= range.start);
        let Some(place) = last.checked_sub(1).map(|last| &self.places[last]) else {
            return 0..0;
        };
        let (start, end) = (
            range.start - place.at,
            range.end.max(range.start) - place.at,
        );
        place.from.range(start..end)
    }
}

/// Environments whose rows have numbers or tags.
const NUMBERED: [&str; 7] = [
    "align",
    "align*",
    "equation",
    "equation*",
    "gather",
    "gather*",
    "multline",
];

/// Commands whose argument is prose.
const PROSE: [&str; 8] = [
    "text", "textrm", "textbf", "textit", "texttt", "textsf", "mbox", "hbox",
];

/// # Errors
/// Where a macro lacks an argument or goes on for ever, and where things are too deep in each other.
pub(super) fn prepare(tex: &str, display: bool, own: &mut Macros) -> Result<Prepared, Problem> {
    let mut writer = Writer {
        own,
        done: Prepared::default(),
        source: tex,
        display,
        numbered: 0,
        inside: 0,
        deep: 0,
        chain: 0,
        script: None,
        lines: false,
        tail: String::new(),
        expansions: 0,
    };
    writer.run(tex, &Written::Source(0))?;
    let Writer {
        mut done,
        lines,
        tail,
        ..
    } = writer;
    // Lines without an environment, and numbers of what stands in none: both have one here.
    if lines {
        wrap(&mut done, "\\begin{gathered}", "\\end{gathered}");
    }
    if !tail.is_empty() {
        wrap(
            &mut done,
            "\\begin{equation}",
            &format!("{tail}\\end{{equation}}"),
        );
    }
    Ok(done)
}

fn wrap(done: &mut Prepared, before: &str, after: &str) {
    done.tex.insert_str(0, before);
    for place in &mut done.places {
        place.at += before.len();
    }
    done.tex.push_str(after);
}

struct Writer<'s, 'm> {
    own: &'m mut Macros,
    done: Prepared,
    source: &'s str,
    display: bool,
    /// Environments with numbers that we are in; environments and groups.
    numbered: usize,
    inside: usize,
    deep: usize,
    /// Commands one after another: each may be the other's argument.
    chain: usize,
    /// A `^` or `_` that nothing has come after yet.
    script: Option<Range<usize>>,
    lines: bool,
    /// What was taken out of the formula to stand at its end.
    tail: String,
    expansions: usize,
}

impl Writer<'_, '_> {
    fn run(&mut self, text: &str, from: &Written) -> Result<(), Problem> {
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let plain = rest.find(['\\', '%', '{', '}', '^', '_', '&']);
            let plain = plain.unwrap_or(rest.len());
            if plain > 0 {
                self.copy(text, at..at + plain, from)?;
                if !rest[..plain].trim().is_empty() {
                    self.chain = 0;
                    self.script = None;
                }
                at += plain;
                continue;
            }
            match rest.as_bytes()[0] {
                b'%' => at += rest.find('\n').map_or(rest.len(), |end| end + 1),
                b'\\' => at = self.command(text, at, from)?,
                byte => {
                    match byte {
                        b'{' => self.open(&from.range(at..at + 1))?,
                        b'}' => self.shut(),
                        b'&' => self.separates()?,
                        _ => {
                            let here = from.range(at..at + 1);
                            self.link(&here)?;
                            self.script = Some(here);
                        }
                    }
                    self.copy(text, at..at + 1, from)?;
                    at += 1;
                }
            }
        }
        Ok(())
    }

    fn open(&mut self, at: &Range<usize>) -> Result<(), Problem> {
        self.script = None;
        self.inside += 1;
        self.chain = 0;
        self.deep += 1;
        self.deeper(at)
    }

    fn shut(&mut self) {
        self.script = None;
        self.inside = self.inside.saturating_sub(1);
        self.deep = self.deep.saturating_sub(1);
        self.chain = 0;
    }

    /// A cell or a line ends here: no index can be waiting for what it is to hold.
    fn separates(&mut self) -> Result<(), Problem> {
        self.chain = 0;
        match self.script.take() {
            Some(at) => Err(problem(
                at,
                "the index holds nothing".to_owned(),
                "put what belongs there into braces: `x^{2}`",
            )),
            None => Ok(()),
        }
    }

    fn link(&mut self, at: &Range<usize>) -> Result<(), Problem> {
        self.chain += 1;
        self.deeper(at)
    }

    fn deeper(&mut self, at: &Range<usize>) -> Result<(), Problem> {
        let depth = self.deep + self.chain;
        self.done.depth = self.done.depth.max(depth);
        if depth <= DEEPEST {
            return Ok(());
        }
        Err(problem(
            at.clone(),
            format!("more than {DEEPEST} groups and arguments stand within each other here"),
            "close groups where they end, and put spaces or braces between commands",
        ))
    }

    fn copy(&mut self, text: &str, range: Range<usize>, from: &Written) -> Result<(), Problem> {
        let place = match from {
            Written::Source(start) => Written::Source(start + range.start),
            Written::Macro(_) => from.clone(),
        };
        self.done.places.push(Place {
            at: self.done.tex.len(),
            from: place,
        });
        self.done.tex.push_str(&text[range.clone()]);
        self.grown(&from.range(range))
    }

    /// Writes what was not written so; it stands for what is at `at`.
    fn put(&mut self, text: &str, at: &Range<usize>) -> Result<(), Problem> {
        self.copy(text, 0..text.len(), &Written::Macro(at.clone()))
    }

    fn grown(&self, at: &Range<usize>) -> Result<(), Problem> {
        if self.done.tex.len() <= LONGEST.max(2 * self.source.len()) {
            return Ok(());
        }
        Err(problem(
            at.clone(),
            format!(
                "the macros of this formula make more than {} KiB of it",
                LONGEST >> 10
            ),
            "does one of them hold itself?",
        ))
    }

    /// Writes the command that stands at `start`; gives where it ends.
    fn command(&mut self, text: &str, start: usize, from: &Written) -> Result<usize, Problem> {
        let name = macros::name(&text[start + 1..]);
        let end = start + 1 + name.len();
        let here = from.range(start..end);
        if !matches!(name, "\\" | "cr") {
            self.script = None;
        }
        if let Some(own) = self.own.get(name) {
            let own = own.clone();
            return self.expand(text, (start, end), from, &own);
        }
        match name {
            "newcommand"
            | "renewcommand"
            | "providecommand"
            | "def"
            | "gdef"
            | "DeclareMathOperator" => {
                let found = definition(text, end, name).map_err(|mut wrong| {
                    wrong.range = here.clone();
                    wrong
                })?;
                let known = name == "providecommand"
                    && self.own.get(found.name.trim_start_matches('\\')).is_some();
                if !known {
                    let defined = self.own.define(found.name, found.own);
                    defined.map_err(|message| {
                        problem(here, message, "define it as `\\newcommand{\\name}{…}`")
                    })?;
                }
                Ok(found.end)
            }
            "begin" | "end" => self.environment(text, (start, end), from, name == "begin"),
            "tag" | "label" => self.mark(text, (start, end), from, name),
            "nonumber" | "notag" if self.numbered == 0 => Ok(end),
            "ref" | "eqref" => {
                let Some((label, after)) = argument(text, end) else {
                    return self.as_is(text, start..end, from);
                };
                let label = text[label].trim();
                let range = from.range(start..after);
                self.done.references.push((label.to_owned(), range.clone()));
                let tex = format!("\\eqref{{{label}}}");
                match name {
                    "ref" => {
                        let colour = self.stand_in(Meant::Reference, &range)?;
                        self.put(&format!("{{\\color{{{colour}}}{tex}}}"), &range)?;
                    }
                    _ => self.put(&tex, &range)?,
                }
                Ok(after)
            }
            "\\" | "cr" => self.line(text, end, &here),
            "boxed" | "fbox" => {
                let Some((inner, after)) = argument(text, end) else {
                    return self.as_is(text, start..end, from);
                };
                let colour = self.stand_in(Meant::Boxed, &here)?;
                let style = if name == "boxed" {
                    "\\displaystyle "
                } else {
                    "\\text{"
                };
                self.put(&format!("{{\\color{{{colour}}}{style}"), &here)?;
                self.part(text, inner, from)?;
                self.put(if name == "boxed" { "}" } else { "}}" }, &here)?;
                Ok(after)
            }
            "color" | "textcolor" => self.colour(text, (start, end), from, name == "textcolor"),
            "substack" => {
                let Some((inner, after)) = argument(text, end) else {
                    return self.as_is(text, start..end, from);
                };
                self.put("\\begin{subarray}{c}", &here)?;
                self.part(text, inner, from)?;
                self.put("\\end{subarray}", &here)?;
                Ok(after)
            }
            "smash" => {
                let after = optional(text, end).map_or(end, |(_, after)| after);
                self.put("\\mathord", &here)?;
                Ok(after)
            }
            "require" => Ok(argument(text, end).map_or(end, |(_, after)| after)),
            // A space that is kept, as the one after a backslash is.
            "\n" | "\r" | "\t" => {
                self.put("\\ ", &here)?;
                Ok(end)
            }
            "relax" | "allowbreak" | "nobreak" | "hfill" | "strut" | "displaylines" => {
                self.put(" ", &here)?;
                Ok(end)
            }
            name if PROSE.contains(&name) => self.prose(text, (start, end), from, name),
            "left" => {
                self.deep += 1;
                self.deeper(&here)?;
                self.as_is(text, start..end, from)
            }
            "right" => {
                self.deep = self.deep.saturating_sub(1);
                self.as_is(text, start..end, from)
            }
            name => {
                let instead = match name {
                    "pmb" => Some("\\boldsymbol"),
                    "widetilde" => Some("\\widetilde"),
                    "varliminf" => Some("\\mathop{\\underline{\\mathrm{lim}}}"),
                    "varlimsup" => Some("\\mathop{\\overline{\\mathrm{lim}}}"),
                    "lt" => Some("<"),
                    "gt" => Some(">"),
                    _ => None,
                };
                self.link(&here)?;
                match instead {
                    Some(instead) => {
                        self.put(instead, &here)?;
                        self.apart(text, end, &here)?;
                        Ok(end)
                    }
                    None => self.as_is(text, start..end, from),
                }
            }
        }
    }

    fn as_is(&mut self, text: &str, range: Range<usize>, from: &Written) -> Result<usize, Problem> {
        let end = range.end;
        self.copy(text, range, from)?;
        Ok(end)
    }

    /// Part of a text that goes on with the same places.
    fn part(&mut self, text: &str, range: Range<usize>, from: &Written) -> Result<(), Problem> {
        let from = match from {
            Written::Source(start) => Written::Source(start + range.start),
            Written::Macro(_) => from.clone(),
        };
        self.open(&from.range(0..0))?;
        self.run(&text[range], &from)?;
        self.shut();
        Ok(())
    }

    /// Two words that TeX would not read as one.
    fn apart(&mut self, text: &str, at: usize, here: &Range<usize>) -> Result<(), Problem> {
        let letter = text[at..].starts_with(|c: char| c.is_ascii_alphabetic());
        if letter && ends_on_name(&self.done.tex) {
            self.put(" ", here)?;
        }
        Ok(())
    }

    fn expand(
        &mut self,
        text: &str,
        (start, end): (usize, usize),
        from: &Written,
        own: &Macro,
    ) -> Result<usize, Problem> {
        let mut at = end;
        let mut given: Vec<&str> = Vec::new();
        if let Some(default) = &own.default {
            match optional(text, at) {
                Some((first, after)) => {
                    given.push(&text[first]);
                    at = after;
                }
                None => given.push(default),
            }
        }
        while given.len() < usize::from(own.arguments) {
            let Some((next, after)) = argument(text, at) else {
                let message = format!(
                    "`{}` takes {} {}, and has {}",
                    &text[start..end],
                    own.arguments,
                    if own.arguments == 1 {
                        "argument"
                    } else {
                        "arguments"
                    },
                    given.len()
                );
                let help = "put each into braces after it";
                return Err(problem(from.range(start..end), message, help));
            };
            given.push(&text[next]);
            at = after;
        }
        let here = from.range(start..at);
        self.expansions += 1;
        if self.expansions > EXPANSIONS {
            let message = format!("`{}` comes back to itself", &text[start..end]);
            let help = "no macro can hold itself, nor one that holds it";
            return Err(problem(here, message, help));
        }
        let written = substituted(&own.body, &given);
        self.grown(&here)?;
        self.run(&written, &Written::Macro(here.clone()))?;
        self.expansions -= 1;
        self.apart(text, at, &here)?;
        Ok(at)
    }

    fn environment(
        &mut self,
        text: &str,
        (start, end): (usize, usize),
        from: &Written,
        begins: bool,
    ) -> Result<usize, Problem> {
        let Some((name, mut after)) = argument(text, end) else {
            return self.as_is(text, start..end, from);
        };
        let name = text[name].trim();
        let starred = name
            .strip_suffix('*')
            .filter(|bare| bare.ends_with("matrix"));
        let instead = match name {
            "split" | "alignedat" => "aligned",
            "alignat" | "xalignat" | "flalign" => "align",
            "alignat*" | "xalignat*" | "flalign*" => "align*",
            "multline*" => "gather*",
            "smallmatrix" | "eqnarray" | "eqnarray*" => name,
            name => starred.unwrap_or(name),
        };
        if begins {
            self.open(&from.range(start..after))?;
            if name.contains("alignat") || name == "alignedat" {
                after = argument(text, after).map_or(after, |(_, after)| after);
            } else if starred.is_some() || matches!(name, "aligned" | "gathered" | "split") {
                after = optional(text, after).map_or(after, |(_, after)| after);
            }
        } else {
            self.shut();
        }
        if NUMBERED.contains(&instead) {
            match begins {
                true => self.numbered += 1,
                false => self.numbered = self.numbered.saturating_sub(1),
            }
        }
        let here = from.range(start..after);
        match (instead, begins) {
            ("smallmatrix", true) => self.put("\\begin{subarray}{cccccccc}", &here)?,
            ("smallmatrix", false) => self.put("\\end{subarray}", &here)?,
            ("eqnarray" | "eqnarray*", true) => self.put("\\begin{array}{rcl}", &here)?,
            ("eqnarray" | "eqnarray*", false) => self.put("\\end{array}", &here)?,
            (same, _) if same == name => return self.as_is(text, start..after, from),
            (other, true) => self.put(&format!("\\begin{{{other}}}"), &here)?,
            (other, false) => self.put(&format!("\\end{{{other}}}"), &here)?,
        }
        Ok(after)
    }

    /// A tag or a label. One that no environment takes goes to the formula's end.
    fn mark(
        &mut self,
        text: &str,
        (start, end): (usize, usize),
        from: &Written,
        name: &str,
    ) -> Result<usize, Problem> {
        let bare = name == "tag" && text[end..].starts_with('*');
        let Some((inner, after)) = argument(text, end + usize::from(bare)) else {
            return self.as_is(text, start..end, from);
        };
        let here = from.range(start..after);
        let inner = text[inner].trim().trim_matches('$');
        if name == "label" {
            // The first has the name; who told the page of the others is the caller.
            let known = self.done.labels.iter().any(|(label, _)| label == inner);
            self.done.labels.push((inner.to_owned(), here.clone()));
            if known {
                return Ok(after);
            }
        }
        let tex = format!("\\{name}{{{}{inner}}}", if bare { BARE_TAG } else { "" });
        if self.numbered > 0 {
            self.put(&tex, &here)?;
        } else if self.display {
            self.tail.push_str(&tex);
        } else {
            let message = format!("`\\{name}` stands in a formula within a line");
            let help = "numbers are for formulas that stand alone: `$$…$$`";
            return Err(problem(here, message, help));
        }
        Ok(after)
    }

    /// A line's end, without the space after it that TeX may be told of.
    fn line(&mut self, text: &str, end: usize, here: &Range<usize>) -> Result<usize, Problem> {
        let star = usize::from(text[end..].starts_with('*'));
        let mut after = end + star;
        if let Some((space, past)) = optional(text, after)
            && is_length(&text[space])
        {
            after = past;
        }
        self.separates()?;
        if self.inside == 0 && self.display {
            self.lines = true;
        }
        self.copy("\\\\", 0..2, &Written::Macro(here.clone()))?;
        self.apart(text, after, here)?;
        Ok(after)
    }

    fn colour(
        &mut self,
        text: &str,
        (start, end): (usize, usize),
        from: &Written,
        with_text: bool,
    ) -> Result<usize, Problem> {
        let named = argument(text, end);
        let coloured = named.clone().and_then(|(_, after)| argument(text, after));
        let Some((named, mut after)) = named.filter(|_| !with_text || coloured.is_some()) else {
            return self.as_is(text, start..end, from);
        };
        let here = from.range(start..after);
        let name = text[named.clone()].trim();
        let name = match name.strip_prefix('#') {
            Some(digits) => {
                let sound =
                    matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit());
                if !sound {
                    let message = format!("`{name}` is no colour");
                    let help = "write a name, or `#` and six digits: `#ff8800`";
                    return Err(problem(from.range(named), message, help));
                }
                self.stand_in(Meant::Colour(name.to_owned()), &here)?
            }
            None if let Some((_, both)) = COLOURS.iter().find(|(named, _)| *named == name) => {
                self.stand_in(Meant::Colour((*both).to_owned()), &here)?
            }
            None => {
                if with_text {
                    self.put("{\\color", &here)?;
                } else {
                    self.put("\\color", &here)?;
                }
                self.copy(text, named.start.saturating_sub(1)..after, from)?;
                if let Some((inner, past)) = coloured.filter(|_| with_text) {
                    self.part(text, inner, from)?;
                    self.put("}", &here)?;
                    after = past;
                }
                return Ok(after);
            }
        };
        if let Some((inner, past)) = coloured.filter(|_| with_text) {
            self.put(&format!("{{\\color{{{name}}}"), &here)?;
            self.part(text, inner, from)?;
            self.put("}", &here)?;
            after = past;
        } else {
            self.put(&format!("\\color{{{name}}}"), &here)?;
        }
        Ok(after)
    }

    fn stand_in(&mut self, meant: Meant, here: &Range<usize>) -> Result<&'static str, Problem> {
        let taken = &self.done.stand_ins;
        let again = taken.iter().find(|(_, other)| *other == meant);
        let free = STAND_INS.iter().find(|(name, digits)| match again {
            Some((taken, _)) => digits == taken,
            None => !taken.iter().any(|(taken, _)| taken == digits) && !self.source.contains(name),
        });
        let Some((name, digits)) = free else {
            let message = "one formula has more colours than can be told apart".to_owned();
            return Err(problem(
                here.clone(),
                message,
                "split it, or use names of colours",
            ));
        };
        if again.is_none() {
            self.done.stand_ins.push((digits, meant));
        }
        Ok(name)
    }

    /// Words, with the formulas between dollars in them set as such.
    fn prose(
        &mut self,
        text: &str,
        (start, end): (usize, usize),
        from: &Written,
        name: &str,
    ) -> Result<usize, Problem> {
        let word = match name {
            "mbox" | "hbox" => "text",
            name => name,
        };
        let here = from.range(start..end);
        let Some((inner, after)) = argument(text, end) else {
            self.put(&format!("\\{word}"), &here)?;
            return Ok(end);
        };
        let base = inner.start;
        let inner = &text[inner];
        let mut at = 0;
        let mut formula = false;
        let several = has_dollar(inner);
        if several {
            self.put("{", &here)?;
        }
        loop {
            let rest = &inner[at..];
            let piece = dollar(rest).unwrap_or(rest.len());
            if formula {
                self.part(text, base + at..base + at + piece, from)?;
            } else if piece > 0 || !several {
                self.put(&format!("\\{word}{{"), &here)?;
                self.copy(text, base + at..base + at + piece, from)?;
                self.put("}", &here)?;
            }
            if piece == rest.len() {
                break;
            }
            at += piece + 1;
            formula = !formula;
        }
        if several {
            self.put("}", &here)?;
        }
        self.chain = 0;
        Ok(after)
    }
}

fn has_dollar(text: &str) -> bool {
    dollar(text).is_some()
}

/// The first dollar that no backslash stands before.
fn dollar(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'$', bytes).find(|at| *at == 0 || bytes[at - 1] != b'\\')
}

/// Whether the text ends on a command made of letters.
fn ends_on_name(tex: &str) -> bool {
    let bare = tex.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    bare.len() < tex.len() && bare.ends_with('\\') && !bare.ends_with("\\\\")
}

/// `1em`, `-2.5pt`.
fn is_length(text: &str) -> bool {
    let number = text.trim().trim_start_matches(['-', '+']);
    let unit = number.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' '));
    unit.len() < number.len() && unit.len() == 2 && unit.bytes().all(|b| b.is_ascii_lowercase())
}

/// A macro's body with its arguments.
fn substituted(body: &str, given: &[&str]) -> String {
    let mut out = String::with_capacity(body.len() + 16);
    let mut rest = body;
    while let Some(at) = rest.find('#') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digit = rest
            .as_bytes()
            .first()
            .filter(|b| (b'1'..=b'9').contains(b));
        let Some(argument) = digit.and_then(|b| given.get(usize::from(b - b'1'))) else {
            out.push('#');
            continue;
        };
        if ends_on_name(&out) && argument.starts_with(|c: char| c.is_ascii_alphabetic()) {
            out.push(' ');
        }
        out.push_str(argument);
        rest = &rest[1..];
        if ends_on_name(&out) && rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            out.push(' ');
        }
    }
    out.push_str(rest);
    out
}

pub(super) fn problem(range: Range<usize>, message: String, help: &str) -> Problem {
    Problem {
        range,
        message,
        help: Some(help.to_owned()),
        unknown: None,
    }
}
