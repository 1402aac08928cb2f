//! The same edits as a preview meets them: told which files were touched, it
//! must come to what a clean build comes to.

use crate::build::{Built, Files};
use crate::site::Flags;
use crate::steps::World;
use crate::tree::Snapshot;
use longhand::build::preview::{Preview, Touched};
use longhand::build::{self, Failure, Options};
use longhand::diag::{self, Diagnostic};
use longhand::render::{self, Output};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A preview that goes on for as long as the flags are the same, and the folder.
pub struct Seen {
    flags: Flags,
    source: PathBuf,
    files: Snapshot,
    preview: Preview,
}

/// What the preview would answer by now, against what a clean build wrote and said.
pub fn check(
    world: &mut World,
    number: u64,
    expected: &Built,
    wanted: &Files,
) -> Result<(), String> {
    let flags = world.flags.clone();
    let source = world.tree.root.clone();
    let same = |seen: &Seen| seen.flags == flags && seen.source == source;
    let (mut seen, touched) = match world.seen.take().filter(same) {
        // Now and then the system loses events.
        Some(seen) if !number.is_multiple_of(7) => {
            let touched = touched(&seen.files, &world.tree.files);
            (seen, Touched::Files(touched))
        }
        Some(seen) => (seen, Touched::Anything),
        None => {
            let preview = Preview::new(options(world));
            let files = Snapshot::new();
            (
                Seen {
                    flags,
                    source,
                    files,
                    preview,
                },
                Touched::Anything,
            )
        }
    };
    seen.files = world.tree.files.clone();
    let (got, said) = answers(&mut seen.preview, &touched, &world.tree.root);
    world.seen = Some(seen);
    let rest = expected
        .said
        .lines()
        .filter(|line| line.contains("\"severity\""));
    let rest: String = rest.map(|line| format!("{line}\n")).collect();
    if said != rest {
        let lines = crate::lines(rest.as_bytes(), said.as_bytes());
        return Err(format!(
            "the preview, told of {touched:?}, says something else\n{lines}"
        ));
    }
    if expected.code != 0 {
        return Ok(());
    }
    let mut wanted = wanted.clone();
    wanted.retain(|path, _| !path.ends_with('/'));
    match crate::first_difference(&wanted, &got) {
        Some(why) => Err(format!(
            "the preview, told of {touched:?}, shows something else\n{why}"
        )),
        None => Ok(()),
    }
}

fn options(world: &World) -> Options {
    Options {
        source: world.tree.root.clone(),
        output: Some(world.out.clone()),
        cache_dir: Some(world.folder.join("preview-cache")),
        ..world.flags.options()
    }
}

fn touched(before: &Snapshot, after: &Snapshot) -> BTreeSet<Arc<str>> {
    let all = before.keys().chain(after.keys());
    all.filter(|path| before.get(*path) != after.get(*path))
        .map(|path| Arc::from(path.as_str()))
        .collect()
}

/// Everything that could be asked for, and all there is to say of it.
fn answers(preview: &mut Preview, touched: &Touched, root: &Path) -> (Files, String) {
    let mut said: Vec<Diagnostic> = Vec::new();
    let version = preview.version(touched, &mut said);
    let mut files = Files::new();
    match version {
        Ok(version) => {
            let renderer = version.renderer;
            for route in &renderer.shared.site.routes.all {
                let bytes = match renderer.render(&route.job, &mut said) {
                    Some(Output::Bytes(bytes)) => bytes,
                    Some(Output::Copy(path)) => std::fs::read(root.join(&*path)).unwrap(),
                    None => continue,
                };
                renderer.let_go_of(&route.job);
                files.insert(route.output.clone(), bytes);
            }
            said.extend(renderer.losses());
            render::fault::gather(&mut said);
            build::silence(&mut said, &renderer.shared.site.config.silenced);
        }
        Err(Failure::Io(error)) => panic!("{error}"),
        Err(_) => {}
    }
    diag::tidy(&mut said, preview.sources());
    (files, diag::json(&said, preview.sources()))
}
