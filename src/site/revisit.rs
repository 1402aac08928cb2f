//! Essays whose authors mean to come back to them: `revisit:` of front matter.

use super::{PageId, Site};
use crate::date::Due;
use crate::diag::Diagnostic;

impl Site {
    /// Pages whose `revisit` has begun by now, the longest due first; of one date
    /// in the order of the site. A month is due from its first day on.
    pub fn to_revisit(&self) -> Vec<(PageId, Due)> {
        let today = self.now.to_zoned(self.config.time_zone.clone()).date();
        let mut found: Vec<(PageId, Due)> = (0..self.pages.len() as u32)
            .map(PageId)
            .filter_map(|id| Some((id, self[id].front()?.revisit?.0)))
            .filter(|(_, due)| due.first_day() <= today)
            .collect();
        found.sort_by_key(|(_, due)| *due);
        found
    }

    /// A remark for each of them.
    pub fn remind(&self, diagnostics: &mut Vec<Diagnostic>) {
        for (id, due) in self.to_revisit() {
            let span = self[id].front().and_then(|front| front.revisit);
            let message = format!("this page was to be revisited in {due}");
            let help = "when you have, name the next date, or remove `revisit`";
            let span = span.map(|(_, span)| span);
            diagnostics.push(Diagnostic::info("revisit", span, message).help(help));
        }
    }
}
