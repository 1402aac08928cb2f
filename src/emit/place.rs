//! Where the output may lie.
//!
//! Gives the output's real path, or refuses it: nothing here writes. Folders
//! are compared by identity (device and inode) where they exist, so that
//! links, `..`, bind mounts and file systems that ignore case are all seen
//! through; where they do not exist yet, by spelling.

use std::path::{Component, Path, PathBuf};

use super::Target;
use super::disk::{Disk, Faults, Stands};
use super::error::{EmitError, Result};
use super::name;

const ELSEWHERE: &str = "name a folder of its own with `-o`, as in `-o public`";

/// A path and all it lies in, each with its identity if it exists.
struct Lineage {
    path: PathBuf,
    places: Vec<(PathBuf, Option<(u64, u64)>)>,
}

/// The real path of a folder that something else than a build writes to, by the
/// rules of outputs. The folder may not exist yet.
///
/// # Errors
///
/// Refused, as [`super::prepare`] would; input and output.
pub fn may_write(target: &Target) -> Result<PathBuf> {
    settle(
        &Disk {
            faults: super::NoFaults,
        },
        target,
    )
}

/// The real path of `target.out`, which may not exist yet.
pub(super) fn settle<F: Faults>(disk: &Disk<F>, target: &Target) -> Result<PathBuf> {
    let out = lineage(disk, &target.out)?;
    let shown = target.out.display();
    let refuse = |message: String| Err(EmitError::refused(&target.out, message, ELSEWHERE));

    if out.path.parent().is_none() {
        return refuse(format!(
            "the output `{shown}` is the root of the file system"
        ));
    }
    for (path, what) in [
        (target.home.as_deref(), "your home folder"),
        (Some(target.root.as_path()), "the site's own folder"),
    ] {
        let Some(path) = path else { continue };
        let place = lineage(disk, path)?;
        if within(&place, &out) {
            let verb = if within(&out, &place) {
                "is"
            } else {
                "contains"
            };
            return refuse(format!("the output `{shown}` {verb} {what}"));
        }
    }
    let repository = target.root.join(".git");
    for path in target
        .forbidden
        .iter()
        .map(PathBuf::as_path)
        .chain([repository.as_path()])
    {
        let place = lineage(disk, path)?;
        let verb = match (within(&out, &place), within(&place, &out)) {
            (true, true) => "is",
            (true, false) => "lies inside",
            (false, true) => "contains",
            (false, false) => continue,
        };
        let why = if path == repository {
            "which is git's"
        } else {
            "which the site is made from"
        };
        return refuse(format!(
            "the output `{shown}` {verb} `{}`, {why}",
            path.display()
        ));
    }
    if out
        .path
        .components()
        .any(|part| part.as_os_str().eq_ignore_ascii_case(".git"))
    {
        return refuse(format!(
            "the output `{shown}` lies inside `.git`, which is git's"
        ));
    }
    match disk.stat(&out.path)? {
        Some(meta) if meta.stands != Stands::Folder => refuse(format!(
            "the output `{shown}` is there, and is not a folder"
        )),
        _ => Ok(out.path),
    }
}

fn lineage<F: Faults>(disk: &Disk<F>, path: &Path) -> Result<Lineage> {
    let path = resolve(disk, path)?;
    let mut places = Vec::new();
    for place in path.ancestors() {
        places.push((place.to_owned(), disk.stat(place)?.and_then(|meta| meta.id)));
    }
    Ok(Lineage { path, places })
}

/// The path without links and dots; what does not exist yet is appended as
/// it is written.
fn resolve<F: Faults>(disk: &Disk<F>, path: &Path) -> Result<PathBuf> {
    if let Some(real) = disk.resolve(path)? {
        return Ok(real);
    }
    let absolute = std::path::absolute(path)
        .map_err(|source| EmitError::io(super::Operation::Resolve, path, source))?;
    let mut real = PathBuf::new();
    for part in absolute.components() {
        match part {
            // `real` has no links left in it, so its parent is the one above.
            Component::ParentDir => {
                real.pop();
            }
            Component::CurDir => {}
            _ => {
                let next = real.join(part);
                real = match disk.resolve(&next)? {
                    Some(found) => found,
                    None if disk
                        .stat(&next)?
                        .is_some_and(|meta| meta.stands == Stands::Link) =>
                    {
                        return Err(EmitError::refused(
                            path,
                            format!(
                                "`{}` is a link to a place that does not exist",
                                next.display()
                            ),
                            "make that folder, or remove the link",
                        ));
                    }
                    None => next,
                };
            }
        }
    }
    Ok(real)
}

/// Whether `inner` is `outer` or lies anywhere in it.
fn within(inner: &Lineage, outer: &Lineage) -> bool {
    let Some((_, outer_id)) = outer.places.first() else {
        return false;
    };
    inner.places.iter().any(|(path, id)| match (id, outer_id) {
        (Some(id), Some(outer_id)) => id == outer_id,
        // One exists, the other does not.
        (Some(_), None) | (None, Some(_)) if cfg!(unix) => false,
        _ => path == &outer.path || ignores_case() && folded(path) == folded(&outer.path),
    })
}

/// Whether the system's usual file system takes `A` and `a` for one name.
fn ignores_case() -> bool {
    cfg!(any(target_os = "macos", target_os = "ios", windows))
}

fn folded(path: &Path) -> String {
    name::fold(&path.to_string_lossy())
}
