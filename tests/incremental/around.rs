//! What may happen around the sources: other options, damaged outputs and
//! caches, other builds.

use crate::build;
use crate::steps::{Also, World};
use crate::tree::Rng;
use std::fs;

pub fn nothing(world: &mut World, _: &mut Rng) -> Option<String> {
    world.also = Also::Unchanged;
    Some("nothing".to_owned())
}

pub fn another_moment(world: &mut World, rng: &mut Rng) -> Option<String> {
    let now = rng.pick(&[
        "2024-06-15T12:00:00Z",
        "2024-06-15T12:00:01Z",
        "2024-07-20",
        "2024-12-31",
        "2023-06-01",
        "2027-01-01",
    ]);
    now.clone_into(&mut world.flags.now);
    Some(format!("--now {now}"))
}

pub fn options(world: &mut World, rng: &mut Rng) -> Option<String> {
    let flags = &mut world.flags;
    match rng.below(5) {
        0 => flags.drafts = !flags.drafts,
        1 => flags.future = !flags.future,
        2 => flags.expired = !flags.expired,
        3 => flags.verify = !flags.verify,
        _ => flags.environment = rng.pick(&["", "staging", "production"]).to_owned(),
    }
    Some(format!(
        "-D {} -F {} -E {} --verify {} --env {:?}",
        flags.drafts, flags.future, flags.expired, flags.verify, flags.environment
    ))
}

pub fn other_address(world: &mut World, rng: &mut Rng) -> Option<String> {
    let url = rng.pick(&[
        "",
        "https://preview.example/",
        "https://preview.example/deep/",
    ]);
    world.flags.base_url = Some(url.to_owned()).filter(|url| !url.is_empty());
    Some(format!("--base-url {url}"))
}

pub fn strict(world: &mut World, _: &mut Rng) -> Option<String> {
    world.flags.strict = !world.flags.strict;
    Some(format!("--strict {}", world.flags.strict))
}

/// A file of the output, none of somebody else's.
fn an_output(world: &World, rng: &mut Rng) -> Option<String> {
    let files = build::files(&world.out);
    let files: Vec<String> = files
        .into_keys()
        .filter(|path| !path.ends_with('/') && !world.foreign.contains(path))
        .collect();
    rng.one_of(&files)
}

pub fn damage_output(world: &mut World, rng: &mut Rng) -> Option<String> {
    let mut said = Vec::new();
    for _ in 0..1 + rng.below(3) {
        let path = an_output(world, rng)?;
        let disk = world.out.join(&path);
        let old = fs::read(&disk).unwrap();
        let time = disk.metadata().and_then(|meta| meta.modified()).unwrap();
        let (what, new) = match rng.below(4) {
            0 => ("nothing", Vec::new()),
            1 => ("garbage", b"garbage".to_vec()),
            _ => ("zeros", vec![b'0'; old.len()]),
        };
        fs::write(&disk, new).unwrap();
        said.push(format!("{what} over the output's `{path}`"));
        // A file of its size and time is looked into only where that is asked for.
        if rng.chance(15) {
            let file = fs::File::options().append(true).open(&disk).unwrap();
            file.set_modified(time).unwrap();
            world.hidden = true;
            said.push("with its time put back, and --verify".to_owned());
        }
    }
    Some(said.join(", "))
}

pub fn lose_output(world: &mut World, rng: &mut Rng) -> Option<String> {
    if rng.chance(20) {
        let _ = fs::remove_dir_all(&world.out);
        world.foreign.clear();
        return Some("remove the whole output".to_owned());
    }
    let path = an_output(world, rng)?;
    fs::remove_file(world.out.join(&path)).unwrap();
    Some(format!("remove the output's `{path}`"))
}

pub fn foreign_file(world: &mut World, rng: &mut Rng) -> Option<String> {
    let path = rng.pick(&["CNAME", "theirs.txt"]);
    if !world.out.exists() {
        return None;
    }
    fs::write(world.out.join(path), "theirs").unwrap();
    world.foreign.insert(path.to_owned());
    Some(format!("somebody puts `{path}` into the output"))
}

pub fn another_site(world: &mut World, rng: &mut Rng) -> Option<String> {
    world.also = Also::AnotherSite(rng.next() % 1000);
    Some("another site is built with the same cache".to_owned())
}

pub fn other_options(world: &mut World, _: &mut Rng) -> Option<String> {
    world.also = Also::OtherOptions;
    Some("the site is built with other options and the same cache".to_owned())
}

pub fn twice(world: &mut World, _: &mut Rng) -> Option<String> {
    world.also = Also::Twice;
    Some("two builds at once, with one cache".to_owned())
}

pub fn move_site(world: &mut World, rng: &mut Rng) -> Option<String> {
    let to = world.folder.join(format!("moved{}", rng.below(99)));
    if to.exists() {
        return None;
    }
    fs::rename(&world.tree.root, &to).unwrap();
    world.tree.root = to;
    Some("move the site's folder".to_owned())
}

pub fn damage_cache(world: &mut World, rng: &mut Rng) -> Option<String> {
    let files = build::files(&world.cache);
    let files: Vec<String> = files.into_keys().filter(|p| !p.ends_with('/')).collect();
    let file = rng.one_of(&files)?;
    if rng.chance(30) {
        fs::remove_dir_all(&world.cache).unwrap();
        return Some("remove the cache".to_owned());
    }
    let disk = world.cache.join(&file);
    let mut bytes = fs::read(&disk).unwrap();
    match rng.below(3) {
        0 => bytes.truncate(rng.below(bytes.len())),
        1 => bytes.extend_from_slice(b"garbage"),
        _ => bytes = b"garbage".to_vec(),
    }
    fs::write(&disk, bytes).unwrap();
    Some(format!("damage the cache's `{file}`"))
}
