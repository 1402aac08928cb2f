//! The texts of pages: shortcodes run, parsed again where only the small part
//! is known, and let go when they are of no more use.

use super::Renderer;
use super::article::Article;
use crate::diag::Diagnostic;
use crate::expand;
use crate::parse::{self, Doc, Meta, Text, mentions, telling};
use crate::site::PageId;
use crate::site::route::Job;
use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

impl Renderer {
    pub(super) fn article(&self, id: PageId, doc: &Arc<Doc>) -> Option<Article> {
        if !doc.meta.has_calls {
            return Some(Article::plain(doc.clone()));
        }
        let file = self.shared.site[id].file?;
        let own = self.own_of_calls(id, doc.key);
        if let Some(cache) = &self.cache
            && let Some((key, reads, (meta, said))) = self
                .prints
                .before
                .keys(own)
                .find_map(|(key, reads)| Some((key, reads, cache.meta(key, file)?)))
        {
            if reads.has_clock() {
                self.shared.reads.clock(Some(id));
            }
            return Some(Article::expanded(doc.clone(), key, (meta, said), None));
        }
        let (text, meta, said) = self.expanded(id, doc);
        let key = self.prints.before.key(own, self.shared.reads.get(Some(id)));
        if let Some(cache) = &self.cache {
            cache.put_meta(key, file, &meta, &said);
        }
        Some(Article::expanded(
            doc.clone(),
            key,
            (meta, said),
            Some(text),
        ))
    }

    /// Runs the shortcodes of a page.
    fn expanded(&self, id: PageId, doc: &Doc) -> (Text, Meta, Vec<Diagnostic>) {
        let site = &self.shared.site;
        let page = &site[id];
        let file = page.file.unwrap_or(crate::diag::FileId(0));
        let text = self.unexpanded(id, doc);
        let mut options = self.options[page.lang.index()].clone();
        options.markdown = parse::page_options(&options, &doc.front);
        let env = self.env(id, &options);
        let source = expand::Source {
            file,
            body: &text.body,
            calls: &text.calls,
            headings: &doc.meta.headings,
            ids: &text.ids,
            more: text.more,
        };
        let expanded = expand::expand(&source, &env);
        doc.text.let_go();
        let cjk = doc.meta.cjk;
        let digest = parse::digest(&expanded.body, expanded.more, cjk, options.summary_length);
        let meta = Meta {
            title: doc.meta.title.clone(),
            anchors: expanded.body.anchors(&expanded.headings),
            headings: expanded.headings,
            cjk,
            has_code: doc.meta.has_code || expanded.has_code,
            has_math: doc.meta.has_math || expanded.has_math,
            has_calls: true,
            digest: Some(digest),
            words: match parse::shows_related(&options, &doc.front) {
                true => telling::telling(&expanded.body),
                false => Vec::new(),
            },
            mentions: mentions::mentions(&expanded.body),
            predicts: doc.meta.predicts,
            predictions: [doc.meta.predictions.clone(), expanded.predictions].concat(),
        };
        let text = Text {
            body: expanded.body,
            calls: Vec::new(),
            ids: expanded.ids,
            more: expanded.more,
        };
        (text, meta, expanded.diagnostics)
    }

    /// The large part of a document, parsed again where an earlier build left
    /// only the small one.
    fn unexpanded(&self, id: PageId, doc: &Doc) -> Arc<Text> {
        if let Some(text) = doc.text.get() {
            return text;
        }
        let page = &self.shared.site[id];
        let again = page.file.and_then(|file| {
            let text = self.sources.get(file).fetch()?;
            let split = parse::front_matter::split(&text, file).ok()?;
            let mut options = self.options[page.lang.index()].clone();
            options.html = doc.is_html;
            let reading = parse::Reading::new(&options, &doc.front);
            let mut said = Vec::new();
            let (_, text) = parse::article(&text, split.body, file, &reading, &mut said);
            Some(Arc::new(text))
        });
        again.unwrap_or_else(|| {
            let path = page
                .file
                .map(|file| &self.shared.site.sources.get(file).path);
            self.lost(path.map_or("", |path| path));
            Arc::default()
        })
    }

    /// Notes that a file is not any more what this build has begun with.
    fn lost(&self, path: &str) {
        let message = format!("`{path}` was changed while the site was being built");
        let error = Diagnostic::error("file-changed", None, message).help("run the build again");
        self.lost
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(error);
    }

    /// Whether some template looks at the clock.
    pub fn reads_clock(&self) -> bool {
        self.shared.reads.any_clock()
    }

    /// What went wrong besides the answers of [`Renderer::render`].
    pub fn losses(&self) -> Vec<Diagnostic> {
        self.lost
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The large part of a page's article, its shortcodes expanded.
    pub fn text(&self, id: PageId) -> Option<Arc<Text>> {
        let article = self.articles.get(id.index())?.as_ref()?;
        let slot = article.slot();
        if let Some(text) = slot.get() {
            return Some(text);
        }
        let text = if article.has_calls() {
            Arc::new(self.expanded(id, &article.doc).0)
        } else {
            self.unexpanded(id, &article.doc)
        };
        slot.put(text.clone());
        Some(text)
    }

    /// The small part of a page's article.
    pub fn meta(&self, id: PageId) -> Option<&Meta> {
        let article = self.articles.get(id.index())?.as_ref()?;
        Some(article.meta())
    }

    /// The article as plain text.
    pub fn plain_text(&self, id: PageId) -> String {
        self.text(id)
            .map(|text| parse::plain_text(&text.body))
            .unwrap_or_default()
    }

    /// Lets go of the text of a page that has been rendered, unless a feed or
    /// PaperMod's index will ask for it. The search index has its words then.
    pub fn done(&self, job: &Job) {
        let id = match job {
            Job::Page(id, 1) => id,
            Job::Markdown(id) => return self.done_with(*id),
            _ => return,
        };
        if let Some(n) = self.wants_words(*id) {
            self.count_words(*id, n, &self.plain_text(*id));
        }
        // Its job comes next.
        let site = &self.shared.site;
        if !site.wants_markdown(&site[*id]) {
            self.done_with(*id);
        }
    }

    fn done_with(&self, id: PageId) {
        let asked = self.asked_again.get_or_init(|| self.asked_again());
        if let Some(article) = self.articles[id.index()].as_ref()
            && asked.as_ref().is_some_and(|asked| !asked.contains(&id))
        {
            article.slot().let_go();
        }
    }

    /// Lets go of what a job has asked for, where no others will be rendered.
    pub fn let_go_of(&self, job: &Job) {
        match job {
            Job::Page(id, _) | Job::Markdown(id) => {
                if let Some(article) = self.articles[id.index()].as_ref() {
                    article.slot().let_go();
                }
            }
            Job::Feed(..)
            | Job::IndexJson(_)
            | Job::LlmsFull(_)
            | Job::Epub(_)
            | Job::SearchIndex(_)
            | Job::SearchWords(..)
            | Job::SearchPages(..) => self.let_go(),
            _ => {}
        }
    }

    /// Lets go of all texts: who needs one parses it again.
    pub fn let_go(&self) {
        for article in self.articles.iter().flatten() {
            article.slot().let_go();
            article.doc.text.let_go();
        }
    }

    /// Pages whose text is needed beyond their own; `None` for all.
    fn asked_again(&self) -> Option<HashSet<PageId>> {
        let site = &self.shared.site;
        let mut asked = HashSet::new();
        for route in &site.routes.all {
            match &route.job {
                Job::IndexJson(_) | Job::LlmsFull(_) => return None,
                Job::Feed(id, _) => {
                    let entries = self.feed_entries(*id).iter().copied();
                    asked.extend(entries.filter(|id| site[*id].show.full_text_in_rss));
                }
                Job::Epub(id) => {
                    asked.extend(site.book(*id).into_iter().flat_map(|part| part.pages));
                    asked.insert(*id);
                }
                _ => {}
            }
        }
        asked.extend(self.backlinks.all_embedded());
        Some(asked)
    }
}
