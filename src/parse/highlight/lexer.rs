//! Runs a grammar over lines of code: the state before a line and its text
//! give the line's HTML and the state after it.
//!
//! The semantics are those of syntect's `ParseState`, and the tests compare the
//! two. What differs is the order of work: syntect searches the rest of the
//! line for every pattern in force, this asks at each place only the patterns
//! that may begin with the byte there; and a line that was seen before in the
//! same state is not looked at again. Knows nothing of blocks and their options.

use super::classes::{Class, Mark};
use super::grammar::{
    Active, ContextIndex, Frame, Grammar, Mode, Operation, Pattern, PatternIndex,
};
use super::html;
use super::regex::{self, ANCHORED, Compiled, Matcher, Region};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;
use syntect::parsing::{ClearAmount, SyntaxReference};

/// Deeper than this nothing is pushed, as in syntect.
const DEEPEST: usize = 100;
/// Lines remembered, in bytes of their text and HTML.
const MEMO_BYTES: usize = 48 << 20;
/// States told apart; a text with more has its later lines lexed afresh.
const MOST_STATES: usize = 50_000;
/// Regular expressions made from what a heredoc's delimiter captured.
const MOST_DYNAMIC: usize = 2_000;
/// Questions to the regex engine between two looks at the clock.
const STEPS_PER_LOOK: u32 = 512;

/// Names a state before a line; good for the lexer that gave it.
pub(super) type StateId = u32;

/// What one block brings along.
pub(super) struct Run<'a> {
    /// When to stop, by the clock.
    deadline: Duration,
    clock: &'a (dyn Fn() -> Duration + Send + Sync),
    /// Where the groups of the last match stand; here since it must not change threads.
    region: Region,
}

impl<'a> Run<'a> {
    pub(super) fn new(time: Duration, clock: &'a (dyn Fn() -> Duration + Send + Sync)) -> Run<'a> {
        Run {
            deadline: clock().saturating_add(time),
            clock,
            region: Region::new(),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        (self.clock)() >= self.deadline
    }
}

/// The time was up in the middle of a line.
pub(super) struct TimeUp;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Level {
    context: ContextIndex,
    prototypes: Vec<ContextIndex>,
    /// What the groups of the pattern that led here matched, if the context refers to them.
    captures: Option<Arc<[String]>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    levels: Vec<Level>,
    /// Levels under which prototypes no longer apply.
    floors: Vec<usize>,
    first_line: bool,
    /// The class at hand after each scope on the stack.
    classes: Vec<Class>,
    /// Scopes set aside by `clear_scopes`.
    cleared: Vec<Vec<Class>>,
}

struct Line {
    state: StateId,
    text: Box<str>,
    html: Arc<str>,
    after: StateId,
}

/// The keys are hashes already.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

/// What one thread keeps between lines and blocks. The memo makes it faster, never different.
#[derive(Default)]
pub(super) struct Lexer {
    grammar: Grammar,
    compiled: Compiled,
    states: Vec<State>,
    ids: HashMap<State, StateId>,
    memo: HashMap<u64, Line, BuildHasherDefault<Identity>>,
    memo_bytes: usize,
    dynamic: HashMap<String, Option<Arc<Matcher>>>,
    scan: Scan,
}

/// What is at hand while one line is read.
#[derive(Default)]
struct Scan {
    /// By pattern: the line for which it was searched, and where its next match is.
    next: Vec<(u32, usize)>,
    line: u32,
    steps: u32,
    runs: Vec<(usize, Class)>,
    painted: usize,
}

struct Match {
    start: usize,
    end: usize,
    active: Active,
    would_loop: bool,
}

impl Lexer {
    pub(super) fn new(compiled: Compiled) -> Lexer {
        Lexer {
            compiled,
            ..Lexer::default()
        }
    }

    /// The state in which a text of this syntax begins.
    pub(super) fn start(&mut self, syntax: &'static SyntaxReference) -> Option<StateId> {
        let context = self.grammar.start(syntax)?;
        let level = Level {
            context,
            prototypes: Vec::new(),
            captures: None,
        };
        Some(self.intern(State {
            levels: vec![level],
            floors: Vec::new(),
            first_line: true,
            classes: Vec::new(),
            cleared: Vec::new(),
        }))
    }

    fn intern(&mut self, state: State) -> StateId {
        if let Some(id) = self.ids.get(&state) {
            return *id;
        }
        let id = self.states.len() as StateId;
        self.states.push(state.clone());
        self.ids.insert(state, id);
        id
    }

    /// Forgets everything when a hostile text has made too many states; only between blocks.
    pub(super) fn tidy(&mut self) {
        if self.states.len() > MOST_STATES {
            *self = Lexer::new(self.compiled.clone());
        }
    }

    /// The HTML of `line`, which has no newline in it, and the state after it.
    pub(super) fn line(
        &mut self,
        before: StateId,
        line: &str,
        run: &mut Run,
    ) -> Result<(Arc<str>, StateId), TimeUp> {
        let mut hasher = std::hash::DefaultHasher::new();
        (before, line).hash(&mut hasher);
        let key = hasher.finish();
        if let Some(known) = self.memo.get(&key)
            && known.state == before
            && *known.text == *line
        {
            return Ok((Arc::clone(&known.html), known.after));
        }
        let mut state = self.states[before as usize].clone();
        let lexed = lexable(line);
        self.lex(&mut state, &lexed, run)?;
        let mut html = String::with_capacity(line.len() * 3);
        html::line(line, &self.scan.runs, &mut html);
        let html: Arc<str> = html.into();
        let after = self.intern(state);
        self.memo_bytes += line.len() + html.len() + 64;
        if self.memo_bytes < MEMO_BYTES {
            self.memo.insert(
                key,
                Line {
                    state: before,
                    text: line.into(),
                    html: Arc::clone(&html),
                    after,
                },
            );
        }
        Ok((html, after))
    }

    /// Leaves the runs of classes in `scan`.
    fn lex(&mut self, state: &mut State, line: &str, run: &mut Run) -> Result<(), TimeUp> {
        let scan = &mut self.scan;
        scan.line = scan.line.wrapping_add(1);
        scan.runs.clear();
        scan.painted = 0;
        if state.first_line {
            state.first_line = false;
            let frame = self.grammar.frame(state.levels[0].context);
            if let Some(mark) = frame.content.first() {
                state.push(*mark);
            }
        }
        let mut start = 0;
        // Where a push last consumed nothing, and how deep the stack was then:
        // a pop there that consumes nothing either would go round for ever.
        let mut pushed_at = (0, 0);
        while !state.levels.is_empty() {
            let depth = state.levels.len();
            while state.floors.last().is_some_and(|floor| *floor >= depth) {
                state.floors.pop();
            }
            let check_loop = pushed_at == (start, depth);
            let Some(found) = self.find(state, line, start, check_loop, run)? else {
                break;
            };
            if found.would_loop {
                match line[start..].chars().next() {
                    Some(c) if start + c.len_utf8() < line.len() => start += c.len_utf8(),
                    _ => break,
                }
                continue;
            }
            let pattern = &self.grammar.patterns[found.active.pattern as usize];
            if found.end == start && matches!(pattern.operation, Operation::Push(_)) {
                pushed_at = (found.end, depth + 1);
            }
            start = found.end;
            if found.active.level.is_some() {
                state.floors.push(depth);
            }
            self.execute(state, line, &found, &run.region);
        }
        self.scan.paint(line.len(), state.class());
        Ok(())
    }

    /// The earliest match at or after `from`; of several there, the first pattern's.
    fn find(
        &mut self,
        state: &State,
        line: &str,
        from: usize,
        check_loop: bool,
        run: &mut Run,
    ) -> Result<Option<Match>, TimeUp> {
        let mode = self.mode(state);
        let bytes = line.as_bytes();
        let mut at = from;
        loop {
            let mut best: Option<Match> = None;
            for candidate in mode.candidates(bytes, at).iter() {
                if !candidate.fits(bytes, at) {
                    continue;
                }
                self.scan.steps += 1;
                if self.scan.steps.is_multiple_of(STEPS_PER_LOOK) && run.is_over() {
                    return Err(TimeUp);
                }
                let active = candidate.active;
                let Some(end) = self.try_at(state, line, at, active, &mut run.region) else {
                    continue;
                };
                let pattern = &self.grammar.patterns[active.pattern as usize];
                let pops = matches!(pattern.operation, Operation::Pop);
                let would_loop = check_loop && end <= from && pops;
                best = Some(Match {
                    start: at,
                    end,
                    active,
                    would_loop,
                });
                if !would_loop {
                    return Ok(best);
                }
            }
            if best.is_some() {
                return Ok(best);
            }
            match line[at..].chars().next() {
                Some(c) => at += c.len_utf8(),
                None => return Ok(None),
            }
        }
    }

    fn mode(&mut self, state: &State) -> Arc<Mode> {
        let floor = state.floors.last().copied().unwrap_or(0);
        let top = state.levels.last().map_or(0, |level| level.context);
        let mut prototypes = Vec::new();
        for (number, level) in state.levels.iter().enumerate().skip(floor) {
            prototypes.extend(
                level
                    .prototypes
                    .iter()
                    .map(|p| ((number - floor) as u32, *p)),
            );
        }
        self.grammar.mode(top, &prototypes)
    }

    /// Where a match that begins at `at` ends; its groups are then in `region`.
    fn try_at(
        &mut self,
        state: &State,
        line: &str,
        at: usize,
        active: Active,
        region: &mut Region,
    ) -> Option<usize> {
        let pattern = &self.grammar.patterns[active.pattern as usize];
        let scan = &mut self.scan;
        let found = if pattern.source.is_empty() {
            // Grammars end a context so wherever nothing else matches: one answer in ten.
            regex::clear(region);
            Some(at)
        } else if pattern.back_references {
            let level = match active.level {
                Some(number) => state
                    .levels
                    .get(state.floors.last().copied().unwrap_or(0) + number as usize),
                None => state.levels.last(),
            };
            let captures = level.and_then(|level| level.captures.as_deref());
            let matcher = dynamic(&mut self.dynamic, pattern, captures)?;
            matcher.at(line, at, region)
        } else {
            let matcher = pattern.matcher(&self.compiled)?;
            if pattern.wide || !ANCHORED {
                scan.searched(matcher, active.pattern, line, at, region)
            } else {
                matcher.at(line, at, region)
            }
        };
        let end = found?;
        let does_something = match pattern.operation {
            Operation::None => end > at,
            Operation::Push(_) => state.levels.len() < DEEPEST,
            Operation::Pop | Operation::Set(_) => true,
        };
        does_something.then_some(end)
    }

    /// Does what the pattern that matched asks for.
    fn execute(&mut self, state: &mut State, line: &str, found: &Match, region: &Region) {
        let level = state.levels.last().map_or(0, |level| level.context);
        self.grammar.frame(level);
        let targets: Arc<[ContextIndex]> =
            match &self.grammar.patterns[found.active.pattern as usize].operation {
                Operation::Push(to) | Operation::Set(to) => Arc::clone(to),
                Operation::Pop | Operation::None => Arc::default(),
            };
        for target in targets.iter() {
            self.grammar.frame(*target);
        }
        let scan = &mut self.scan;
        let grammar = &self.grammar;
        let pattern = &grammar.patterns[found.active.pattern as usize];
        let frame = grammar.known(level);
        let frames: Vec<&Frame> = targets
            .iter()
            .map(|target| grammar.known(*target))
            .collect();

        scan.paint(found.start, state.class());
        state.enter(&pattern.operation, frame, &frames);
        for mark in &pattern.marks {
            state.push(*mark);
        }
        scan.captures(state, pattern, region);
        scan.paint(found.end, state.class());
        state.pop(pattern.marks.len());
        state.leave(&pattern.operation, frame, &frames);
        move_to(
            state,
            pattern,
            &targets,
            &frames,
            &self.grammar,
            region,
            line,
        );
    }
}

/// Code as the grammar shall see it: with its newline, and with a word in place
/// of each token of other holes, so that nothing is cut within one.
fn lexable(line: &str) -> String {
    let mut lexable = String::with_capacity(line.len() + 1);
    let mut rest = line;
    while let Some((start, end, _)) = crate::parse::token::find(rest) {
        lexable.push_str(&rest[..start]);
        lexable.extend(std::iter::repeat_n('Z', end - start));
        rest = &rest[end..];
    }
    lexable.push_str(rest);
    lexable.push('\n');
    lexable
}

/// The pattern with what its back-references stand for put in.
fn dynamic(
    known: &mut HashMap<String, Option<Arc<Matcher>>>,
    pattern: &Pattern,
    captures: Option<&[String]>,
) -> Option<Arc<Matcher>> {
    let source = pattern.source;
    let text = captures.map_or_else(
        || source.to_owned(),
        |captures| substituted(source, captures),
    );
    if let Some(regex) = known.get(&text) {
        return regex.clone();
    }
    if known.len() >= MOST_DYNAMIC {
        known.clear();
    }
    let regex = Matcher::new(&text).map(Arc::new);
    known.insert(text, regex.clone());
    regex
}

fn substituted(source: &str, captures: &[String]) -> String {
    let mut text = String::with_capacity(source.len() + 16);
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some(digit)) if digit.is_ascii_digit() => {
                chars.next();
                let group = digit as usize - '0' as usize;
                for c in captures.get(group).into_iter().flat_map(|s| s.chars()) {
                    if "\\.+*?()|[]{}^$#&-~ \t".contains(c) {
                        text.push('\\');
                    }
                    text.push(c);
                }
            }
            ('\\', Some(next)) => {
                chars.next();
                text.extend(['\\', next]);
            }
            _ => text.push(c),
        }
    }
    text
}

impl Scan {
    /// Everything up to `end` that is not painted yet has `class`.
    fn paint(&mut self, end: usize, class: Class) {
        if end <= self.painted {
            return;
        }
        self.painted = end;
        let class = class.shown();
        match self.runs.last_mut() {
            Some(last) if last.1 == class => last.0 = end,
            _ => self.runs.push((end, class)),
        }
    }

    /// A match at `at` of a pattern whose next match in the line is searched once.
    fn searched(
        &mut self,
        matcher: &Matcher,
        index: PatternIndex,
        line: &str,
        at: usize,
        region: &mut Region,
    ) -> Option<usize> {
        let index = index as usize;
        if self.next.len() <= index {
            self.next.resize(index + 1, (0, 0));
        }
        let (searched, next) = self.next[index];
        if searched == self.line && next > at {
            return None;
        }
        let place = matcher.from(line, at, region);
        self.next[index] = (self.line, place.map_or(usize::MAX, |(start, _)| start));
        place.filter(|(start, _)| *start == at).map(|(_, end)| end)
    }

    /// Paints what the groups of the match matched.
    fn captures(&mut self, state: &mut State, pattern: &Pattern, region: &Region) {
        if pattern.captures.is_empty() {
            return;
        }
        // Groups come in any order: outer before inner, and ends before starts.
        let mut events: Vec<(usize, i64, Option<&[Mark]>, usize)> = Vec::new();
        for (group, marks) in &pattern.captures {
            if let Some((start, end)) = region.pos(*group)
                && start < end
            {
                events.push((start, -((end - start) as i64), Some(marks), 0));
                events.push((end, i64::MIN, None, marks.len()));
            }
        }
        events.sort_by_key(|event| (event.0, event.1));
        for (at, _, marks, pops) in events {
            self.paint(at, state.class());
            match marks {
                Some(marks) => marks.iter().for_each(|mark| state.push(*mark)),
                None => state.pop(pops),
            }
        }
    }
}

impl State {
    fn class(&self) -> Class {
        self.classes.last().copied().unwrap_or(Class::PLAIN)
    }

    fn push(&mut self, mark: Mark) {
        let class = mark.within(self.class());
        self.classes.push(class);
    }

    fn pop(&mut self, count: usize) {
        self.classes
            .truncate(self.classes.len().saturating_sub(count));
    }

    fn push_all(&mut self, marks: &[Mark]) {
        marks.iter().for_each(|mark| self.push(*mark));
    }

    fn clear(&mut self, amount: Option<ClearAmount>) {
        let keep = match amount {
            None => return,
            Some(ClearAmount::All) => 0,
            Some(ClearAmount::TopN(n)) => self.classes.len().saturating_sub(n),
        };
        let cleared = self.classes.split_off(keep);
        self.cleared.push(cleared);
    }

    fn restore(&mut self) {
        if let Some(cleared) = self.cleared.pop() {
            self.classes.extend(cleared);
        }
    }

    /// Scopes of contexts, before the scopes of the match itself.
    fn enter(&mut self, operation: &Operation, frame: &Frame, targets: &[&Frame]) {
        match operation {
            Operation::None => {}
            Operation::Pop => self.pop(frame.content.len()),
            Operation::Push(_) => {
                for target in targets {
                    self.clear(target.clear);
                    self.push_all(&target.meta);
                }
            }
            Operation::Set(_) => {
                if frame.clear.is_some() {
                    self.restore();
                }
                targets
                    .iter()
                    .for_each(|target| self.push_all(&target.meta));
            }
        }
    }

    /// Scopes of contexts, after the scopes of the match itself.
    fn leave(&mut self, operation: &Operation, frame: &Frame, targets: &[&Frame]) {
        let set = match operation {
            Operation::None => return,
            Operation::Pop => {
                self.pop(frame.meta.len());
                if frame.clear.is_some() {
                    self.restore();
                }
                return;
            }
            Operation::Push(_) => false,
            Operation::Set(_) => true,
        };
        let again = (set && !(frame.meta.is_empty() && frame.content.is_empty()))
            || targets
                .iter()
                .any(|target| !target.content.is_empty() || (set && target.clear.is_some()));
        if !again {
            return;
        }
        let pushed: usize = targets.iter().map(|target| target.meta.len()).sum();
        let own = if set {
            frame.meta.len() + frame.content.len()
        } else {
            0
        };
        self.pop(pushed + own);
        for target in targets {
            if set {
                self.clear(target.clear);
            }
            self.push_all(&target.meta);
            self.push_all(&target.content);
        }
    }
}

/// Changes the stack of contexts.
fn move_to(
    state: &mut State,
    pattern: &Pattern,
    targets: &[ContextIndex],
    frames: &[&Frame],
    grammar: &Grammar,
    region: &Region,
    line: &str,
) {
    let mut inherited = match pattern.operation {
        Operation::None => return,
        Operation::Pop => {
            state.levels.pop();
            return;
        }
        Operation::Push(_) => Vec::new(),
        // A prototype stays in force until the level that brought it is popped.
        Operation::Set(_) => state
            .levels
            .pop()
            .map(|level| level.prototypes)
            .unwrap_or_default(),
    };
    for (i, (target, frame)) in targets.iter().zip(frames).enumerate() {
        let mut prototypes = std::mem::take(&mut inherited);
        if i + 1 == targets.len() {
            prototypes.extend(pattern.with_prototype);
        }
        let refers = frame.back_references || prototypes.iter().any(|p| grammar.refers_back(*p));
        let captures = refers.then(|| {
            let group = |n| {
                region
                    .pos(n)
                    .map(|(start, end)| line[start..end].to_owned())
            };
            (0..10).map(|n| group(n).unwrap_or_default()).collect()
        });
        state.levels.push(Level {
            context: *target,
            prototypes,
            captures,
        });
    }
}

#[cfg(test)]
mod tests;
