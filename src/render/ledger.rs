//! The page of predictions: those that are open, those that were decided, and
//! how well their author knew what he knew.
//!
//! The score is Brier's (Verification of forecasts expressed in terms of
//! probability, 1950), in the form for yes and no: the mean of the squares of the
//! differences between confidence and outcome, 0 and 1. What is open is no part of it.

use super::Renderer;
use super::chart::{self, Point};
use super::view::{self, Object, safe};
use crate::parse::predictions::Prediction;
use crate::site::{LangId, PageId};
use crate::text;
use tera::Value;

/// A range of confidences: 0 to 9 percent, 10 to 19, … 90 to 100.
#[derive(Clone, Copy, Default)]
struct Bin {
    count: usize,
    came_true: usize,
    /// Sum of the confidences.
    said: usize,
}

impl Renderer {
    /// Of the pages of a language that lists may name, in the order of the site.
    pub(super) fn predictions(&self, lang: LangId) -> impl Iterator<Item = (PageId, &Prediction)> {
        let site = &self.shared.site;
        let ids = (0..site.pages.len() as u32).map(PageId);
        let pages = ids.filter(move |id| {
            let page = &site[*id];
            page.lang == lang && page.listed && page.rendered
        });
        pages.flat_map(|id| {
            let article = self.articles[id.index()].as_ref();
            let made = article.map_or(&[][..], |article| &article.meta().predictions);
            made.iter().map(move |prediction| (id, prediction))
        })
    }

    pub(super) fn ledger(&self, lang: LangId) -> Object {
        let all: Vec<(PageId, &Prediction)> = self.predictions(lang).collect();
        let (mut open, mut decided): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|(_, made)| made.outcome.is_none());
        // What comes due first, and what was due last; without a date at the end.
        open.sort_by_key(|(_, made)| (made.due.is_none(), made.due));
        decided.sort_by_key(|(_, made)| (made.due.is_none(), made.due.map(std::cmp::Reverse)));
        let mut bins = [Bin::default(); 10];
        let mut squares = 0.0;
        for (_, made) in &decided {
            let came_true = made.outcome == Some(true);
            let bin = &mut bins[usize::from(made.confidence / 10).min(9)];
            bin.count += 1;
            bin.came_true += usize::from(came_true);
            bin.said += usize::from(made.confidence);
            let distance = f64::from(made.confidence) / 100.0 - f64::from(u8::from(came_true));
            squares += distance * distance;
        }
        let rows = |list: &[(PageId, &Prediction)]| {
            let rows = list.iter().map(|(id, made)| self.entry(*id, made));
            rows.collect::<Vec<Object>>()
        };
        let score = (!decided.is_empty()).then(|| {
            Object::new()
                .set("brier", format!("{:.2}", squares / decided.len() as f64))
                .set("count", decided.len())
        });
        let filled = || bins.iter().enumerate().filter(|(_, bin)| bin.count > 0);
        let table: Vec<Object> = filled()
            .map(|(index, bin)| {
                let to = if index == 9 { 100 } else { index * 10 + 9 };
                Object::new()
                    .set("from", index * 10)
                    .set("to", to)
                    .set("count", bin.count)
                    .set("came_true", bin.came_true)
            })
            .collect();
        let points: Vec<Point> = filled()
            .map(|(_, bin)| Point {
                said: bin.said as f64 / bin.count as f64,
                came_true: 100.0 * bin.came_true as f64 / bin.count as f64,
                count: bin.count,
            })
            .collect();
        let word = |key: &str| {
            let mut out = String::new();
            text::escape_attr(&mut out, self.shared.strings[lang.index()].get(key, None));
            out
        };
        let chart = score.is_some().then(|| {
            let title = word("calibration");
            safe(&chart::calibration(
                &points,
                &title,
                &word("confidence"),
                &word("came_true"),
            ))
        });
        Object::new()
            .set("open", rows(&open))
            .set("decided", rows(&decided))
            .set("score", score)
            .set("bins", table)
            .set("chart", Value::from(chart))
    }

    fn entry(&self, id: PageId, made: &Prediction) -> Object {
        let site = &self.shared.site;
        let url = site.href(&site[id].url);
        let page = Object::new()
            .set("title", view::title(site, id))
            .set("url", url.as_str())
            .set("date", view::date(site[id].date));
        Object::new()
            .set("text", made.text.as_str())
            .set("confidence", u64::from(made.confidence))
            .set("due", made.due.map(|due| due.to_string()))
            .set("outcome", made.outcome)
            .set("url", format!("{url}#{}", made.id))
            .set("page", page)
    }
}
