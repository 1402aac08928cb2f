//! Which sign a straight quote, dashes or dots become: the rules of Goldmark's
//! typographer, looked up in the source around the place, since what stands
//! before a quote may be markup (`*"bold"*`).

use crate::text;
use unicode_general_category::{GeneralCategory, get_general_category};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    LeftSingle,
    RightSingle,
    LeftDouble,
    RightDouble,
    LeftAngle,
    RightAngle,
    Apostrophe,
    EnDash,
    EmDash,
    Ellipsis,
}

/// Quotes that were opened and not closed. As Goldmark counts them, a quote
/// goes on over blocks: each paragraph of a long one may begin with its sign.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quotes {
    single: u32,
    double: u32,
}

impl Quotes {
    /// The sign for the quote that `line` begins with. `line` runs to the end
    /// of the line, whose newline it holds when the block goes on after it.
    pub(super) fn sign(&mut self, before: char, line: &str) -> Option<Sign> {
        let mut chars = line.chars();
        let quote = chars.next()?;
        let after = chars.next().unwrap_or(' ');
        let can_open = left_flanking(before, after);
        let can_close = right_flanking(before, after);
        if !can_open && !can_close {
            return None;
        }
        if quote == '\'' {
            self.single(before, after, line.as_bytes(), can_open, can_close)
        } else {
            self.double(before, after, line.as_bytes(), can_open, can_close)
        }
    }

    fn single(
        &mut self,
        before: char,
        after: char,
        line: &[u8],
        can_open: bool,
        can_close: bool,
    ) -> Option<Sign> {
        let byte = |at: usize| line.get(at).copied();
        // '90s
        if can_open
            && !can_close
            && let (Some(a), Some(b), Some(b's')) = (byte(1), byte(2), byte(3))
            && a.is_ascii_digit()
            && b.is_ascii_digit()
            && byte(4).is_none_or(|b| ends_word(b) || !b.is_ascii())
        {
            return Some(Sign::Apostrophe);
        }
        // 'tis, 'em, 'n', 'long
        if (is_p(before) || before.is_whitespace())
            && matches!(byte(1), Some(b't' | b'e' | b'n' | b'l'))
        {
            return Some(Sign::Apostrophe);
        }
        // can't
        if (text::is_decimal(before) || is_letter(before)) && line.len() > 1 && is_letter(after) {
            return Some(Sign::Apostrophe);
        }
        if can_open && !can_close {
            let ends = |at: usize| byte(at).is_none_or(ends_word);
            // *e*'s, `code`'ll
            let one = matches!(byte(1), Some(b's' | b'm' | b't' | b'd')) && ends(2);
            let two = matches!(
                (byte(1), byte(2)),
                (Some(b'v'), Some(b'e')) | (Some(b'l'), Some(b'l')) | (Some(b'r'), Some(b'e'))
            ) && ends(3);
            if one || two {
                return Some(Sign::RightSingle);
            }
            self.single += 1;
            return Some(Sign::LeftSingle);
        }
        // dogs', doin', but not 5'10
        if line.len() > 2 && !text::is_decimal(after) {
            // A quote that was open may have ended here; Goldmark leaves it so.
            return Some(Sign::RightSingle);
        }
        if self.single > 0 && closes(after, line, can_open, can_close) {
            self.single -= 1;
            return Some(Sign::RightSingle);
        }
        None
    }

    fn double(
        &mut self,
        before: char,
        after: char,
        line: &[u8],
        can_open: bool,
        can_close: bool,
    ) -> Option<Sign> {
        if can_open && !can_close {
            self.double += 1;
            return Some(Sign::LeftDouble);
        }
        if self.double > 0 && closes(after, line, can_open, can_close) {
            // "Monitor 21""
            if line.get(1) == Some(&b'"') && text::is_decimal(before) {
                return None;
            }
            self.double -= 1;
            return Some(Sign::RightDouble);
        }
        None
    }
}

/// Dashes, dots and angles that `line` begins with, and how many bytes they take.
pub(super) fn run(line: &[u8]) -> Option<(Sign, usize)> {
    match line {
        [b'-', b'-', b'-', ..] => Some((Sign::EmDash, 3)),
        [b'-', b'-', ..] => Some((Sign::EnDash, 2)),
        [b'.', b'.', b'.', ..] => Some((Sign::Ellipsis, 3)),
        [b'<', b'<', ..] => Some((Sign::LeftAngle, 2)),
        [b'>', b'>', ..] => Some((Sign::RightAngle, 2)),
        _ => None,
    }
}

fn closes(after: char, line: &[u8], can_open: bool, can_close: bool) -> bool {
    let surely = can_close && !can_open;
    let maybe = can_close
        && can_open
        && line.len() > 1
        && is_p(after)
        && line.get(2).is_none_or(|b| ends_word(*b));
    surely || maybe
}

fn ends_word(byte: u8) -> bool {
    byte.is_ascii_punctuation() || byte.is_ascii_whitespace()
}

fn left_flanking(before: char, after: char) -> bool {
    !after.is_whitespace() && (!is_punct(after) || before.is_whitespace() || is_punct(before))
}

fn right_flanking(before: char, after: char) -> bool {
    !before.is_whitespace() && (!is_punct(before) || after.is_whitespace() || is_punct(after))
}

/// Unicode punctuation, symbols left out.
fn is_p(c: char) -> bool {
    use GeneralCategory as G;
    if matches!(c, '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3003}') {
        return true;
    }
    if c.is_alphanumeric() {
        return false;
    }
    if c.is_ascii() {
        return c.is_ascii_punctuation()
            && !matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~');
    }
    matches!(
        get_general_category(c),
        G::ConnectorPunctuation
            | G::DashPunctuation
            | G::OpenPunctuation
            | G::ClosePunctuation
            | G::InitialPunctuation
            | G::FinalPunctuation
            | G::OtherPunctuation
    )
}

/// Punctuation and symbols.
fn is_punct(c: char) -> bool {
    use GeneralCategory as G;
    if c.is_ascii() {
        return c.is_ascii_punctuation();
    }
    is_p(c)
        || (!c.is_alphanumeric()
            && matches!(
                get_general_category(c),
                G::MathSymbol | G::CurrencySymbol | G::ModifierSymbol | G::OtherSymbol
            ))
}

fn is_letter(c: char) -> bool {
    // A token stands for words.
    text::is_letter(c) || matches!(c, '\u{FDD0}'..='\u{FDD3}')
}
