//! syntect's grammars, made ready to be run: contexts flattened, scopes
//! resolved to classes, and for every context and first byte the patterns that
//! may match there.
//!
//! Takes contexts out of a [`SyntaxSet`] when they are first entered. Reads no code.

use super::classes::{self, Mark};
use super::prefix::{self, Start};
use super::regex::{Compiled, Matcher};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use syntect::parsing::syntax_definition::{
    Context, ContextId, ContextReference, MatchOperation, MatchPattern, context_iter,
};
use syntect::parsing::{ClearAmount, Scope, SyntaxReference, SyntaxSet};

/// The grammars of bat's collection. Reading the outer list takes a few
/// milliseconds, so that only a site with code pays for it; each grammar is
/// unpacked, and each pattern compiled, when it is first needed.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

pub(super) fn syntaxes() -> &'static SyntaxSet {
    &SYNTAXES
}

/// An index into [`Grammar::contexts`].
pub(super) type ContextIndex = u32;
/// An index into [`Grammar::patterns`].
pub(super) type PatternIndex = u32;

pub(super) enum Operation {
    None,
    Pop,
    Push(Arc<[ContextIndex]>),
    Set(Arc<[ContextIndex]>),
}

pub(super) struct Pattern {
    pub(super) source: &'static str,
    matcher: OnceCell<Option<Arc<Matcher>>>,
    /// Refers to what the context's opening pattern captured.
    pub(super) back_references: bool,
    pub(super) marks: Vec<Mark>,
    pub(super) captures: Vec<(usize, Vec<Mark>)>,
    pub(super) operation: Operation,
    pub(super) with_prototype: Option<ContextIndex>,
    starts: Vec<Start>,
    /// May begin nearly anywhere: then one search for its next match is
    /// cheaper than a question at every place.
    pub(super) wide: bool,
}

impl Pattern {
    /// The pattern compiled, when it is first needed.
    pub(super) fn matcher(&self, compiled: &Compiled) -> Option<&Matcher> {
        self.matcher
            .get_or_init(|| compiled.get(self.source))
            .as_deref()
    }
}

pub(super) struct Frame {
    pub(super) meta: Vec<Mark>,
    pub(super) content: Vec<Mark>,
    pub(super) clear: Option<ClearAmount>,
    pub(super) back_references: bool,
    prototype: Option<ContextIndex>,
    patterns: Vec<PatternIndex>,
}

/// One pattern that is in force, and which level of the stack brought it
/// (`None` for the context's own or its prototype).
#[derive(Clone, Copy)]
pub(super) struct Active {
    pub(super) pattern: PatternIndex,
    pub(super) level: Option<u32>,
}

/// A pattern and the ways to begin that agree with a first byte.
pub(super) struct Candidate {
    pub(super) active: Active,
    /// None: any beginning will do.
    starts: Vec<Start>,
}

impl Candidate {
    pub(super) fn fits(&self, line: &[u8], at: usize) -> bool {
        self.starts.is_empty() || self.starts.iter().any(|start| start.fits(line, at))
    }
}

/// The patterns in force together, by the byte at hand.
pub(super) struct Mode {
    /// 0–127: that byte; 128: anything beyond ASCII; 129: the end of the line.
    table: Vec<Arc<[Candidate]>>,
}

impl Mode {
    pub(super) fn candidates(&self, line: &[u8], at: usize) -> &Arc<[Candidate]> {
        let slot = line
            .get(at)
            .map_or(129, |byte| usize::from((*byte).min(128)));
        &self.table[slot]
    }
}

#[derive(Default)]
pub(super) struct Grammar {
    pub(super) patterns: Vec<Pattern>,
    contexts: Vec<(ContextReference, Option<Frame>)>,
    by_id: HashMap<ContextId, ContextIndex>,
    /// By address: patterns live as long as the program.
    by_pattern: HashMap<usize, PatternIndex>,
    marks: HashMap<Scope, Mark>,
    modes: Vec<Arc<Mode>>,
    by_context: Vec<Option<u32>>,
    by_stack: HashMap<Vec<u32>, u32>,
    starts: HashMap<&'static str, ContextIndex>,
}

impl Grammar {
    /// The context in which a text of this syntax begins.
    pub(super) fn start(&mut self, syntax: &'static SyntaxReference) -> Option<ContextIndex> {
        if let Some(index) = self.starts.get(syntax.name.as_str()) {
            return Some(*index);
        }
        let number = syntaxes()
            .syntaxes()
            .iter()
            .position(|s| std::ptr::eq(s, syntax))?;
        let reference = start_context(number, syntax)?;
        let index = self.index(&reference)?;
        self.starts.insert(&syntax.name, index);
        Some(index)
    }

    fn index(&mut self, reference: &ContextReference) -> Option<ContextIndex> {
        let id = reference.id().ok()?;
        Some(*self.by_id.entry(id).or_insert_with(|| {
            self.contexts.push((reference.clone(), None));
            self.by_context.push(None);
            (self.contexts.len() - 1) as ContextIndex
        }))
    }

    pub(super) fn frame(&mut self, index: ContextIndex) -> &Frame {
        if self.contexts[index as usize].1.is_none() {
            let context = self.contexts[index as usize].0.resolve(syntaxes());
            let frame = context
                .ok()
                .map_or_else(Frame::empty, |context| self.compile(context));
            self.contexts[index as usize].1 = Some(frame);
        }
        self.contexts[index as usize]
            .1
            .as_ref()
            .expect("was just set")
    }

    /// A frame that [`Grammar::frame`] has made ready.
    pub(super) fn known(&self, index: ContextIndex) -> &Frame {
        self.contexts[index as usize]
            .1
            .as_ref()
            .expect("asked for before")
    }

    /// Whether a context refers to what the pattern that led to it captured.
    pub(super) fn refers_back(&self, index: ContextIndex) -> bool {
        let context = self.contexts[index as usize].0.resolve(syntaxes());
        context.is_ok_and(|context| context.uses_backrefs)
    }

    fn compile(&mut self, context: &'static Context) -> Frame {
        let prototype = context
            .prototype
            .as_ref()
            .and_then(direct)
            .and_then(|r| self.index(&r));
        let mut patterns = Vec::new();
        for (owner, at) in context_iter(syntaxes(), context) {
            if let Ok(pattern) = owner.match_at(at) {
                patterns.push(self.pattern(pattern));
            }
        }
        Frame {
            meta: self.marks(&context.meta_scope),
            content: self.marks(&context.meta_content_scope),
            clear: context.clear_scopes,
            back_references: context.uses_backrefs,
            prototype,
            patterns,
        }
    }

    fn pattern(&mut self, source: &'static MatchPattern) -> PatternIndex {
        let key = std::ptr::from_ref(source).addr();
        if let Some(index) = self.by_pattern.get(&key) {
            return *index;
        }
        let captures = source.captures.iter().flatten();
        let captures = captures
            .map(|(group, scopes)| (*group, self.marks(scopes)))
            .collect();
        let operation = match &source.operation {
            MatchOperation::None => Operation::None,
            MatchOperation::Pop => Operation::Pop,
            MatchOperation::Push(to) => {
                Operation::Push(to.iter().filter_map(|r| self.index(r)).collect())
            }
            MatchOperation::Set(to) => {
                Operation::Set(to.iter().filter_map(|r| self.index(r)).collect())
            }
        };
        // What a back-reference stands for is not known yet.
        let starts = if source.has_captures {
            prefix::anything()
        } else {
            prefix::starts(source.regex.regex_str())
        };
        let pattern = Pattern {
            source: source.regex.regex_str(),
            matcher: OnceCell::new(),
            back_references: source.has_captures,
            marks: self.marks(&source.scope),
            captures,
            operation,
            with_prototype: source.with_prototype.as_ref().and_then(|r| self.index(r)),
            wide: !source.has_captures && prefix::wide(&starts),
            starts,
        };
        self.patterns.push(pattern);
        let index = (self.patterns.len() - 1) as PatternIndex;
        self.by_pattern.insert(key, index);
        index
    }

    fn marks(&mut self, scopes: &[Scope]) -> Vec<Mark> {
        scopes
            .iter()
            .map(|scope| {
                *self
                    .marks
                    .entry(*scope)
                    .or_insert_with(|| classes::mark(*scope))
            })
            .collect()
    }

    /// The patterns in force in `context` under the prototypes that the levels
    /// of the stack brought, lowest first.
    pub(super) fn mode(
        &mut self,
        context: ContextIndex,
        prototypes: &[(u32, ContextIndex)],
    ) -> Arc<Mode> {
        if prototypes.is_empty()
            && let Some(mode) = self.by_context[context as usize]
        {
            return Arc::clone(&self.modes[mode as usize]);
        }
        let mut key: Vec<u32> = prototypes
            .iter()
            .flat_map(|(level, index)| [*level, *index])
            .collect();
        key.push(context);
        if let Some(mode) = self.by_stack.get(&key) {
            return Arc::clone(&self.modes[*mode as usize]);
        }
        let mode = Arc::new(self.build(context, prototypes));
        self.modes.push(Arc::clone(&mode));
        let number = (self.modes.len() - 1) as u32;
        if prototypes.is_empty() {
            self.by_context[context as usize] = Some(number);
        } else {
            self.by_stack.insert(key, number);
        }
        mode
    }

    fn build(&mut self, context: ContextIndex, prototypes: &[(u32, ContextIndex)]) -> Mode {
        let mut active = Vec::new();
        for (level, index) in prototypes {
            let patterns = &self.frame(*index).patterns;
            active.extend(patterns.iter().map(|pattern| Active {
                pattern: *pattern,
                level: Some(*level),
            }));
        }
        if let Some(prototype) = self.frame(context).prototype {
            let patterns = &self.frame(prototype).patterns;
            active.extend(patterns.iter().map(|pattern| Active {
                pattern: *pattern,
                level: None,
            }));
        }
        let patterns = &self.frame(context).patterns;
        active.extend(patterns.iter().map(|pattern| Active {
            pattern: *pattern,
            level: None,
        }));
        let table = (0..130u8).map(|slot| {
            let byte = (slot < 129).then_some(slot);
            let of_slot = active.iter().filter_map(|active| {
                let starts = &self.patterns[active.pattern as usize].starts;
                let starts = prefix::with_first(starts, byte)?;
                Some(Candidate {
                    active: *active,
                    starts,
                })
            });
            of_slot.collect::<Arc<[Candidate]>>()
        });
        Mode {
            table: table.collect(),
        }
    }
}

impl Frame {
    /// Stands for a context that the grammar names and no syntax has.
    fn empty() -> Frame {
        Frame {
            meta: Vec::new(),
            content: Vec::new(),
            clear: None,
            back_references: false,
            prototype: None,
            patterns: Vec::new(),
        }
    }
}

/// syntect gives a context only to the holder of a reference to it, and makes
/// references only while it links: this one is read, as from a dump.
fn direct(id: &ContextId) -> Option<ContextReference> {
    let id = serde_json::to_value(id).ok()?;
    serde_json::from_value(serde_json::json!({ "Direct": id })).ok()
}

/// syntect keeps the names of contexts to itself. The start is the one that
/// does nothing but carry the syntax's own scope and push the main context.
fn start_context(number: usize, syntax: &SyntaxReference) -> Option<ContextReference> {
    (0..)
        .map_while(|at| {
            let id =
                serde_json::json!({ "Direct": { "syntax_index": number, "context_index": at } });
            let reference: ContextReference = serde_json::from_value(id).ok()?;
            reference.resolve(syntaxes()).is_ok().then_some(reference)
        })
        .find(|reference| {
            reference.resolve(syntaxes()).is_ok_and(|context| {
                context.meta_content_scope == [syntax.scope]
                    && !context.meta_include_prototype
                    && context.patterns.len() == 1
                    && context
                        .match_at(0)
                        .is_ok_and(|pattern| pattern.regex.regex_str().is_empty())
            })
        })
}
