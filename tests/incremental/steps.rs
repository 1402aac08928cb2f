//! What may happen between two builds, a function each: it does it and says
//! what it did, or finds nothing to do.

use crate::around;
use crate::preview::Seen;
use crate::site::{self, Flags};
use crate::tree::{Rng, Snapshot, Tree, long_ago, same_second};
use crate::values::{CONFIGURATION, FRONT, PARAMETERS};
use std::collections::BTreeSet;
use std::path::PathBuf;

pub struct World {
    /// The site, its outputs and caches lie in it.
    pub folder: PathBuf,
    pub tree: Tree,
    pub flags: Flags,
    pub out: PathBuf,
    pub cache: PathBuf,
    /// The last build failed.
    pub failed: bool,
    /// How all was before the last build that did not fail.
    pub good: (Snapshot, Flags),
    /// Damage to the output that only `--verify` can see, until a build has mended it.
    pub hidden: bool,
    /// Somebody else's files in the output.
    pub foreign: BTreeSet<String>,
    /// What the next build is to do besides.
    pub also: Also,
    /// A preview of the site as it was after the step before.
    pub seen: Option<Seen>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Also {
    #[default]
    Nothing,
    /// Another site is built with the same cache before.
    AnotherSite(u64),
    /// This site with other options, into another folder, before.
    OtherOptions,
    /// The same site into another folder, with the same cache, at the same time.
    Twice,
    /// Nothing changed: nothing may be written.
    Unchanged,
}

type Step = fn(&mut World, &mut Rng) -> Option<String>;

/// How often each is tried, of the sum of all.
const STEPS: &[(usize, Step)] = &[
    (10, append),
    (7, change_heading),
    (6, insert_block),
    (6, remove_block),
    (20, front_matter),
    (4, cascade),
    (5, add_page),
    (4, remove_page),
    (5, move_page),
    (3, into_bundle),
    (3, add_section_page),
    (3, add_translation),
    (5, resource),
    (6, edit_template),
    (3, override_template),
    (4, edit_shortcode),
    (5, edit_data),
    (4, edit_texts),
    (9, configuration),
    (6, parameters),
    (3, menus),
    (5, statics),
    (3, styles),
    (4, same_size),
    (4, older_version),
    (2, older_site),
    (3, swap),
    (3, swap_by_renaming),
    (2, touch),
    (3, around::nothing),
    (4, around::another_moment),
    (3, around::options),
    (2, around::other_address),
    (2, around::strict),
    (3, around::damage_output),
    (2, around::lose_output),
    (2, around::foreign_file),
    (2, around::another_site),
    (2, around::other_options),
    (2, around::twice),
    (2, around::move_site),
    (2, around::damage_cache),
    (3, break_something),
];

/// Does one thing, or two.
pub fn step(world: &mut World, seed: u64) -> String {
    let mut rng = Rng(seed);
    // What is wrong is mostly mended soon.
    if world.failed && rng.chance(60) {
        let (files, flags) = world.good.clone();
        let old_times = rng.chance(50);
        world.tree.restore(&files, old_times);
        world.flags = flags;
        return format!("put all back as it was (old times: {old_times})");
    }
    let mut said = Vec::new();
    let count = if rng.chance(25) { 2 } else { 1 };
    for _ in 0..100 {
        let all: usize = STEPS.iter().map(|(weight, _)| weight).sum();
        let mut at = rng.below(all);
        let chosen = STEPS.iter().find(|(weight, _)| {
            let found = at < *weight;
            at = at.wrapping_sub(*weight);
            found
        });
        said.extend(chosen.and_then(|(_, step)| step(world, &mut rng)));
        if said.len() == count || world.also == Also::Unchanged {
            break;
        }
    }
    if said.len() > 1 && world.also == Also::Unchanged {
        world.also = Also::Nothing;
    }
    said.join("; and ")
}

fn a_page(world: &World, rng: &mut Rng) -> Option<String> {
    rng.one_of(&site::pages(&world.tree))
}

/// A page that is no section's.
fn a_post(world: &World, rng: &mut Rng) -> Option<String> {
    let mut pages = site::pages(&world.tree);
    pages.retain(|path| !path.contains("_index"));
    rng.one_of(&pages)
}

/// A file of a folder.
fn a_file(world: &World, rng: &mut Rng, folder: &str) -> Option<String> {
    rng.one_of(&world.tree.paths(|path| path.starts_with(folder)))
}

fn append(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = a_page(world, rng)?;
    let block = site::block(rng, &world.tree, &path);
    let text = world.tree.text(&path);
    world.tree.put(&path, format!("{text}\n{block}\n"));
    Some(format!("append to `{path}`: {block:?}"))
}

fn change_heading(world: &mut World, rng: &mut Rng) -> Option<String> {
    let pages = world.tree.paths(|path| path.ends_with(".md"));
    let pages: Vec<String> = pages
        .into_iter()
        .filter(|path| world.tree.text(path).contains("\n## "))
        .collect();
    let path = rng.one_of(&pages)?;
    let text = world.tree.text(&path);
    let at = text.find("\n## ")? + 4;
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let new = site::name(rng);
    world
        .tree
        .put(&path, format!("{}{new}{}", &text[..at], &text[end..]));
    Some(format!(
        "heading of `{path}`: {:?} becomes {new:?}",
        &text[at..end]
    ))
}

/// Where the body of a page begins.
fn body_of(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("---\n") else {
        return 0;
    };
    rest.find("---\n").map_or(text.len(), |end| end + 8)
}

fn insert_block(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = a_page(world, rng)?;
    let block = site::block(rng, &world.tree, &path);
    let text = world.tree.text(&path);
    let (front, body) = text.split_at(body_of(&text));
    world.tree.put(&path, format!("{front}{block}\n\n{body}"));
    Some(format!("put first in `{path}`: {block:?}"))
}

fn remove_block(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = a_page(world, rng)?;
    let text = world.tree.text(&path);
    let (front, body) = text.split_at(body_of(&text));
    let mut blocks: Vec<&str> = body.split("\n\n").collect();
    let gone = blocks.remove(rng.below(blocks.len()));
    world
        .tree
        .put(&path, format!("{front}{}", blocks.join("\n\n")));
    Some(format!("take out of `{path}`: {gone:?}"))
}

fn front_matter(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = a_page(world, rng)?;
    let (key, values) = &FRONT[rng.below(FRONT.len())];
    let value = match *key {
        _ if rng.chance(25) => None,
        "title" => Some(format!("\"{}\"", site::name(rng))),
        "tags" => Some(site::tags(rng)),
        "date" => Some(site::date(rng)),
        _ => Some(rng.pick(values).to_owned()),
    };
    world.tree.set(&path, key, value.as_deref());
    Some(format!("`{key}` of `{path}`: {value:?}"))
}

fn cascade(world: &mut World, rng: &mut Rng) -> Option<String> {
    let sections = world.tree.paths(|path| path.ends_with("_index.md"));
    let path = rng.one_of(&sections)?;
    let value = rng.pick(&[
        "",
        "{show_toc: true}",
        "[{mood: stormy}]",
        "[{target: {path: \"/blog/p1*\"}, tags: [Handed]}, {search_hidden: true}]",
        "[{target: {kind: page}, draft: true}]",
        "[{target: {kind: page}, show_toc: true, description: Handed down}]",
    ]);
    let value = Some(value).filter(|value| !value.is_empty());
    world.tree.set(&path, "cascade", value);
    Some(format!("cascade of `{path}`: {value:?}"))
}

fn add_page(world: &mut World, rng: &mut Rng) -> Option<String> {
    let folder = rng.pick(&["blog", "notes", "notes/deep", "new", "blog/bundle", ""]);
    let path = format!("content/{folder}/x{}.md", rng.below(9)).replace("//", "/");
    let text = site::page(rng, &world.tree, &path);
    world.tree.put(&path, text);
    Some(format!("write `{path}`"))
}

fn remove_page(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = a_page(world, rng)?;
    world.tree.remove(&path);
    Some(format!("remove `{path}`"))
}

fn move_page(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = a_post(world, rng)?;
    let folder = rng.pick(&["blog", "notes", "elsewhere"]);
    let to = format!("content/{folder}/m{}.md", rng.below(9));
    if to == path {
        return None;
    }
    world.tree.rename(&path, &to);
    Some(format!("move `{path}` to `{to}`"))
}

fn into_bundle(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = a_post(world, rng)?;
    // And the other way round.
    let to = match path.strip_suffix("/index.md") {
        Some(folder) => format!("{folder}.md"),
        None => path
            .replace(".de.md", "/index.de.md")
            .replace(".md", "/index.md")
            .replace("/index.de/index.md", "/index.de.md"),
    };
    if path == to || world.tree.has(&to) {
        return None;
    }
    world.tree.rename(&path, &to);
    Some(format!("turn `{path}` into `{to}`"))
}

fn add_section_page(world: &mut World, rng: &mut Rng) -> Option<String> {
    let section = rng.pick(&["blog", "notes", "notes/deep", "new"]);
    let path = format!("content/{section}/_index.md");
    let text = format!(
        "---\ntitle: {}\n---\n{}",
        site::name(rng),
        site::words(rng, 20)
    );
    world.tree.put(&path, text);
    Some(format!("write `{path}`"))
}

fn add_translation(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = a_page(world, rng)?;
    let to = path.replace(".md", ".de.md");
    if path.ends_with(".de.md") || world.tree.has(&to) {
        return None;
    }
    let text = site::page(rng, &world.tree, &to);
    world.tree.put(&to, text);
    Some(format!("write `{to}`"))
}

fn resource(world: &mut World, rng: &mut Rng) -> Option<String> {
    let all = world
        .tree
        .paths(|path| path.starts_with("content/") && !path.ends_with(".md"));
    let path = rng.one_of(&all)?;
    if rng.chance(20) {
        world.tree.remove(&path);
        return Some(format!("remove `{path}`"));
    }
    let path = match rng.below(3) {
        0 => path,
        1 => format!("content/blog/extra{}.svg", rng.below(3)),
        _ => format!("content/blog/bundle/extra{}.json", rng.below(3)),
    };
    let text = match path.rsplit('.').next() {
        Some("json") => format!("{{\"n\": {}}}\n", rng.below(99)),
        Some("svg") => site::svg(rng.below(99)),
        _ => site::words(rng, 9),
    };
    world.tree.put(&path, &text);
    Some(format!("resource `{path}`: {text:?}"))
}

/// Adds one of the snippets to a template, or takes one out.
fn edit_template(world: &mut World, rng: &mut Rng) -> Option<String> {
    let own = world
        .tree
        .paths(|path| path.starts_with("templates/") && !path.contains("shortcodes/"));
    let path = rng.one_of(&own)?;
    let text = world.tree.text(&path);
    let mut lines: Vec<&str> = text.lines().collect();
    let known: Vec<usize> = (0..lines.len())
        .filter(|at| site::SNIPPETS.contains(&lines[*at]))
        .collect();
    let said = if !known.is_empty() && rng.chance(40) {
        lines.remove(known[rng.below(known.len())])
    } else {
        let snippet = rng.pick(site::SNIPPETS);
        let at = known.first().copied().unwrap_or_else(|| {
            let end = lines.iter().rposition(|line| line.contains("endblock"));
            end.filter(|_| lines.len() > 2).unwrap_or(lines.len())
        });
        lines.insert(at, snippet);
        snippet
    };
    let said = format!("template `{path}`: {said:?}");
    world.tree.put(&path, lines.join("\n") + "\n");
    Some(said)
}

fn override_template(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = format!("templates/{}", rng.pick(site::TEMPLATES));
    if world.tree.has(&path) {
        world.tree.remove(&path);
        return Some(format!("remove `{path}`"));
    }
    let text = site::template(rng, path.trim_start_matches("templates/"));
    world.tree.put(&path, text);
    Some(format!("write `{path}`"))
}

fn edit_shortcode(world: &mut World, rng: &mut Rng) -> Option<String> {
    let (name, text) = site::SHORTCODES[rng.below(site::SHORTCODES.len())];
    // A built-in one may be the site's own for a while.
    let (name, text) = match rng.below(6) {
        0 => ("details", "<details>{{ inner | markdown }}</details>"),
        _ => (name, text),
    };
    let path = format!("templates/shortcodes/{name}.html");
    if world.tree.has(&path) && rng.chance(15) {
        world.tree.remove(&path);
        return Some(format!("remove `{path}`"));
    }
    let more = rng.pick(&[
        "",
        "<em>{{ page.title }}</em>",
        "<em>{{ data.more.books.shelf }}</em>",
        "<em>{{ site.title }} {{ ordinal }}</em>",
        "<em>!</em>",
    ]);
    world.tree.put(&path, format!("{text}{more}"));
    Some(format!("shortcode `{name}` ends with {more:?}"))
}

fn edit_data(world: &mut World, rng: &mut Rng) -> Option<String> {
    let (path, text) = match rng.below(6) {
        0 => (
            "data/more/books.toml",
            format!("shelf = \"{}\"\n", rng.below(99)),
        ),
        1 => ("data/table.csv", format!("a,b\n1,{}\n", rng.below(99))),
        2 => ("data/more/plain.json", format!("[{}]", rng.below(99))),
        _ => (
            "data/people.yaml",
            format!("- {{name: {}}}\n", rng.pick(&["Ada", "Grace", "Edith"])),
        ),
    };
    world.tree.put(path, &text);
    Some(format!("`{path}`: {text:?}"))
}

fn edit_texts(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = format!("i18n/{}.yaml", rng.pick(&["en", "de", "fr"]));
    if world.tree.has(&path) && rng.chance(20) {
        world.tree.remove(&path);
        return Some(format!("remove `{path}`"));
    }
    let key = rng.pick(&["toc", "min_read", "prev", "note", "home", "no_such_word"]);
    let value = rng.pick(&["Other", "{one: One of it, other: \"{count} of it\"}"]);
    world.tree.set(&path, key, Some(value));
    Some(format!("`{key}` of `{path}`: {value}"))
}

fn configuration(world: &mut World, rng: &mut Rng) -> Option<String> {
    let (key, values) = &CONFIGURATION[rng.below(CONFIGURATION.len())];
    let value = Some(rng.pick(values)).filter(|_| rng.chance(75));
    world.tree.set("longhand.yaml", key, value);
    Some(format!("configuration `{key}`: {value:?}"))
}

fn parameters(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = rng.pick(&[
        "config/_default/params.yaml",
        "config/_default/params.yaml",
        "config/production/params.yaml",
        "config/staging/params.yaml",
        "config/_default/params.de.yaml",
    ]);
    let (key, values) = &PARAMETERS[rng.below(PARAMETERS.len())];
    let value = Some(rng.pick(values)).filter(|_| rng.chance(75));
    world.tree.set(path, key, value);
    Some(format!("`{key}` of `{path}`: {value:?}"))
}

fn menus(world: &mut World, rng: &mut Rng) -> Option<String> {
    let (key, value) = match rng.below(5) {
        0 => ("main", None),
        1 => ("footer", Some("[{name: Tags, pageRef: /tags}]")),
        2 => ("main", Some("[{name: None, pageRef: /no/such/page}]")),
        3 => (
            "main",
            Some("[{name: More, identifier: more}, {name: Under, pageRef: /about, parent: more}]"),
        ),
        _ => (
            "main",
            Some("[{name: Notes, pageRef: /notes, weight: 3}, {name: P, pageRef: /blog/p1}]"),
        ),
    };
    world.tree.set("config/_default/menus.yaml", key, value);
    Some(format!("menu `{key}`: {value:?}"))
}

fn statics(world: &mut World, rng: &mut Rng) -> Option<String> {
    let known = a_file(world, rng, "static/")?;
    if rng.chance(25) {
        world.tree.remove(&known);
        return Some(format!("remove `{known}`"));
    }
    let path = match rng.below(6) {
        0 => "static/robots.txt",
        1 => "static/css/longhand.css",
        2 => "static/blog/p1/index.html",
        3 => "static2/b.txt",
        4 => "static/new/file.txt",
        _ => &known,
    };
    let text = format!("/* {} */\n", rng.below(99));
    world.tree.put(path, &text);
    Some(format!("`{path}`: {text:?}"))
}

fn styles(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = format!("assets/css/extended/{}.css", rng.pick(&["mine", "other"]));
    if world.tree.has(&path) && rng.chance(30) {
        world.tree.remove(&path);
        return Some(format!("remove `{path}`"));
    }
    world
        .tree
        .put(&path, format!("p {{ margin: {}px }}\n", rng.below(99)));
    Some(format!("change `{path}`"))
}

/// A letter becomes another, and the time moves by less than a second or not at all.
fn same_size(world: &mut World, rng: &mut Rng) -> Option<String> {
    let folder = rng.pick(&[
        "content/",
        "content/",
        "content/",
        "data/",
        "static/",
        "templates/shortcodes/people",
        "assets/",
        "i18n/",
    ]);
    let path = a_file(world, rng, folder)?;
    let old = world.tree.files[&path].clone();
    let mut bytes = old.bytes.to_vec();
    let start = body_of(&String::from_utf8_lossy(&bytes)).min(bytes.len());
    let letters: Vec<usize> = (start..bytes.len())
        .filter(|at| bytes[*at].is_ascii_lowercase())
        .collect();
    let at = *letters.get(rng.below(letters.len()))?;
    bytes[at] = b'a' + (bytes[at] - b'a' + 1 + rng.below(24) as u8) % 26;
    let exactly = rng.chance(50);
    let time = match exactly {
        true => old.modified,
        false => same_second(old.modified),
    };
    // Where files have no time of change, nothing but the text itself gives such an edit away.
    world.flags.verify |= exactly && !cfg!(unix);
    world.tree.put_at(&path, &bytes, time);
    Some(format!(
        "byte {at} of `{path}` becomes {:?}, {}",
        bytes[at] as char,
        if exactly {
            "its time put back"
        } else {
            "within the second"
        }
    ))
}

/// As a tool does that keeps times.
fn older_version(world: &mut World, rng: &mut Rng) -> Option<String> {
    if world.tree.past.is_empty() {
        return None;
    }
    let at = rng.below(world.tree.past.len());
    let (path, version) = world.tree.past[at].clone();
    world.tree.put_at(&path, &version.bytes, version.modified);
    Some(format!("an older version of `{path}`, with its time"))
}

fn older_site(world: &mut World, rng: &mut Rng) -> Option<String> {
    let (files, _) = world.good.clone();
    let old_times = rng.chance(50);
    world.tree.restore(&files, old_times);
    Some(format!(
        "the site as it was before (old times: {old_times})"
    ))
}

fn two_files(world: &World, rng: &mut Rng) -> Option<(String, String)> {
    let folder = rng.pick(&["content/", "content/", "content/", "static/", "data/"]);
    let a = a_file(world, rng, folder)?;
    let ending = a.rsplit('.').next()?.to_owned();
    let others = world
        .tree
        .paths(|path| path.starts_with(folder) && path.ends_with(&ending) && path != a);
    Some((a, rng.one_of(&others)?))
}

fn swap(world: &mut World, rng: &mut Rng) -> Option<String> {
    let (a, b) = two_files(world, rng)?;
    let (of_a, of_b) = (world.tree.files[&a].clone(), world.tree.files[&b].clone());
    world.tree.put(&a, &of_b.bytes);
    world.tree.put(&b, &of_a.bytes);
    Some(format!("swap the texts of `{a}` and `{b}`"))
}

fn swap_by_renaming(world: &mut World, rng: &mut Rng) -> Option<String> {
    let (a, b) = two_files(world, rng)?;
    world.tree.rename(&a, "content/swapped.tmp");
    world.tree.rename(&b, &a);
    world.tree.rename("content/swapped.tmp", &b);
    Some(format!("rename `{a}` and `{b}` to each other"))
}

fn touch(world: &mut World, rng: &mut Rng) -> Option<String> {
    let all = world.tree.paths(|_| true);
    let some: Vec<String> = (0..1 + rng.below(8))
        .filter_map(|_| rng.one_of(&all))
        .collect();
    for path in &some {
        let bytes = world.tree.files[path].bytes.clone();
        match rng.chance(70) {
            true => world.tree.put(path, bytes),
            false => world
                .tree
                .put_at(path, bytes, long_ago(rng.below(900) as u64)),
        }
    }
    Some(format!("touch {some:?}"))
}

fn break_something(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = a_page(world, rng)?;
    match rng.below(6) {
        0 => world.tree.set(&path, "tags", Some("[a")),
        1 => world.tree.set(&path, "draft", Some("perhaps")),
        2 => world.tree.put("templates/page.html", "{% if %}"),
        3 => world
            .tree
            .put("templates/partials/hook_footer.html", "{{ no.such.thing }}"),
        4 => {
            let text = world.tree.text(&path);
            world
                .tree
                .put(&path, format!("{text}\n{{{{< nosuch >}}}}\n"));
        }
        _ => world.tree.set("longhand.yaml", "pagination", Some("many")),
    }
    Some(format!("break something, perhaps in `{path}`"))
}
