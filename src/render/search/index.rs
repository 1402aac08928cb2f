//! The index that the search page reads, in files small enough to be fetched
//! while somebody types.
//!
//! ```text
//! search.json            the directory: stamp, number of pages, sections and tags, and
//!                        the first term of each file of words, cut short
//! search/words-N.bin     entry*, sorted by the bytes of their terms
//! search/pages-N.json    [title, url, summary, date, section, [tag…]]*, GROUP of them
//!
//! entry    bytes shared with the term before · bytes that follow · these bytes
//!          · bytes of postings · posting*
//! posting  (pages since the last × 16 + weight)
//! ```
//!
//! All numbers are LEB128 varints. A term that begins with `!` is a section, with `#` a
//! tag, with `*` a beginning of words: it has the pages of all that begin so, where
//! these are too many bytes to fetch. `static/js/search.js` is the reader.
//!
//! Takes pages one by one, gives all files. How many there are, the caller says: the
//! site knows its addresses before any text is read.

use super::words::{self, Counter};
use crate::hash::{Hash, Hasher};
use crate::render::json::{self, Members, Place};
use crate::site::lists::SEARCH_GROUP as GROUP;
use crate::text;
use std::ops::Range;

/// Bytes of entries up to which all words of one beginning are fetched themselves.
const HEAVY: usize = 16 << 10;

/// Sections and tags that are offered as filters, those with most pages.
const SECTIONS: usize = 12;
const TAGS: usize = 20;

/// Weights in quarters, of which a posting has 15 wholes: where a term stands.
const TITLE: u16 = 28;
const TAG: u16 = 12;
const HEADING: u16 = 8;
const SUMMARY: u16 = 6;
/// However often it is in the text.
const TEXT: u32 = 16;

const SECTION_MARK: char = '!';
const TAG_MARK: char = '#';
const BEGINNING_MARK: char = '*';

/// A page as the index has it; plain text, all of it.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    pub title: &'a str,
    /// Path within the host.
    pub url: &'a str,
    /// What is shown, and whether it says more than the text.
    pub summary: &'a str,
    pub has_own_summary: bool,
    /// As people read it.
    pub date: &'a str,
    /// Title of its section; empty for none.
    pub section: &'a str,
    pub tags: &'a [&'a str],
}

/// Which parts of a page are searched besides its title.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fields {
    pub summary: bool,
    pub content: bool,
    pub tags: bool,
}

/// The files of one language.
#[derive(Debug, PartialEq)]
pub struct Index {
    pub directory: String,
    pub words: Vec<Vec<u8>>,
    pub pages: Vec<String>,
}

/// Makes the index of so many pages, its words in so many files. Of some of them the
/// parts know already; `add` adds one that they do not.
///
/// Threads of its own: a worker of the pool that waits in here would take up other jobs,
/// and these wait for this very index.
pub fn make<P>(pages: usize, files: usize, threads: usize, mut parts: Vec<Part>, add: P) -> Index
where
    P: Fn(usize, &mut Part) + Sync,
{
    let mut known = vec![false; pages];
    for span in parts.iter().flat_map(|part| &part.spans) {
        known[span.page as usize] = true;
    }
    let missing: Vec<usize> = (0..pages).filter(|page| !known[*page]).collect();
    let share = missing.len().div_ceil(threads.max(1)).max(1);
    let shares: Vec<&[usize]> = missing.chunks(share).collect();
    parts.resize_with(parts.len().max(shares.len()), Part::default);
    each_in_a_thread(parts.iter_mut().enumerate().collect(), |(n, part)| {
        for page in shares.get(n).copied().unwrap_or_default() {
            add(*page, part);
        }
        part.sort();
    });
    assemble(&parts, pages, files, threads)
}

/// Threads of their own, one for each; gives what they give, in order.
fn each_in_a_thread<T: Send, R: Send>(all: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = all
            .into_iter()
            .map(|one| scope.spawn(move || work(one)))
            .collect();
        let joined = running.into_iter().map(|thread| thread.join());
        joined
            .map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// What one thread has made of its pages, in whatever order they came.
#[derive(Default)]
pub struct Part {
    /// The words of the page that is added next.
    pub words: Counter,
    spans: Vec<Span>,
    /// Term and weight, in quarters, of all pages one after another.
    posts: Vec<(u32, u8)>,
    /// What results show.
    shown: String,
    /// Terms in the order of their bytes.
    sorted: Vec<u32>,
}

/// Where a page ends in what its part knows; it begins where the one before ends.
struct Span {
    page: u32,
    posts: usize,
    shown: usize,
}

impl Part {
    /// Adds a page and the words of its text.
    pub fn add(&mut self, n: usize, page: &Page, fields: Fields) {
        describe(&mut self.shown, page);
        let words = &mut self.words;
        let mut weigh = |text: &str, weight: u16| {
            text::terms(text, |term| words.see(term).weight += weight);
        };
        weigh(page.title, TITLE);
        if fields.tags {
            for tag in page.tags {
                weigh(tag, TAG);
            }
        }
        if fields.summary && page.has_own_summary {
            weigh(page.summary, SUMMARY);
        }
        let mut name = String::new();
        let tags = page.tags.iter().map(|tag| (TAG_MARK, *tag));
        let section = (!page.section.is_empty()).then_some((SECTION_MARK, page.section));
        for (mark, title) in tags.chain(section) {
            name.clear();
            name.push(mark);
            name.push_str(title);
            words.see(&name).weight = 4;
        }
        let length = words.length;
        words.take(|term, seen| {
            let heading = if seen.in_heading { HEADING } else { 0 };
            let weight = u32::from(seen.weight) + u32::from(heading) + in_text(seen.times, length);
            self.posts.push((term, weight.min(0xFF) as u8));
        });
        self.spans.push(Span {
            page: n as u32,
            posts: self.posts.len(),
            shown: self.shown.len(),
        });
    }

    fn sort(&mut self) {
        let terms = &self.words.terms;
        let mut sorted: Vec<u32> = (0..terms.len() as u32).collect();
        sorted.sort_unstable_by(|a, b| terms.get(*a).cmp(terms.get(*b)));
        self.sorted = sorted;
    }
}

/// What a result shows.
fn describe(out: &mut String, page: &Page) {
    json::list(out, Place::Script, |json| {
        for text in [page.title, page.url, page.summary, page.date, page.section] {
            json.text("", text);
        }
        json.texts("", page.tags);
    });
}

/// What its part knows of a page.
#[derive(Clone, Default)]
struct Known {
    part: usize,
    posts: Range<usize>,
    shown: Range<usize>,
}

/// Of all pages, in their order.
fn all_known(parts: &[Part], pages: usize) -> Vec<Known> {
    let mut all = vec![Known::default(); pages];
    for (n, part) in parts.iter().enumerate() {
        let (mut posts, mut shown) = (0, 0);
        for span in &part.spans {
            all[span.page as usize] = Known {
                part: n,
                posts: posts..span.posts,
                shown: shown..span.shown,
            };
            (posts, shown) = (span.posts, span.shown);
        }
    }
    all
}

/// Saturates: the tenth time says little, and less in a long text.
fn in_text(times: u32, length: u32) -> u32 {
    if times == 0 {
        return 0;
    }
    // An article of 600 terms is the middle of the road.
    let slack = 60 + length.min(6000) / 10;
    (TEXT * 100 * times / (100 * times + slack)).max(1)
}

/// All terms in the order of their bytes.
struct Merged<'p> {
    terms: Vec<&'p str>,
    /// Pages of each.
    counts: Vec<usize>,
    /// By part, where each of its terms stands here.
    numbers: Vec<Vec<u32>>,
}

impl<'p> Merged<'p> {
    fn new(parts: &'p [Part]) -> Merged<'p> {
        let mut all: Vec<(&str, usize, u32)> = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let sorted = part.sorted.iter();
            all.extend(sorted.map(|number| (part.words.terms.get(*number), index, *number)));
        }
        // Runs that are sorted, which a stable sort finds.
        all.sort_by(|a, b| a.0.cmp(b.0));
        let mut terms: Vec<&str> = Vec::new();
        let mut numbers: Vec<Vec<u32>> = parts
            .iter()
            .map(|part| vec![0; part.words.terms.len()])
            .collect();
        for (text, part, number) in all {
            if terms.last() != Some(&text) {
                terms.push(text);
            }
            numbers[part][number as usize] = terms.len() as u32 - 1;
        }
        let mut counts = vec![0; terms.len()];
        for (part, numbers) in parts.iter().zip(&numbers) {
            for (term, _) in &part.posts {
                counts[numbers[*term as usize] as usize] += 1;
            }
        }
        Merged {
            terms,
            counts,
            numbers,
        }
    }

    /// Terms that are sections and tags, all of them before the first word.
    fn marked(&self) -> usize {
        let is_marked = |term: &&&str| term.starts_with([SECTION_MARK, TAG_MARK]);
        self.terms.iter().take_while(is_marked).count()
    }

    /// Terms of one mark with the number of their pages, those with most first.
    fn most(&self, mark: char, most: usize) -> Vec<(&'p str, usize)> {
        let marked = self.terms.iter().zip(&self.counts);
        let mut marked: Vec<(&str, usize)> = marked
            .skip_while(|(term, _)| !term.starts_with(mark))
            .map_while(|(term, pages)| Some((term.strip_prefix(mark)?, *pages)))
            .collect();
        marked.sort_by_key(|(_, pages)| std::cmp::Reverse(*pages));
        marked.truncate(most);
        marked
    }

    /// So many ranges of terms at most, of about one number of pages; words that begin
    /// with one letter are in one of them.
    fn shares(&self, most: usize) -> Vec<Range<usize>> {
        let target = self.counts.iter().sum::<usize>().div_ceil(most.max(1));
        let mut shares = Vec::new();
        let (mut from, mut taken) = (0, 0);
        for at in 0..self.terms.len() {
            let is_other = |before: &str| before.chars().next() != self.terms[at].chars().next();
            if taken >= target && is_other(self.terms[at - 1]) {
                shares.push(from..at);
                (from, taken) = (at, 0);
            }
            taken += self.counts[at];
        }
        shares.push(from..self.terms.len());
        shares
    }
}

/// Some terms that follow each other, with the postings of each.
struct Lists<'p> {
    terms: &'p [&'p str],
    /// Page × 16 + weight.
    postings: Vec<u32>,
    /// Where those of each term end.
    ends: Vec<usize>,
}

impl<'p> Lists<'p> {
    fn new(
        merged: &'p Merged<'p>,
        share: Range<usize>,
        parts: &[Part],
        pages: &[Known],
    ) -> Lists<'p> {
        let mut sum = 0;
        // For now where it begins; each posting moves it on.
        let begins = merged.counts[share.clone()].iter().map(|count| {
            sum += count;
            sum - count
        });
        let mut ends: Vec<usize> = begins.collect();
        let mut postings = vec![0; sum];
        for (page, known) in pages.iter().enumerate() {
            let numbers = &merged.numbers[known.part];
            for (term, weight) in &parts[known.part].posts[known.posts.clone()] {
                let term = (numbers[*term as usize] as usize).wrapping_sub(share.start);
                let Some(end) = ends.get_mut(term) else {
                    continue;
                };
                let weight = (u32::from(*weight) + 2) / 4;
                postings[*end] = (page as u32) << 4 | weight.clamp(1, 15);
                *end += 1;
            }
        }
        Lists {
            terms: &merged.terms[share],
            postings,
            ends,
        }
    }

    fn range(&self, term: usize) -> Range<usize> {
        let start = term.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[term]
    }

    fn of(&self, term: usize) -> &[u32] {
        &self.postings[self.range(term)]
    }
}

/// Some terms that follow each other, as they are written.
struct Encoded {
    bytes: Vec<u8>,
    /// Where the postings of each term end.
    ends: Vec<usize>,
    /// Beginnings of these terms that are too heavy to be looked up word by word.
    beginnings: Vec<(String, Vec<u8>)>,
}

impl Encoded {
    /// The first `marked` terms have no beginnings.
    fn new(lists: &Lists, marked: usize, pages: usize) -> Encoded {
        let mut bytes = Vec::with_capacity(lists.postings.len() * 2);
        let (mut ends, mut sizes) = (Vec::new(), Vec::new());
        let (mut start, mut sum) = (0, 0);
        for (number, term) in lists.terms.iter().enumerate() {
            encode(lists.of(number).iter().copied(), &mut bytes);
            sum += size(&(term, &bytes[start..]));
            start = bytes.len();
            ends.push(start);
            sizes.push(sum);
        }
        let mut beginnings = Beginnings {
            lists,
            sizes,
            pages,
            found: Vec::new(),
        };
        beginnings.find(marked.min(lists.terms.len())..lists.terms.len(), 0);
        let beginnings = beginnings.found;
        Encoded {
            bytes,
            ends,
            beginnings,
        }
    }

    fn postings(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts
            .zip(&self.ends)
            .map(|(start, end)| &self.bytes[*start..*end])
    }
}

fn assemble(parts: &[Part], pages: usize, count: usize, threads: usize) -> Index {
    let known = all_known(parts, pages);
    let merged = Merged::new(parts);
    let marked = merged.marked();
    let shares = merged.shares(threads);
    let encoded = each_in_a_thread(shares, |share| {
        let marked = marked.saturating_sub(share.start);
        let lists = Lists::new(&merged, share, parts, &known);
        Encoded::new(&lists, marked, pages)
    });
    let postings = encoded.iter().flat_map(Encoded::postings);
    let mut terms = merged.terms.iter().copied().zip(postings);
    let mut entries: Vec<(&str, &[u8])> = terms.by_ref().take(marked).collect();
    let beginnings = encoded.iter().flat_map(|some| &some.beginnings);
    entries.extend(beginnings.map(|(term, postings)| (term.as_str(), postings.as_slice())));
    entries.extend(terms);
    let (firsts, files) = files(&entries, count);
    let sections = merged.most(SECTION_MARK, SECTIONS);
    let tags = merged.most(TAG_MARK, TAGS);
    let groups: Vec<String> = known
        .chunks(GROUP)
        .map(|group| {
            let length: usize = group.iter().map(|page| page.shown.len() + 1).sum();
            let mut text = String::with_capacity(length + 2);
            for (n, page) in group.iter().enumerate() {
                text.push(if n == 0 { '[' } else { ',' });
                text.push_str(&parts[page.part].shown[page.shown.clone()]);
            }
            text.push_str("]\n");
            text
        })
        .collect();
    let mut stamp = Hasher::new();
    for file in &files {
        stamp.hash(Hash::of(file));
    }
    for group in &groups {
        stamp.hash(Hash::of(group.as_bytes()));
    }
    let stamp = stamp.finish().to_string();
    let mut directory = String::new();
    json::object(&mut directory, Place::Script, |json| {
        json.number("format", 1);
        json.text("stamp", &stamp[..8]);
        json.number("pages", pages);
        json.number("group", GROUP);
        counted(json, "sections", &sections);
        counted(json, "tags", &tags);
        json.texts("words", &firsts);
    });
    directory.push('\n');
    Index {
        directory,
        words: files,
        pages: groups,
    }
}

fn counted(json: &mut Members, key: &str, rows: &[(&str, usize)]) {
    json.list(key, |list| {
        for (title, pages) in rows {
            list.list("", |row| {
                row.text("", title);
                row.number("", *pages);
            });
        }
    });
}

fn encode(postings: impl Iterator<Item = u32>, out: &mut Vec<u8>) {
    let mut before = 0;
    for posting in postings {
        let page = posting >> 4;
        words::put(out, (page - before) << 4 | posting & 15);
        before = page;
    }
}

/// Finds the beginnings that are too heavy to be looked up word by word.
struct Beginnings<'l> {
    lists: &'l Lists<'l>,
    /// Bytes of all entries up to each term.
    sizes: Vec<usize>,
    pages: usize,
    found: Vec<(String, Vec<u8>)>,
}

impl Beginnings<'_> {
    /// Among terms that have their first `letters` characters in common.
    fn find(&mut self, terms: Range<usize>, letters: usize) {
        let mut from = terms.start;
        while from < terms.end {
            let term = self.lists.terms[from];
            let Some((at, last)) = term.char_indices().nth(letters) else {
                // The word that is no longer than that.
                from += 1;
                continue;
            };
            let beginning = &term[..at + last.len_utf8()];
            let rest = &self.lists.terms[from..terms.end];
            let until = from + rest.partition_point(|term| term.starts_with(beginning));
            let before = from.checked_sub(1).map_or(0, |before| self.sizes[before]);
            if until - from > 1 && self.sizes[until - 1] - before > HEAVY {
                let union = self.union(from..until);
                self.found
                    .push((format!("{BEGINNING_MARK}{beginning}"), union));
                self.find(from..until, letters + 1);
            }
            from = until;
        }
    }

    /// The pages of all these terms, each with the greatest of its weights.
    fn union(&self, terms: Range<usize>) -> Vec<u8> {
        let mut weights = vec![0_u8; self.pages];
        let all = self.lists.range(terms.start).start..self.lists.range(terms.end - 1).end;
        for posting in &self.lists.postings[all] {
            let weight = &mut weights[(posting >> 4) as usize];
            *weight = (*weight).max((posting & 15) as u8);
        }
        let pages = weights
            .iter()
            .enumerate()
            .filter(|(_, weight)| **weight > 0);
        let mut out = Vec::new();
        encode(
            pages.map(|(page, weight)| (page as u32) << 4 | u32::from(*weight)),
            &mut out,
        );
        out
    }
}

/// Bytes of an entry, about: a term shares half of itself with the one before.
fn size((term, postings): &(&str, &[u8])) -> usize {
    term.len() / 2 + postings.len() + 4
}

/// Spreads sorted entries over so many files, of about one size; gives a beginning of
/// the first term of each that no term before it reaches. What is left empty has none.
fn files(entries: &[(&str, &[u8])], files: usize) -> (Vec<String>, Vec<Vec<u8>>) {
    let mut left: usize = entries.iter().map(size).sum();
    let mut firsts = Vec::new();
    let mut out: Vec<Vec<u8>> = Vec::with_capacity(files);
    let mut rest = entries;
    let mut before = "";
    while out.len() < files {
        let target = left / (files - out.len());
        let mut file = Vec::new();
        let mut taken = 0;
        let mut last = "";
        if let Some((term, _)) = rest.first() {
            firsts.push(cut(before, term).to_owned());
        }
        while let Some((entry, after)) = rest.split_first() {
            let is_last = out.len() + 1 == files;
            // A list that is long alone has a file alone.
            let full = taken >= target || taken + size(entry) > 2 * target.max(1);
            if taken > 0 && full && !is_last {
                break;
            }
            let (term, postings) = entry;
            let shared = shared(last, term);
            words::put(&mut file, shared as u32);
            words::put(&mut file, (term.len() - shared) as u32);
            file.extend_from_slice(&term.as_bytes()[shared..]);
            words::put(&mut file, postings.len() as u32);
            file.extend_from_slice(postings);
            taken += size(entry);
            (last, before) = (*term, *term);
            rest = after;
        }
        left -= taken;
        out.push(file);
    }
    (firsts, out)
}

/// Bytes that two terms begin with alike.
fn shared(a: &str, b: &str) -> usize {
    let pairs = a.bytes().zip(b.bytes());
    pairs.take_while(|(a, b)| a == b).count()
}

/// The least of a term that still comes after the one before it.
fn cut<'t>(before: &str, term: &'t str) -> &'t str {
    let mut ends = term.char_indices().map(|(at, _)| at).skip(1);
    ends.find_map(|end| (term[..end] > *before).then_some(&term[..end]))
        .unwrap_or(term)
}

#[cfg(test)]
mod tests;
