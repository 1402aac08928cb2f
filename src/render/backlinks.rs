//! Who links to a page: every link within the site that stands in an article,
//! turned around; and which articles are set in which.
//!
//! Made once all articles are known, from what each says of others
//! ([`crate::parse::mentions`]), so that a page that is rendered looks at nobody
//! else's text.

use super::Renderer;
use super::article::Article;
use super::view::{self, Object};
use crate::hash::Hasher;
use crate::parse::mentions::{How, Mention};
use crate::site::links::{self, Resolved};
use crate::site::wiki::{self, Meant};
use crate::site::{PageId, Site};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use tera::Value;

/// Articles that are named below a text; what is beyond is counted.
const SHOWN: usize = 100;
/// Sentences that are quoted of one article.
const QUOTED: usize = 3;

/// Empty where no article names another.
#[derive(Debug, Default)]
pub struct Backlinks {
    /// Of a page, the mentions of it: whose, and which of theirs; the newest
    /// article first.
    to: HashMap<PageId, Vec<(PageId, u32)>>,
    /// Of a page, those that it names, in ascending order.
    from: HashMap<PageId, Vec<PageId>>,
    /// Of a page, those of which a part is set in it.
    embeds: HashMap<PageId, Vec<PageId>>,
    /// Some page is named by its name.
    pub by_name: bool,
}

impl Backlinks {
    pub fn new(site: &Site, articles: &[Option<Article>]) -> Backlinks {
        let says = |article: &Option<Article>| {
            let mentions = article
                .as_ref()
                .map_or(&[][..], |article| &article.meta().mentions);
            !mentions.is_empty()
        };
        if !articles.iter().any(says) {
            return Backlinks::default();
        }
        let found: Vec<Vec<(PageId, How)>> = articles
            .par_iter()
            .enumerate()
            .map(|(index, article)| {
                let mentions = article
                    .as_ref()
                    .map_or(&[][..], |article| &article.meta().mentions);
                let from = PageId(index as u32);
                let target = |mention: &Mention| target(site, from, mention).unwrap_or(from);
                mentions
                    .iter()
                    .map(|mention| (target(mention), mention.how))
                    .collect()
            })
            .collect();
        let mut backlinks = Backlinks::default();
        for (index, targets) in found.into_iter().enumerate() {
            let from = PageId(index as u32);
            let page = &site[from];
            for (place, (target, how)) in targets.into_iter().enumerate() {
                backlinks.by_name |= how != How::Link;
                if how == How::Embed {
                    backlinks.embeds.entry(from).or_default().push(target);
                }
                // What is in no list is not named here either.
                if target != from && page.listed && page.rendered {
                    let mentions = backlinks.to.entry(target).or_default();
                    mentions.push((from, place as u32));
                    backlinks.from.entry(from).or_default().push(target);
                }
            }
        }
        for targets in backlinks.from.values_mut() {
            targets.sort_unstable();
            targets.dedup();
        }
        for mentions in backlinks.to.values_mut() {
            // Stable: mentions of one article stay in the order of its text.
            mentions.sort_by(|(a, _), (b, _)| site[*b].date.cmp(&site[*a].date).then(a.cmp(b)));
        }
        backlinks
    }

    /// Pages that link to this one, and those that it links to: each once for each way.
    pub fn near(&self, id: PageId) -> Vec<PageId> {
        let mut to: Vec<PageId> = self.of(id).iter().map(|(from, _)| *from).collect();
        to.sort_unstable();
        to.dedup();
        to.extend(self.from.get(&id).into_iter().flatten());
        to
    }

    pub fn of(&self, id: PageId) -> &[(PageId, u32)] {
        self.to.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Everybody of whom a part is set in this page, also by way of others.
    pub fn embedded(&self, id: PageId) -> BTreeSet<PageId> {
        let mut all = BTreeSet::new();
        let mut ahead = vec![id];
        while let Some(id) = ahead.pop() {
            for target in self.embeds.get(&id).into_iter().flatten() {
                if all.insert(*target) {
                    ahead.push(*target);
                }
            }
        }
        all
    }

    /// Whoever is set in another page.
    pub fn all_embedded(&self) -> impl Iterator<Item = PageId> {
        self.embeds.values().flatten().copied()
    }

    pub fn any_embeds(&self) -> bool {
        !self.embeds.is_empty()
    }
}

/// The page that a mention leads to. `None`: none, or a file.
fn target(site: &Site, from: PageId, mention: &Mention) -> Option<PageId> {
    if mention.how == How::Link {
        return match links::resolve(site, from, &mention.dest) {
            Resolved::Page(target) | Resolved::Kept(Some(target)) => Some(target),
            _ => None,
        };
    }
    match wiki::meant(site, from, wiki::split(&mention.dest).0) {
        Meant::Page(target) | Meant::Several(target, _) => Some(target),
        Meant::Broken(_) => None,
    }
}

impl Renderer {
    fn mention(&self, (from, place): (PageId, u32)) -> Option<&Mention> {
        let article = self.articles[from.index()].as_ref()?;
        article.meta().mentions.get(place as usize)
    }

    /// The articles that name a page: `title`, `url`, `date`, and `quotes`, of which each is
    /// `before`, `link` and `after`; none where it is not to show them.
    pub(super) fn backlinks(&self, id: PageId) -> Value {
        let site = &self.shared.site;
        let mentions = self.backlinks.of(id);
        if mentions.is_empty() || !site[id].show.backlinks {
            return Value::from(Vec::<Value>::new());
        }
        let mut rows: Vec<(PageId, Vec<Object>)> = Vec::new();
        let mut said: Vec<&str> = Vec::new();
        for one in mentions {
            if rows.last().is_none_or(|(from, _)| *from != one.0) {
                if rows.len() == SHOWN {
                    break;
                }
                rows.push((one.0, Vec::new()));
                said.clear();
            }
            let Some(((_, quotes), mention)) = rows.last_mut().zip(self.mention(*one)) else {
                continue;
            };
            let text = &mention.sentence;
            // Two links in one sentence are quoted once.
            if text.is_empty() || quotes.len() == QUOTED || said.contains(&text.as_str()) {
                continue;
            }
            said.push(text);
            let (start, end) = (mention.start as usize, mention.end as usize);
            let quote = Object::new()
                .set("before", text.get(..start).unwrap_or_default())
                .set("link", text.get(start..end).unwrap_or_default())
                .set("after", text.get(end..).unwrap_or_default());
            quotes.push(quote);
        }
        let row = |(from, quotes): (PageId, Vec<Object>)| {
            Object::new()
                .set("title", view::title(site, from))
                .set("url", site.href(&site[from].url))
                .set("date", view::date(site[from].date))
                .set("quotes", quotes)
        };
        let rows: Vec<Object> = rows.into_iter().map(row).collect();
        Value::from(rows)
    }

    /// How many articles name a page, also those that are not shown.
    pub(super) fn backlinks_count(&self, id: PageId) -> usize {
        let mentions = self.backlinks.of(id);
        mentions.chunk_by(|(a, _), (b, _)| a == b).count()
    }

    pub(super) fn own_backlinks(&self, id: PageId, hasher: &mut Hasher) {
        let site = &self.shared.site;
        if !site[id].show.backlinks {
            return;
        }
        for one in self.backlinks.of(id) {
            let from = &site[one.0];
            hasher
                .str(view::title(site, one.0))
                .str(&from.url)
                .debug(&from.date.map(|date| date.rfc3339()));
            if let Some(mention) = self.mention(*one) {
                hasher
                    .str(&mention.sentence)
                    .number(u64::from(mention.start))
                    .number(u64::from(mention.end));
            }
        }
    }

    /// Of the articles of which parts are set in this one.
    pub(super) fn own_embeds(&self, id: PageId, hasher: &mut Hasher) {
        if !self.backlinks.any_embeds() {
            return;
        }
        for target in self.backlinks.embedded(id) {
            let article = self.articles[target.index()].as_ref();
            hasher
                .str(view::title(&self.shared.site, target))
                .hash(article.map_or_else(Default::default, |article| article.key));
        }
    }
}
