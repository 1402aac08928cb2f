//! What each stage of a build takes, on a thousand posts made of the manual:
//! `cargo bench`, or `cargo bench -- markdown` for one of them.
//!
//! The posts lie in a temporary folder (`TMPDIR` says on which disk). The letters
//! before the names keep them in the order of a build.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use longhand::build::{self, Compiled, Options};
use longhand::config::Config;
use longhand::emit;
use longhand::hash::Hash;
use longhand::parse::highlight::{self, Highlighter};
use longhand::parse::markdown::{self, Origin};
use longhand::parse::{self, CodeBlock, Doc, Hole, Ids, Reading, Slot, front_matter, shortcode};
use longhand::render::Output;
use longhand::render::article::Article;
use longhand::render::card::Deck;
use longhand::site::construct::{Document, Parts};
use longhand::site::route::Job;
use longhand::site::{LangId, PageId, Site, content};
use longhand::source::{self, Sources};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// As in the program: the allocator is part of what is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const POSTS: usize = 1000;

/// The folder of the site, while the benchmarks run.
static FOLDER: OnceLock<PathBuf> = OnceLock::new();

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let _ = FOLDER.set(folder.path().to_owned());
    make();
    divan::main();
}

fn folder() -> &'static Path {
    FOLDER
        .get()
        .expect("it is made before anything is measured")
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A site with the theme, and one with the few templates of `benches/site`.
#[derive(Clone, Copy, Debug)]
enum Look {
    Theme,
    Minimal,
}

const LOOKS: [Look; 2] = [Look::Theme, Look::Minimal];

impl Look {
    fn folder(self) -> PathBuf {
        folder().join(match self {
            Look::Theme => "theme",
            Look::Minimal => "minimal",
        })
    }

    fn options(self) -> Options {
        Options {
            source: self.folder(),
            now: build::moment("2030-01-01").ok(),
            ..Options::default()
        }
    }

    fn compile(self) -> Compiled {
        let options = self.options();
        let (mut sources, mut said) = (Sources::new(&options.source), Vec::new());
        match build::compile(&options, &mut sources, &mut said) {
            Ok(compiled) => compiled,
            Err(_) => panic!("the site does not compile: {said:?}"),
        }
    }
}

/// Writes the posts: chapters and essays over and over, each time in a folder
/// of their own, so that links between them lead somewhere.
fn make() {
    let write = |path: PathBuf, bytes: &[u8]| {
        let above = path.parent().expect("a file lies in a folder");
        std::fs::create_dir_all(above).expect("a folder can be made");
        std::fs::write(path, bytes).expect("a file can be written");
    };
    let read = |path: &Path| std::fs::read(path).expect("a file of the repository is readable");
    let mut chapters = Vec::new();
    for section in ["docs", "essays"] {
        let entries = walkdir::WalkDir::new(repository().join("content").join(section))
            .sort_by_file_name()
            .into_iter()
            .filter_map(Result::ok);
        for entry in entries.filter(|entry| entry.file_type().is_file()) {
            let name = entry.file_name().to_string_lossy().into_owned();
            chapters.push((section, name, read(entry.path())));
        }
    }
    let is_post = |name: &str| name.ends_with(".md") && name != "_index.md";
    let per_round = chapters
        .iter()
        .filter(|chapter| is_post(&chapter.1))
        .count();
    for look in LOOKS {
        let site = look.folder();
        for (section, name, bytes) in &chapters {
            write(site.join("content").join(section).join(name), bytes);
        }
        for round in 1..POSTS.div_ceil(per_round) {
            for (section, name, bytes) in &chapters {
                if name == "_index.md" {
                    continue;
                }
                let folder = format!("content/{section}/{round}");
                let text = match is_post(name) {
                    true => again(&String::from_utf8_lossy(bytes), round).into_bytes(),
                    false => bytes.clone(),
                };
                write(site.join(folder).join(name), &text);
            }
        }
    }
    let config = read(&repository().join("longhand.yaml"));
    write(Look::Theme.folder().join("longhand.yaml"), &config);
    for name in ["about.md", "archive.md", "search.md", "_index.md"] {
        let text = read(&repository().join("content").join(name));
        write(Look::Theme.folder().join("content").join(name), &text);
    }
    let bench = repository().join("benches/site");
    let files = walkdir::WalkDir::new(&bench)
        .into_iter()
        .filter_map(Result::ok);
    for entry in files.filter(|entry| entry.file_type().is_file()) {
        let inside = entry.path().strip_prefix(&bench).expect("it lies there");
        write(Look::Minimal.folder().join(inside), &read(entry.path()));
    }
}

/// The same post with a title, a day and a series of its own.
fn again(text: &str, round: usize) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.replace("(../", "(../../").lines() {
        let line = match line.split_once(": ") {
            Some(("title" | "linkTitle", title)) => {
                line.replace(title, &format!("\"{} {round}\"", title.trim_matches('"')))
            }
            Some(("series", _)) => format!("series: [\"Learn Longhand {round}\"]"),
            Some(("date", date)) => line.replace(
                &date[..10],
                &format!(
                    "20{:02}-{:02}-{:02}",
                    10 + round % 15,
                    1 + round % 12,
                    1 + round % 28
                ),
            ),
            _ => line.to_owned(),
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// The configuration and the texts of all pages.
struct Texts {
    config: Config,
    sources: Sources,
    options: parse::Options,
    bytes: usize,
}

/// Paths of pages, from the content folder.
fn pages(root: &Path) -> Vec<source::Found> {
    let mut found = source::walk(root, "content", &[])
        .expect("the site can be walked")
        .found;
    found.retain(|file| file.path.ends_with(".md"));
    found
}

fn texts(look: Look) -> Texts {
    let options = look.options();
    let mut sources = Sources::new(&options.source);
    let config = match build::configure(&options, &mut sources, &mut Vec::new()) {
        Ok(config) => config,
        Err(_) => panic!("the configuration cannot be read"),
    };
    let mut sources = Sources::new(&options.source);
    sources
        .read_all(&pages(&options.source))
        .expect("the site can be read");
    let bytes = sources.files.iter().map(|file| file.text().len()).sum();
    let mut options = parse::Options::default();
    options.markdown.block_attributes = true;
    Texts {
        config,
        sources,
        options,
        bytes,
    }
}

fn document(file: &source::Source, options: &parse::Options) -> Doc {
    let text = file.text();
    let split = front_matter::split(text, file.id).expect("the manual is sound");
    let place = front_matter::Place::default();
    let (front, mut diagnostics) =
        front_matter::parse(text, &split, file.id, &options.front, place);
    let reading = Reading::new(options, &front);
    let (meta, text) = parse::article(text, split.body, file.id, &reading, &mut diagnostics);
    Doc {
        front,
        meta,
        text: Slot::new(Some(text)),
        is_html: false,
        committed: None,
        diagnostics,
        front_key: Hash::default(),
        key: Hash::default(),
    }
}

fn documents(texts: &Texts) -> Vec<Document> {
    let files = texts.sources.files.par_iter();
    let documents = files.map(|file| {
        let path = file.path.trim_start_matches("content/").to_owned();
        Document {
            file: file.id,
            lang: LangId(0),
            name: content::name(&path, |_| false),
            path,
            doc: Arc::new(document(file, &texts.options)),
        }
    });
    documents.collect()
}

fn site(texts: &Texts, documents: Vec<Document>) -> Site {
    let parts = Parts {
        config: texts.config.clone(),
        sources: texts.sources.clone(),
        documents,
        loose: Vec::new(),
        statics: Vec::new(),
        assets: Vec::new(),
        now: build::moment("2030-01-01").expect("a date"),
    };
    Site::new(parts, &mut Vec::new())
}

#[divan::bench(sample_count = 20)]
fn a_read(bencher: Bencher) {
    let root = Look::Theme.folder();
    bencher
        .counter(ItemsCount::new(pages(&root).len()))
        .bench(|| {
            let mut sources = Sources::new(&root);
            let _ = sources.read_all(&pages(&root));
            sources
        });
}

#[divan::bench(sample_count = 20)]
fn b_front_matter(bencher: Bencher) {
    let texts = texts(Look::Theme);
    let files = &texts.sources.files;
    bencher.counter(ItemsCount::new(files.len())).bench(|| {
        for file in files {
            let split = front_matter::split(file.text(), file.id).expect("the manual is sound");
            let (options, place) = (&texts.options.front, front_matter::Place::default());
            divan::black_box(front_matter::parse(
                file.text(),
                &split,
                file.id,
                options,
                place,
            ));
        }
    });
}

#[divan::bench(sample_count = 10)]
fn c_markdown(bencher: Bencher) {
    let texts = texts(Look::Theme);
    bencher.counter(BytesCount::new(texts.bytes)).bench(|| {
        for file in &texts.sources.files {
            let split = front_matter::split(file.text(), file.id).expect("the manual is sound");
            let body = &file.text()[split.body..];
            let extracted = shortcode::extract(body, file.id, split.body);
            let origin: &Origin = &extracted.origin;
            let mut holes = (0..extracted.calls.len()).map(Hole::Call).collect();
            divan::black_box(markdown::render(
                &extracted.text,
                origin,
                &texts.options.markdown,
                &mut Ids::default(),
                &mut holes,
                &mut Vec::new(),
            ));
        }
    });
}

#[divan::bench(sample_count = 10)]
fn d_parse_in_parallel(bencher: Bencher) {
    let texts = texts(Look::Theme);
    bencher
        .counter(BytesCount::new(texts.bytes))
        .bench(|| documents(&texts));
}

/// The manual's own code, once: a thousand posts would repeat it.
fn code() -> Vec<CodeBlock> {
    let texts = texts(Look::Theme);
    let originals = texts.sources.files.iter().filter(|file| {
        let folder = file.path.rsplit('/').nth(1).unwrap_or_default();
        folder.parse::<usize>().is_err()
    });
    originals
        .filter_map(|file| document(file, &texts.options).text.get())
        .flat_map(|text| text.body.holes.clone())
        .filter_map(|hole| match hole {
            Hole::Code(block) => Some(*block),
            _ => None,
        })
        .collect()
}

fn color(blocks: &[CodeBlock], highlighter: &Highlighter) -> String {
    let defaults = highlight::Defaults::default();
    let mut out = String::new();
    for block in blocks {
        highlighter.highlight(
            &block.lang,
            &block.code,
            &block.options,
            &defaults,
            &mut out,
        );
    }
    out
}

#[divan::bench(sample_count = 10)]
fn e_highlight_new_lines(bencher: Bencher) {
    let blocks = code();
    let bytes: usize = blocks.iter().map(|block| block.code.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .with_inputs(Highlighter::default)
        .bench_refs(|highlighter| color(&blocks, highlighter));
}

#[divan::bench(sample_count = 20)]
fn f_highlight_known_lines(bencher: Bencher) {
    let blocks = code();
    let bytes: usize = blocks.iter().map(|block| block.code.len()).sum();
    let highlighter = Highlighter::default();
    color(&blocks, &highlighter);
    bencher
        .counter(BytesCount::new(bytes))
        .bench(|| color(&blocks, &highlighter));
}

#[divan::bench(sample_count = 10)]
fn g_site(bencher: Bencher) {
    let texts = texts(Look::Theme);
    let count = texts.sources.files.len();
    bencher
        .counter(ItemsCount::new(count))
        .with_inputs(|| documents(&texts))
        .bench_values(|documents| site(&texts, documents));
}

#[divan::bench(sample_count = 20)]
fn h_cards(bencher: Bencher) {
    let texts = texts(Look::Theme);
    let site = Arc::new(site(&texts, documents(&texts)));
    let count = site.pages.len();
    let articles = site.pages.iter().map(|page| page.doc.clone());
    let articles: Vec<Option<Article>> = articles.map(|doc| doc.map(Article::plain)).collect();
    let articles = Arc::new(articles);
    bencher.counter(ItemsCount::new(count)).bench(|| {
        let deck = Deck::new(site.clone(), articles.clone(), Arc::default());
        let cards = (0..count as u32).map(|page| deck.get(PageId(page)).clone());
        cards.collect::<Vec<_>>()
    });
}

/// All up to where pages can be rendered, shortcodes and cards included.
#[divan::bench(args = LOOKS, sample_count = 5)]
fn i_compile(bencher: Bencher, look: Look) {
    bencher.bench(|| look.compile());
}

/// The bytes of all jobs that are wanted.
fn render(compiled: &Compiled, wanted: impl Fn(&Job) -> bool + Sync) -> Vec<(String, Vec<u8>)> {
    let renderer = &compiled.renderer;
    let routes = renderer.shared.site.routes.all.par_iter();
    routes
        .filter(|route| wanted(&route.job))
        .filter_map(
            |route| match renderer.render(&route.job, &mut Vec::new())? {
                Output::Bytes(bytes) => Some((route.output.clone(), bytes)),
                Output::Copy(_) => None,
            },
        )
        .collect()
}

#[divan::bench(args = LOOKS, sample_count = 5)]
fn j_pages(bencher: Bencher, look: Look) {
    // What is made once a build is made anew: the memory of coloured lines, of pagers.
    bencher
        .with_inputs(|| look.compile())
        .bench_refs(|compiled| render(compiled, |job| matches!(job, Job::Page(..))));
}

#[divan::bench(args = LOOKS, sample_count = 5)]
fn k_feeds(bencher: Bencher, look: Look) {
    bencher
        .with_inputs(|| look.compile())
        .bench_refs(|compiled| render(compiled, |job| matches!(job, Job::Feed(..))));
}

fn put_out(files: &[(String, Vec<u8>)], out: &Path) -> emit::Summary {
    let target = emit::Target::new(out, folder().join("theme"));
    let emitter = emit::prepare(&target).expect("the output can be prepared");
    files
        .par_iter()
        .for_each(|(path, bytes)| emitter.write(path, bytes).expect("it can be written"));
    emitter.commit().expect("it can be committed")
}

fn everything() -> Vec<(String, Vec<u8>)> {
    render(&Look::Theme.compile(), |_| true)
}

#[divan::bench(sample_count = 5)]
fn l_emit_fresh(bencher: Bencher) {
    let files = everything();
    let out = folder().join("fresh");
    bencher
        .counter(ItemsCount::new(files.len()))
        .with_inputs(|| {
            let _ = std::fs::remove_dir_all(&out);
        })
        .bench_values(|()| put_out(&files, &out));
}

#[divan::bench(sample_count = 10)]
fn m_emit_unchanged(bencher: Bencher) {
    let files = everything();
    let out = folder().join("unchanged");
    put_out(&files, &out);
    bencher
        .counter(ItemsCount::new(files.len()))
        .bench(|| put_out(&files, &out));
}

fn whole(look: Look, name: &str, cache: Option<PathBuf>) -> emit::Summary {
    let mut options = look.options();
    options.output = Some(folder().join(name));
    options.cache_dir = cache;
    let (mut sources, mut said) = (Sources::new(&options.source), Vec::new());
    match build::build(&options, &mut sources, &mut said, &|_, _, _| {}) {
        Ok(report) => report.files,
        Err(_) => panic!("the site cannot be built: {said:?}"),
    }
}

#[divan::bench(args = LOOKS, sample_count = 3)]
fn n_build(bencher: Bencher, look: Look) {
    bencher
        .with_inputs(|| {
            let _ = std::fs::remove_dir_all(folder().join("whole"));
        })
        .bench_values(|()| whole(look, "whole", None));
}

/// With a cache, and a post that has another text than in the build before.
#[divan::bench(args = LOOKS, sample_count = 5)]
fn o_build_after_an_edit(bencher: Bencher, look: Look) {
    let cache = folder().join("cache");
    let post = look.folder().join("content/docs/7/shortcodes.md");
    let text = std::fs::read_to_string(&post).expect("the post is there");
    whole(look, "edited", Some(cache.clone()));
    let mut number = 0;
    bencher
        .with_inputs(|| {
            number += 1;
            std::fs::write(&post, format!("{text}\nEdit {number}.\n")).expect("it can be written");
        })
        .bench_local_values(|()| whole(look, "edited", Some(cache.clone())));
    std::fs::write(&post, &text).expect("it can be written");
}

#[divan::bench(args = LOOKS, sample_count = 10)]
fn p_build_of_nothing_new(bencher: Bencher, look: Look) {
    let cache = folder().join("cache");
    for _ in 0..2 {
        whole(look, "same", Some(cache.clone()));
        // Files that were just written are read again.
        std::thread::sleep(std::time::Duration::from_millis(150));
    }
    bencher.bench(|| whole(look, "same", Some(cache.clone())));
}
