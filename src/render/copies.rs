//! The jobs that are smaller copies of pictures: what an earlier build has made of the
//! same bytes is taken from the cache.

use super::Renderer;
use crate::diag::{Diagnostic, Span};
use crate::hash::{Hash, Hasher};
use crate::picture::copies::{self, VERSION};
use crate::site::PageId;
use crate::site::copies::Copied;
use crate::source;
use crate::timing::Thing;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Copies that were encoded, not found.
#[derive(Debug, Default)]
pub struct Made(AtomicUsize);

impl Made {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Renderer {
    /// The copies of one picture of the widths given, in their order. None: `diagnostics` says why.
    pub fn copies(
        &self,
        index: usize,
        widths: &[u32],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Vec<u8>>> {
        let copied = self.shared.site.copies.all.get(index)?;
        let made = self.shared.timings.time(Thing::Page, &copied.source, || {
            self.copies_of(copied, widths)
        });
        match made {
            Ok(made) => Some(made),
            Err(why) => {
                let message = format!(
                    "the picture `{}` cannot be made smaller: {why}",
                    copied.source
                );
                let error = Diagnostic::error("broken-picture", self.place_of(copied), message);
                diagnostics.push(error.help(
                    "save it again, or leave all pictures as they are with `imaging: false`",
                ));
                None
            }
        }
    }

    fn copies_of(&self, copied: &Copied, widths: &[u32]) -> Result<Vec<Vec<u8>>, String> {
        let disk = self.shared.site.sources.root.join(&*copied.source);
        let bytes = source::bytes(&disk).map_err(|error| source::reason(&error.source))?;
        let options = &self.shared.site.config.imaging.copies;
        let content = Hash::of(&bytes);
        let key = |width: u32| {
            Hasher::new()
                .number(VERSION)
                .flag(cfg!(feature = "webp"))
                .debug(options)
                .hash(content)
                .number(u64::from(width))
                .finish()
        };
        let cache = self.cache.as_ref();
        let found: Vec<Option<Vec<u8>>> = widths
            .iter()
            .map(|width| cache.and_then(|cache| cache.picture(key(*width))))
            .collect();
        let missing = widths
            .iter()
            .zip(&found)
            .filter(|(_, found)| found.is_none());
        let missing: Vec<u32> = missing.map(|(width, _)| *width).collect();
        let mut made = if missing.is_empty() {
            Vec::new()
        } else {
            copies::make(&bytes, &copied.facts, &missing, options)?
        };
        self.shared.made.0.fetch_add(made.len(), Ordering::Relaxed);
        if let Some(cache) = cache {
            for (width, made) in missing.iter().zip(&made) {
                cache.put_picture(key(*width), made);
            }
        }
        let mut made = made.drain(..);
        let all = found.into_iter().map(|found| found.or_else(|| made.next()));
        Ok(all.flatten().collect())
    }

    /// Of all that a copy is made from.
    pub(super) fn own_picture(&self, index: usize, width: u32, hasher: &mut Hasher) {
        let site = &self.shared.site;
        hasher
            .str("picture")
            .number(VERSION)
            .debug(&site.config.imaging.copies)
            .number(u64::from(width));
        if let Some(copied) = site.copies.all.get(index) {
            hasher.hash(self.shared.pictures.print(&copied.source));
        }
    }

    /// Where a page first shows a picture.
    fn place_of(&self, copied: &Copied) -> Option<Span> {
        let site = &self.shared.site;
        let name = copied.source.rsplit('/').next()?;
        let ids = || (0..site.pages.len() as u32).map(PageId);
        let owns = |id: &PageId| {
            let resources = site[*id].resources.iter();
            resources
                .map(|resource| &resource.source)
                .any(|source| *source == copied.source)
        };
        let span = |id: PageId| {
            let file = site[id].file?;
            let at = self.sources.get(file).fetch()?.find(name)?;
            Some(Span::new(file, at, at + name.len()))
        };
        ids()
            .filter(owns)
            .find_map(span)
            .or_else(|| ids().find_map(span))
    }
}
