//! One regular expression of a grammar, asked about one place.
//!
//! syntect's own wrapper can only search onwards from a place; Oniguruma itself
//! answers for the place alone, which is what the lexer asks most.

#[cfg(feature = "onig")]
mod engine {
    use onig::{MatchParam, RegexOptions, SearchOptions, Syntax};

    pub(in super::super) use onig::Region;

    /// Whether [`Matcher::at`] costs no more than that place.
    pub(in super::super) const ANCHORED: bool = true;

    /// Steps back that one answer may take: ordinary code needs a few hundred,
    /// and Oniguruma's own ten million are a second on hostile text.
    const MOST_RETRIES: u32 = 200_000;

    /// Says that no group matched.
    pub(in super::super) fn clear(region: &mut Region) {
        region.clear();
    }

    pub(in super::super) struct Matcher(onig::Regex);

    impl Matcher {
        pub(in super::super) fn new(pattern: &str) -> Option<Matcher> {
            let options = RegexOptions::REGEX_OPTION_CAPTURE_GROUP;
            onig::Regex::with_options(pattern, options, Syntax::default())
                .ok()
                .map(Matcher)
        }

        /// Where a match that begins at `at` ends.
        pub(in super::super) fn at(
            &self,
            line: &str,
            at: usize,
            region: &mut Region,
        ) -> Option<usize> {
            let none = SearchOptions::SEARCH_OPTION_NONE;
            let found = self
                .0
                .match_with_param(line, at, none, Some(region), param());
            // An answer that takes too long is no match, as in syntect.
            found.ok().flatten().map(|length| at + length)
        }

        /// Start and end of the first match that begins at `at` or later.
        pub(in super::super) fn from(
            &self,
            line: &str,
            at: usize,
            region: &mut Region,
        ) -> Option<(usize, usize)> {
            let none = SearchOptions::SEARCH_OPTION_NONE;
            let found = self
                .0
                .search_with_param(line, at, line.len(), none, Some(region), param());
            found.ok().flatten().and_then(|_| region.pos(0))
        }
    }

    fn param() -> MatchParam {
        let mut param = MatchParam::default();
        param.set_retry_limit_in_match(MOST_RETRIES);
        param
    }
}

#[cfg(not(feature = "onig"))]
mod engine {
    use syntect::parsing::Regex;

    pub(in super::super) use syntect::parsing::Region;

    /// Whether [`Matcher::at`] costs no more than that place.
    pub(in super::super) const ANCHORED: bool = false;

    /// Says that no group matched.
    pub(in super::super) fn clear(region: &mut Region) {
        *region = Region::new();
    }

    pub(in super::super) struct Matcher(Regex);

    impl Matcher {
        pub(in super::super) fn new(pattern: &str) -> Option<Matcher> {
            // syntect panics later over one that does not compile.
            Regex::try_compile(pattern)
                .is_none()
                .then(|| Matcher(Regex::new(pattern.to_owned())))
        }

        /// Where a match that begins at `at` ends.
        pub(in super::super) fn at(
            &self,
            line: &str,
            at: usize,
            region: &mut Region,
        ) -> Option<usize> {
            self.from(line, at, region)
                .filter(|(start, _)| *start == at)
                .map(|(_, end)| end)
        }

        /// Start and end of the first match that begins at `at` or later.
        pub(in super::super) fn from(
            &self,
            line: &str,
            at: usize,
            region: &mut Region,
        ) -> Option<(usize, usize)> {
            if self.0.search(line, at, line.len(), Some(region)) {
                region.pos(0)
            } else {
                None
            }
        }
    }
}

pub(super) use engine::{ANCHORED, Matcher, Region, clear};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Compiled patterns, which all threads share: compiling costs more than a block of code.
#[derive(Clone, Default)]
pub(super) struct Compiled(Arc<Mutex<Known>>);

type Known = HashMap<&'static str, Option<Arc<Matcher>>>;

impl Compiled {
    /// `None` for a pattern that this engine cannot compile: it never matches.
    pub(super) fn get(&self, pattern: &'static str) -> Option<Arc<Matcher>> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(matcher) = known().get(pattern) {
            return matcher.clone();
        }
        // Without the lock: two threads may compile the same, which does no harm.
        let matcher = Matcher::new(pattern).map(Arc::new);
        known().entry(pattern).or_insert(matcher).clone()
    }
}
