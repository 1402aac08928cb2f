//! What a match of a pattern must begin with, so that the regex engine is
//! asked only where it may say yes.
//!
//! Takes a pattern in Oniguruma's syntax, gives [`Start`]s: a match at a place
//! in a line fits at least one of them. They say too much rather than too
//! little: what is not understood here fits everywhere. Never decides a match.

/// A set of ASCII bytes, of everything beyond ASCII, and of the line's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Set {
    ascii: u128,
    other: bool,
    end: bool,
}

const WORD: u128 = range(b'a', b'z') | range(b'A', b'Z') | range(b'0', b'9') | range(b'_', b'_');
const DIGIT: u128 = range(b'0', b'9');
const SPACE: u128 = range(9, 13) | range(b' ', b' ');
const HEX: u128 = DIGIT | range(b'a', b'f') | range(b'A', b'F');
const ALPHA: u128 = range(b'a', b'z') | range(b'A', b'Z');
const NEWLINE: u128 = range(b'\n', b'\n');

const fn range(first: u8, last: u8) -> u128 {
    (u128::MAX >> (127 - last)) & (u128::MAX << first)
}

impl Set {
    const EMPTY: Set = Set {
        ascii: 0,
        other: false,
        end: false,
    };
    /// Any character, but not the end.
    const ANY: Set = Set {
        ascii: u128::MAX,
        other: true,
        end: false,
    };

    fn ascii(ascii: u128) -> Set {
        Set {
            ascii,
            other: false,
            end: false,
        }
    }

    fn with_other(ascii: u128) -> Set {
        Set {
            ascii,
            other: true,
            end: false,
        }
    }

    fn of(c: char, fold: bool) -> Set {
        if !c.is_ascii() {
            return Set {
                other: true,
                ..Set::EMPTY
            };
        }
        let byte = c as u8;
        let mut set = Set::ascii(range(byte, byte));
        if fold && byte.is_ascii_alphabetic() {
            set.ascii |= range(byte ^ 32, byte ^ 32);
            // ſ is an s, K (Kelvin) a k, ß is ss.
            set.other = true;
        }
        set
    }

    fn or(self, with: Set) -> Set {
        Set {
            ascii: self.ascii | with.ascii,
            other: self.other | with.other,
            end: self.end | with.end,
        }
    }

    fn not(self) -> Set {
        // Other characters may be in both: which ones is not known here.
        Set {
            ascii: !self.ascii,
            other: true,
            end: false,
        }
    }

    fn folded(self) -> Set {
        let upper = self.ascii & range(b'A', b'Z');
        let lower = self.ascii & range(b'a', b'z');
        let letters = upper | lower;
        Set {
            ascii: self.ascii | upper << 32 | lower >> 32,
            other: self.other || letters != 0,
            end: self.end,
        }
    }

    fn is_word(self) -> bool {
        !self.other && !self.end && self.ascii & !WORD == 0
    }

    /// Whether `byte` (`None` at the end) is in the set.
    pub(super) fn has(self, byte: Option<u8>) -> bool {
        match byte {
            None => self.end,
            Some(byte) if byte < 128 => self.ascii >> byte & 1 == 1,
            Some(_) => self.other,
        }
    }
}

/// One way for a match to begin: sets for its first characters. No sets: anything fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) sets: Vec<Set>,
    /// Only at the start of a line.
    pub(super) line_start: bool,
    /// Only where a word begins.
    pub(super) word_start: bool,
    /// While parsing: a `\b` stands before the first set.
    bounded: bool,
    /// While parsing: the sets say all that was consumed, so more may be added.
    open: bool,
}

impl Start {
    fn new(sets: Vec<Set>, open: bool) -> Start {
        Start {
            sets,
            open,
            line_start: false,
            word_start: false,
            bounded: false,
        }
    }

    /// Whether a match may begin at `at` in `line`.
    pub(super) fn fits(&self, line: &[u8], at: usize) -> bool {
        if self.line_start && at != 0 {
            return false;
        }
        if self.word_start && at > 0 && line[at - 1] < 128 && WORD >> line[at - 1] & 1 == 1 {
            return false;
        }
        for (i, set) in self.sets.iter().enumerate() {
            let byte = line.get(at + i).copied();
            if !set.has(byte) {
                return false;
            }
            // Past the end, or past a character of several bytes, positions no longer agree.
            if byte.is_none_or(|b| b >= 128) {
                return true;
            }
        }
        true
    }
}

/// Longer beginnings tell no more apart than keywords need.
const MOST_SETS: usize = 7;
const MOST_STARTS: usize = 160;
const DEEPEST: usize = 60;

/// The ways in which a match of `pattern` may begin.
pub(super) fn starts(pattern: &str) -> Vec<Start> {
    let mut parser = Parser {
        chars: pattern.chars().collect(),
        at: 0,
        depth: 0,
        failed: false,
    };
    let mut starts = parser.alternatives(Flags {
        fold: false,
        extended: false,
        dot_all: false,
    });
    if parser.failed || parser.at < parser.chars.len() {
        return vec![Start::new(Vec::new(), false)];
    }
    for start in &mut starts {
        start.word_start = start.bounded && start.sets.first().is_some_and(|set| set.is_word());
    }
    starts
}

#[derive(Clone, Copy)]
struct Flags {
    fold: bool,
    extended: bool,
    dot_all: bool,
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    failed: bool,
}

/// One item of a sequence.
enum Item {
    /// Zero or more characters, in one of these ways.
    Ways(Vec<Start>),
    /// `(?=…)`: consumes nothing.
    Ahead(Vec<Start>),
    /// `^`, `\A`.
    LineStart,
    /// `$`, `\z`, `\Z`.
    LineEnd,
    /// `\b`.
    Boundary,
    /// Consumes nothing, and says nothing here.
    Nothing,
    /// Consumes what is not known here.
    Unknown,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn looking_at(&self, text: &str) -> bool {
        text.chars()
            .enumerate()
            .all(|(i, c)| self.chars.get(self.at + i) == Some(&c))
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.looking_at(text);
        if found {
            self.at += text.chars().count();
        }
        found
    }

    /// `a|b|c`, up to a `)` or the end.
    fn alternatives(&mut self, flags: Flags) -> Vec<Start> {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.failed = true;
            self.at = self.chars.len();
            return Vec::new();
        }
        let mut all = self.sequence(flags);
        while self.eat("|") {
            all.extend(self.sequence(flags));
        }
        self.depth -= 1;
        limited(all)
    }

    fn sequence(&mut self, flags: Flags) -> Vec<Start> {
        let mut ways = vec![Start::new(Vec::new(), true)];
        while let Some(c) = self.peek() {
            if c == '|' || c == ')' {
                break;
            }
            if flags.extended && c.is_whitespace() {
                self.at += 1;
                continue;
            }
            if flags.extended && c == '#' {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
                continue;
            }
            let item = self.item(flags);
            let item = self.repeated(item, flags);
            append(&mut ways, item);
        }
        ways
    }

    fn item(&mut self, flags: Flags) -> Item {
        let c = self.peek().unwrap_or(')');
        self.at += 1;
        match c {
            '(' => self.group(flags),
            '[' => one(self.class(flags).0),
            '.' if flags.dot_all => one(Set::ANY),
            '.' => one(Set::with_other(!NEWLINE)),
            '^' => Item::LineStart,
            '$' => Item::LineEnd,
            '\\' => self.escape(flags),
            c => one(Set::of(c, flags.fold)),
        }
    }

    fn group(&mut self, flags: Flags) -> Item {
        if !self.looking_at("?") {
            return Item::Ways(self.rest_of_group(flags));
        }
        if self.eat("?:") || self.eat("?>") {
            return Item::Ways(self.rest_of_group(flags));
        }
        if self.eat("?=") {
            return Item::Ahead(self.rest_of_group(flags));
        }
        if self.eat("?!") || self.eat("?<=") || self.eat("?<!") {
            self.rest_of_group(flags);
            return Item::Nothing;
        }
        if self.eat("?#") {
            while self.peek().is_some_and(|c| c != ')') {
                self.at += 1;
            }
            self.at += 1;
            return Item::Nothing;
        }
        if self.looking_at("?<") || self.looking_at("?'") {
            self.at += 2;
            while self.peek().is_some_and(|c| c != '>' && c != '\'') {
                self.at += 1;
            }
            self.at += 1;
            return Item::Ways(self.rest_of_group(flags));
        }
        self.at += 1;
        self.options(flags)
    }

    /// `(?i-x)` for the rest of the enclosing group, or `(?i-x:…)`.
    fn options(&mut self, mut flags: Flags) -> Item {
        let mut on = true;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '-' => on = false,
                'i' => flags.fold = on,
                'x' => flags.extended = on,
                'm' => flags.dot_all = on,
                ':' => return Item::Ways(self.rest_of_group(flags)),
                // As in Ruby, a later `|` belongs to it; the enclosing group eats the `)`.
                ')' => return Item::Ways(self.alternatives(flags)),
                _ => break,
            }
        }
        self.failed = true;
        self.at = self.chars.len();
        Item::Unknown
    }

    fn rest_of_group(&mut self, flags: Flags) -> Vec<Start> {
        let ways = self.alternatives(flags);
        if !self.eat(")") {
            self.failed = true;
            self.at = self.chars.len();
        }
        ways
    }

    fn escape(&mut self, flags: Flags) -> Item {
        let Some(c) = self.peek() else {
            self.failed = true;
            return Item::Unknown;
        };
        self.at += 1;
        match c {
            'A' => Item::LineStart,
            'z' | 'Z' => Item::LineEnd,
            'b' => Item::Boundary,
            'B' | 'G' | 'K' | 'y' | 'Y' => Item::Nothing,
            'R' | 'X' | '1'..='9' => Item::Unknown,
            'k' | 'g' => {
                // `\k<name>`, `\g'name'`.
                self.at += 1;
                while self.peek().is_some_and(|c| c != '>' && c != '\'') {
                    self.at += 1;
                }
                self.at += 1;
                Item::Unknown
            }
            _ => {
                self.at -= 1;
                match self.escaped_set() {
                    Some((set, _)) if flags.fold => one(set.folded()),
                    Some((set, _)) => one(set),
                    None => {
                        self.failed = true;
                        Item::Unknown
                    }
                }
            }
        }
    }

    /// What stands after a backslash, in a class or out of one; with it the
    /// single character that it is, if it is one.
    fn escaped_set(&mut self) -> Option<(Set, Option<char>)> {
        let c = self.peek()?;
        self.at += 1;
        let set = match c {
            'w' => Set::with_other(WORD),
            'W' => Set::with_other(!WORD),
            'd' => Set::with_other(DIGIT),
            'D' => Set::with_other(!DIGIT),
            's' => Set::with_other(SPACE),
            'S' => Set::with_other(!SPACE),
            'h' => Set::ascii(HEX),
            'H' => Set::with_other(!HEX),
            'N' | 'O' => Set::ANY,
            'p' | 'P' => {
                let from = self.at;
                if self.eat("{") {
                    while self.peek().is_some_and(|c| c != '}') {
                        self.at += 1;
                    }
                    self.at += 1;
                }
                let name: String = self
                    .chars
                    .get(from..self.at)
                    .unwrap_or(&[])
                    .iter()
                    .collect();
                match name.as_str() {
                    "{L}" | "{Alpha}" | "{Letter}" if c == 'p' => Set::with_other(ALPHA),
                    "{Lu}" if c == 'p' => Set::with_other(range(b'A', b'Z')),
                    "{Ll}" if c == 'p' => Set::with_other(range(b'a', b'z')),
                    "{N}" | "{Nd}" | "{Number}" if c == 'p' => Set::with_other(DIGIT),
                    _ => Set::ANY,
                }
            }
            _ => {
                let single = self.escaped_char(c)?;
                return Some((Set::of(single, false), Some(single)));
            }
        };
        Some((set, None))
    }

    fn escaped_char(&mut self, c: char) -> Option<char> {
        Some(match c {
            'x' | 'u' | '0' => return self.code_point(c),
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\x0c',
            'v' => '\x0b',
            'a' => '\x07',
            'e' => '\x1b',
            'b' => '\x08',
            // Control and meta characters, and letters whose meaning is not known here.
            c if c.is_ascii_alphanumeric() => return None,
            c => c,
        })
    }

    fn code_point(&mut self, kind: char) -> Option<char> {
        let braces = kind == 'x' && self.eat("{");
        let (radix, most) = match kind {
            _ if braces => (16, 8),
            'x' => (16, 2),
            'u' => (16, 4),
            _ => (8, 2),
        };
        let mut value = 0;
        let mut digits = 0;
        while digits < most
            && let Some(digit) = self.peek().and_then(|c| c.to_digit(radix))
        {
            value = value * radix + digit;
            digits += 1;
            self.at += 1;
        }
        if braces && !self.eat("}") {
            return None;
        }
        char::from_u32(value)
    }

    /// After `[`. The flag says whether the set is exact for ASCII.
    fn class(&mut self, flags: Flags) -> (Set, bool) {
        let negated = self.eat("^");
        let mut set = Set::EMPTY;
        let mut exact = true;
        let mut first = true;
        loop {
            let Some(c) = self.peek() else {
                self.failed = true;
                return (Set::ANY, false);
            };
            self.at += 1;
            let (item, single) = match c {
                ']' if !first => break,
                '[' if self.eat(":") => (self.posix(), None),
                '[' => {
                    self.depth += 1;
                    let (inner, sure) = if self.depth > DEEPEST {
                        (Set::ANY, false)
                    } else {
                        self.class(flags)
                    };
                    self.depth -= 1;
                    exact &= sure;
                    (inner, None)
                }
                '&' if self.looking_at("&") => {
                    // An intersection is within each of its sides.
                    self.at += 1;
                    exact = false;
                    (Set::EMPTY, None)
                }
                '\\' => {
                    exact &= !self.looking_at("p") && !self.looking_at("P");
                    match self.escaped_set() {
                        Some(found) => found,
                        None => {
                            self.failed = true;
                            return (Set::ANY, false);
                        }
                    }
                }
                c => (Set::of(c, false), Some(c)),
            };
            first = false;
            set = set.or(item);
            if let Some(low) = single
                && let Some(high) = self.range_end()
            {
                match high {
                    Some(high) if low.is_ascii() && low <= high => {
                        let top = high.min('\x7f') as u8;
                        set = set.or(Set::ascii(range(low as u8, top)));
                        set.other |= !high.is_ascii();
                    }
                    _ => {
                        set = Set::ANY;
                        exact = false;
                    }
                }
            }
        }
        match (negated, exact) {
            (true, true) => (set.not(), true),
            (true, false) => (Set::ANY, false),
            (false, _) if flags.fold => (set.folded(), exact),
            (false, _) => (set, exact),
        }
    }

    /// `-z` after a single character; `Some(None)` for an end that is not a plain character.
    fn range_end(&mut self) -> Option<Option<char>> {
        if self.peek() != Some('-') {
            return None;
        }
        match self.chars.get(self.at + 1).copied() {
            None | Some(']') => None,
            Some('[') => None,
            Some('\\') => {
                self.at += 2;
                let found = self.escaped_set();
                Some(found.and_then(|(_, single)| single))
            }
            Some(c) => {
                self.at += 2;
                Some(Some(c))
            }
        }
    }

    /// After `[:`.
    fn posix(&mut self) -> Set {
        let from = self.at;
        while self.peek().is_some_and(|c| c != ':' && c != ']') {
            self.at += 1;
        }
        let name: String = self.chars[from..self.at].iter().collect();
        if !self.eat(":]") {
            self.failed = true;
        }
        match name.as_str() {
            "alpha" => Set::with_other(ALPHA),
            "alnum" => Set::with_other(ALPHA | DIGIT),
            "digit" => Set::with_other(DIGIT),
            "upper" => Set::with_other(range(b'A', b'Z')),
            "lower" => Set::with_other(range(b'a', b'z')),
            "space" => Set::with_other(SPACE),
            "blank" => Set::with_other(range(b' ', b' ') | range(b'\t', b'\t')),
            "xdigit" => Set::with_other(HEX),
            "word" => Set::with_other(WORD),
            _ => {
                // Punctuation and the rest: their negation would need exactness.
                self.failed = true;
                Set::ANY
            }
        }
    }

    /// Reads the quantifiers after an item and applies them.
    fn repeated(&mut self, mut item: Item, _flags: Flags) -> Item {
        while let Some((least, most)) = self.quantifier() {
            let mut ways = match item {
                Item::Ways(ways) => ways,
                Item::Unknown => vec![Start::new(Vec::new(), false)],
                // A repeated look-around: what it asks may then be left out.
                _ if least == 0 => vec![Start::new(Vec::new(), true)],
                other => {
                    item = other;
                    continue;
                }
            };
            match (least, most) {
                (0, Some(1)) => ways.push(Start::new(Vec::new(), true)),
                (1, Some(1)) => {}
                (0, _) => {
                    close(&mut ways);
                    ways.push(Start::new(Vec::new(), true));
                }
                (n, most) => {
                    let unit = ways.clone();
                    for _ in 1..n.min(MOST_SETS as u32) {
                        append(&mut ways, Item::Ways(unit.clone()));
                    }
                    if most != Some(n) || n > MOST_SETS as u32 {
                        close(&mut ways);
                    }
                }
            }
            item = Item::Ways(limited(ways));
        }
        item
    }

    fn quantifier(&mut self) -> Option<(u32, Option<u32>)> {
        let bounds = match self.peek()? {
            '*' => (0, None),
            '+' => (1, None),
            '?' => (0, Some(1)),
            '{' => return self.braces(),
            _ => return None,
        };
        self.at += 1;
        // Lazy or possessive: it begins alike.
        if matches!(self.peek(), Some('?' | '+')) {
            self.at += 1;
        }
        Some(bounds)
    }

    fn braces(&mut self) -> Option<(u32, Option<u32>)> {
        let from = self.at + 1;
        let length = self.chars[from..].iter().position(|c| *c == '}')?;
        let text: String = self.chars[from..from + length].iter().collect();
        let bounds = match text.split_once(',') {
            Some(("", most)) => (0, Some(most.parse().ok()?)),
            Some((least, "")) => (least.parse().ok()?, None),
            Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
            None => {
                let n = text.parse().ok()?;
                (n, Some(n))
            }
        };
        self.at = from + length + 1;
        if self.peek() == Some('?') {
            self.at += 1;
            // `{n}?` is "n times or not at all" in Ruby's syntax.
            return Some((0, bounds.1));
        }
        Some(bounds)
    }
}

fn one(set: Set) -> Item {
    Item::Ways(vec![Start::new(vec![set], true)])
}

fn close(ways: &mut [Start]) {
    for way in ways {
        way.open = false;
    }
}

/// Puts `item` after each of `ways` that is still open.
fn append(ways: &mut Vec<Start>, item: Item) {
    match item {
        Item::Nothing => {}
        Item::Unknown => close(ways),
        Item::LineStart => {
            for way in ways
                .iter_mut()
                .filter(|way| way.open && way.sets.is_empty())
            {
                way.line_start = true;
            }
        }
        Item::Boundary => {
            for way in ways.iter_mut().filter(|way| way.open) {
                match way.sets.last() {
                    None => way.bounded = true,
                    Some(last) if last.is_word() => {
                        way.sets.push(Set {
                            ascii: !WORD,
                            other: true,
                            end: true,
                        });
                        way.open = false;
                    }
                    Some(_) => {}
                }
            }
        }
        Item::LineEnd => {
            for way in ways.iter_mut().filter(|way| way.open) {
                way.sets.push(Set {
                    ascii: NEWLINE,
                    other: false,
                    end: true,
                });
                way.open = false;
            }
        }
        Item::Ways(after) => extend(ways, &after, false),
        Item::Ahead(after) => extend(ways, &after, true),
    }
}

fn extend(ways: &mut Vec<Start>, after: &[Start], closed: bool) {
    let mut all = Vec::with_capacity(ways.len() * after.len().max(1));
    for way in ways.drain(..) {
        if !way.open {
            all.push(way);
            continue;
        }
        for next in after {
            let mut joined = way.clone();
            if way.sets.is_empty() {
                joined.line_start |= next.line_start;
                joined.bounded |= next.bounded;
            }
            joined.sets.extend(&next.sets);
            joined.open = next.open && !closed;
            if joined.sets.len() >= MOST_SETS {
                joined.sets.truncate(MOST_SETS);
                joined.open = false;
            }
            all.push(joined);
        }
    }
    *ways = limited(all);
}

/// Too many ways become few: their first characters, in one set.
fn limited(ways: Vec<Start>) -> Vec<Start> {
    if ways.len() <= MOST_STARTS {
        return ways;
    }
    let mut all = Set::EMPTY;
    let mut bounded = true;
    for way in &ways {
        match way.sets.first() {
            Some(set) => all = all.or(*set),
            None => return vec![Start::new(Vec::new(), false)],
        }
        bounded &= way.bounded;
    }
    let mut start = Start::new(vec![all], false);
    start.bounded = bounded;
    vec![start]
}

/// The start that fits everywhere.
pub(super) fn anything() -> Vec<Start> {
    vec![Start::new(Vec::new(), false)]
}

/// Whether most bytes may begin a match.
pub(super) fn wide(starts: &[Start]) -> bool {
    let mut all = Set::EMPTY;
    for start in starts.iter().filter(|start| !start.line_start) {
        match start.sets.first() {
            Some(set) => all = all.or(*set),
            None => return true,
        }
    }
    all.ascii.count_ones() > 80
}

/// The starts that agree with a first byte (128 for any beyond ASCII, `None`
/// for the end): `None` when none does, an empty list when nothing more is asked.
pub(super) fn with_first(starts: &[Start], byte: Option<u8>) -> Option<Vec<Start>> {
    let agrees = |start: &&Start| start.sets.first().is_none_or(|set| set.has(byte));
    let left: Vec<Start> = starts.iter().filter(agrees).cloned().collect();
    if left.is_empty() {
        return None;
    }
    let asks = |start: &Start| start.line_start || start.word_start || start.sets.len() > 1;
    Some(if left.iter().all(asks) {
        left
    } else {
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(pattern: &str, line: &str) -> Vec<usize> {
        let starts = starts(pattern);
        (0..=line.len())
            .filter(|at| starts.iter().any(|start| start.fits(line.as_bytes(), *at)))
            .collect()
    }

    #[test]
    fn literals_classes_and_words_say_where_they_may_begin() {
        assert_eq!(places("//", "a // b"), [2]);
        assert_eq!(places(r"\b(if|else)\b", "if elsex xif else\n"), [0, 13]);
        assert_eq!(places("[a-c]x", "ax bx dx"), [0, 3]);
        assert_eq!(places(r"^\s*#", "  # #"), [0]);
        assert_eq!(places("(?i:ab)c", "ABc abc aBC"), [0, 4]);
        assert_eq!(places(r"a(?=b)", "aa ab"), [3]);
        assert_eq!(places(r"a{2}b", "ab aab"), [3]);
        assert_eq!(places(r"x*y", "xxy z"), [0, 1, 2]);
        assert_eq!(places("$", "ab\n"), [2, 3]);
        assert_eq!(places(r"(?x) a b # c", "ab a b"), [0]);
        assert_eq!(places(r"[^\s]z", "az é z"), [0, 3, 4]);
    }

    #[test]
    fn what_is_not_understood_fits_everywhere() {
        for pattern in [
            r"\1",
            "(?~a)",
            "[[:punct:]]",
            r"\M-a",
            "(",
            r"\K",
            "(?!a)",
            "(?<=x)",
        ] {
            assert_eq!(places(pattern, "ab"), [0, 1, 2], "{pattern}");
        }
    }
}
