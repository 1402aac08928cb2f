//! Where the time of a build goes. Takes note of stages, and of what single
//! things took; gives both as a report. Costs two looks at the clock where it is
//! off, and prints nothing.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What single things are timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    Template,
    Shortcode,
    Page,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub time: Duration,
    pub count: usize,
}

pub struct Timings {
    /// Single things are timed too.
    pub detailed: bool,
    started: Instant,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// The stages that have ended, in their order.
    stages: Vec<(&'static str, Duration)>,
    /// From the beginning to the end of the last stage.
    until: Duration,
    things: BTreeMap<(Thing, String), Spent>,
}

impl Default for Timings {
    fn default() -> Timings {
        Timings::new(false)
    }
}

impl Timings {
    pub fn new(detailed: bool) -> Timings {
        Timings {
            detailed,
            started: Instant::now(),
            inner: Mutex::default(),
        }
    }

    /// Ends a stage: it took what has passed since the end of the one before.
    pub fn stage(&self, name: &'static str) {
        let now = self.started.elapsed();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let took = now.saturating_sub(inner.until);
        inner.until = now;
        match inner.stages.iter_mut().find(|(known, _)| *known == name) {
            Some((_, time)) => *time += took,
            None => inner.stages.push((name, took)),
        }
    }

    /// Runs `work`; where details are asked for, adds its time to what `name` took.
    pub fn time<T>(&self, thing: Thing, name: &str, work: impl FnOnce() -> T) -> T {
        if !self.detailed {
            return work();
        }
        let start = Instant::now();
        let result = work();
        self.add(thing, name, start.elapsed());
        result
    }

    fn add(&self, thing: Thing, name: &str, time: Duration) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let spent = inner.things.entry((thing, name.to_owned())).or_default();
        spent.time += time;
        spent.count += 1;
    }

    /// The stages in their order, with the wall time of each.
    pub fn stages(&self) -> Vec<(&'static str, Duration)> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.stages.clone()
    }

    /// The `most` things of a kind that took longest, in sum; the slowest first.
    pub fn slowest(&self, thing: Thing, most: usize) -> Vec<(String, Spent)> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<(String, Spent)> = inner
            .things
            .iter()
            .filter(|((kind, _), _)| *kind == thing)
            .map(|((_, name), spent)| (name.clone(), *spent))
            .collect();
        all.sort_by(|a, b| b.1.time.cmp(&a.1.time).then_with(|| a.0.cmp(&b.0)));
        all.truncate(most);
        all
    }
}
