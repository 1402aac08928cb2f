//! What to do to an output that exists: from what was made and what stands
//! there to the steps of a journal, or to a list of what is in the way.
//!
//! Only looks; nothing is written.

use std::path::Path;

use hashbrown::{HashMap, HashSet};

use super::commit::summarise;
use super::disk::{Disk, Faults, Stands};
use super::error::{EmitError, Result};
use super::journal::{Journal, Step};
use super::manifest::{Entry, Manifest, Places};
use super::{Before, Made, Summary, name};

/// GitHub Pages keeps the site's domain in it: losing it takes the site down.
const ALWAYS_STAYS: &str = "CNAME";

pub(super) struct Plan {
    pub journal: Journal,
    /// The files of the new manifest that are not the old one's, by path.
    changed: Vec<Entry>,
    /// Of the old manifest's files those that the new one has as they are.
    carried: Vec<bool>,
    /// The new manifest would be the old one.
    pub same: bool,
    pub summary: Summary,
}

/// What the last build made, and what of it stays as it is.
#[derive(Clone, Copy)]
pub(super) struct Standing<'a> {
    pub previous: &'a Manifest,
    pub places: &'a Places,
    /// As long as the manifest.
    pub kept: &'a [bool],
}

impl<'a> Standing<'a> {
    fn place(&self, path: &str) -> Option<usize> {
        self.places.get(self.previous, path)
    }

    fn is_kept(&self, path: &str) -> bool {
        self.place(path)
            .is_some_and(|place| self.kept.get(place) == Some(&true))
    }

    fn kept(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        marked(self.previous, self.kept).map(|entry| entry.path.as_str())
    }

    /// Whether a file that is kept lies in `folder`.
    fn keeps_below(&self, folder: &str) -> bool {
        let inside = format!("{folder}/");
        let from = self
            .previous
            .files
            .partition_point(|entry| *entry.path < *inside);
        let files = self.previous.files.iter().zip(self.kept).skip(from);
        files
            .take_while(|(entry, _)| entry.path.starts_with(&inside))
            .any(|(_, kept)| *kept)
    }
}

fn marked<'a>(manifest: &'a Manifest, marks: &'a [bool]) -> impl Iterator<Item = &'a Entry> {
    let files = manifest.files.iter().zip(marks);
    files.filter(|(_, marked)| **marked).map(|(entry, _)| entry)
}

/// Something that we did not make, where the site must write.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Obstacle {
    path: String,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// Where the site has a file.
    Foreign,
    /// Where the site has a folder, or in a folder where it has a file.
    Kept,
    Link,
    Other,
}

/// A name that is given twice, or to a file and a folder. `made` is sorted.
/// What is kept stands on the disk: among itself it cannot clash.
pub(super) fn find_clash<'a>(made: &'a [Made], standing: &Standing) -> Option<&'a str> {
    let mut pairs = made.iter().zip(made.iter().skip(1));
    if let Some((_, twice)) = pairs.find(|(a, b)| a.path == b.path) {
        return Some(&twice.path);
    }
    let paths = || made.iter().map(|made| made.path.as_str());
    let folders = folders_of(paths());
    if let Some(path) = paths().find(|path| folders.contains(path)) {
        return Some(path);
    }
    if standing.previous.files.is_empty() {
        return None;
    }
    paths().find(|path| {
        standing.is_kept(path)
            || standing.keeps_below(path)
            || name::folders(path).any(|folder| standing.is_kept(folder))
    })
}

fn folders_of<'a>(paths: impl Iterator<Item = &'a str>) -> HashSet<&'a str> {
    let mut folders = HashSet::new();
    let mut last = None;
    for path in paths {
        // Sorted as they mostly are, files of one folder stand together.
        if std::mem::replace(&mut last, name::parent(path)) == name::parent(path) {
            continue;
        }
        for folder in name::folders(path) {
            // With it came all that it lies in.
            if !folders.insert(folder) {
                break;
            }
        }
    }
    folders
}

/// What is known of a folder that the site needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ground {
    There,
    Missing,
    Blocked,
}

struct Planner<'a, F> {
    disk: &'a Disk<F>,
    out: &'a Path,
    /// Our files that this build does not make.
    gone: HashSet<&'a str>,
    grounds: HashMap<String, Ground>,
    /// Files, and folders of nothing but our files, that must make way before
    /// anything is written.
    early: Vec<String>,
    /// How many files that is.
    removed: usize,
    make: Vec<String>,
    obstacles: Vec<Obstacle>,
}

/// Plans the change from the last build to what is kept and `made` (sorted,
/// without clashes), or refuses if something stands in the way.
pub(super) fn plan<F: Faults>(
    disk: &Disk<F>,
    out: &Path,
    shown: &Path,
    standing: &Standing,
    adopt: bool,
    mut made: Vec<Made>,
) -> Result<Plan> {
    let is_made = |path: &str| {
        made.binary_search_by(|made| made.path.as_str().cmp(path))
            .is_ok()
    };
    let mut carried = standing.kept.to_vec();
    let mut gone = HashSet::new();
    for (entry, carried) in standing.previous.files.iter().zip(&mut carried) {
        if *carried || is_made(&entry.path) {
            continue;
        }
        if entry.path != ALWAYS_STAYS {
            gone.insert(entry.path.as_str());
        } else {
            let there = disk.stat(&out.join(&entry.path))?;
            *carried = there.is_some_and(|meta| meta.stands == Stands::File);
        }
    }
    let mut planner = Planner {
        disk,
        out,
        gone,
        grounds: HashMap::new(),
        early: Vec::new(),
        removed: 0,
        make: Vec::new(),
        obstacles: Vec::new(),
    };
    planner.settle_case(&mut made, standing)?;

    let mut put = Vec::new();
    let mut old = 0;
    let mut displaced = || {
        old += 1;
        old - 1
    };
    for made in &made {
        let Some(new) = made.staged else { continue };
        if planner.ground(name::parent(&made.path), true)? == Ground::Blocked {
            continue;
        }
        let path = made.path.clone();
        match made.before {
            Before::Nothing => put.push(Step::Create { path, new }),
            Before::Folder => {
                planner.clear_folder(&path)?;
                planner.early.push(path.clone());
                put.push(Step::Create { path, new });
            }
            Before::Foreign if !adopt => planner.obstacle(path, What::Foreign),
            Before::Link if !adopt => planner.obstacle(path, What::Link),
            Before::Other => planner.obstacle(path, What::Other),
            Before::Ours | Before::Foreign | Before::Link => put.push(Step::Replace {
                path,
                new,
                old: displaced(),
            }),
        }
    }
    let late = planner.late()?;
    planner.obstacles.sort_unstable();
    planner.obstacles.dedup();
    if let [first, more @ ..] = planner.obstacles.as_slice() {
        return Err(in_the_way(shown, first, more.len()));
    }

    let tidy = planner.tidy(&late, &made, standing);
    let removed = planner.removed + late.len();
    let mut remove = |path| Step::Remove {
        path,
        old: displaced(),
    };
    let mut steps: Vec<Step> = planner.early.into_iter().map(&mut remove).collect();
    steps.extend(planner.make.into_iter().map(|path| Step::Make { path }));
    steps.extend(put);
    steps.extend(late.into_iter().map(&mut remove));

    let kept = standing.kept.iter().filter(|kept| **kept).count();
    Ok(Plan {
        summary: summarise(&made, kept, removed),
        same: made.is_empty() && carried.iter().all(|carried| *carried),
        journal: Journal { steps, tidy },
        changed: made.into_iter().map(Entry::from).collect(),
        carried,
    })
}

impl Plan {
    /// The files of the new manifest, by path.
    pub fn files<'a>(
        &'a self,
        standing: &Standing<'a>,
    ) -> impl ExactSizeIterator<Item = &'a Entry> {
        let mut files: Vec<&Entry> = marked(standing.previous, &self.carried).collect();
        files.extend(&self.changed);
        // Two runs, which a stable sort merges.
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.into_iter()
    }
}

impl<'a, F: Faults> Planner<'a, F> {
    fn obstacle(&mut self, path: String, what: What) {
        self.obstacles.push(Obstacle { path, what });
    }

    /// `About/x` became `about/x` on a file system that takes both for one:
    /// what stands at the new name is our old file, and the old name must go
    /// before the new one comes, not after.
    fn settle_case(&mut self, made: &mut [Made], standing: &Standing) -> Result<()> {
        if self.gone.is_empty() {
            return Ok(());
        }
        let folded: HashMap<String, &str> = self
            .gone
            .iter()
            .map(|path| (name::fold(path), *path))
            .collect();
        for kept in standing.kept() {
            if let Some(path) = folded.get(&name::fold(kept))
                && self.is_one(path, kept)?
            {
                self.gone.remove(path);
            }
        }
        for made in made
            .iter_mut()
            .filter(|made| made.before != Before::Nothing)
        {
            let Some(path) = folded.get(&name::fold(&made.path)) else {
                continue;
            };
            if self.is_one(path, &made.path)? {
                self.gone.remove(path);
                if made.staged.is_some() {
                    self.early.push((*path).to_owned());
                    self.removed += 1;
                    made.before = Before::Nothing;
                }
            }
        }
        Ok(())
    }

    /// Whether two names are those of one file.
    fn is_one(&self, a: &str, b: &str) -> Result<bool> {
        let id = |path: &str| -> Result<Option<(u64, u64)>> {
            Ok(self
                .disk
                .stat(&self.out.join(path))?
                .and_then(|meta| meta.id))
        };
        let theirs = id(a)?;
        Ok(theirs.is_some() && theirs == id(b)?)
    }

    /// What is at `folder` (`None`: the output itself), and notes what it
    /// takes to have it if it is `wanted`. Never through a link.
    fn ground(&mut self, folder: Option<&str>, wanted: bool) -> Result<Ground> {
        let Some(folder) = folder else {
            return Ok(Ground::There);
        };
        if let Some(ground) = self.grounds.get(folder) {
            return Ok(*ground);
        }
        let ground = match self.ground(name::parent(folder), wanted)? {
            Ground::There => match self
                .disk
                .stat(&self.out.join(folder))?
                .map(|meta| meta.stands)
            {
                Some(Stands::Folder) => Ground::There,
                None => Ground::Missing,
                Some(_) if !wanted => Ground::Blocked,
                Some(Stands::File) if self.gone.remove(folder) => {
                    self.early.push(folder.to_owned());
                    self.removed += 1;
                    Ground::Missing
                }
                Some(stands) => {
                    let what = match stands {
                        Stands::Link => What::Link,
                        Stands::Other => What::Other,
                        _ => What::Kept,
                    };
                    self.obstacle(folder.to_owned(), what);
                    Ground::Blocked
                }
            },
            other => other,
        };
        if ground == Ground::Missing && wanted {
            self.make.push(folder.to_owned());
        }
        self.grounds.insert(folder.to_owned(), ground);
        Ok(ground)
    }

    /// Looks through a folder that makes way for a file. What is not ours is
    /// an obstacle.
    fn clear_folder(&mut self, folder: &str) -> Result<()> {
        for (entry, stands) in self.disk.list(&self.out.join(folder))? {
            let path = format!("{folder}/{}", entry.to_string_lossy());
            match stands {
                Stands::Folder => self.clear_folder(&path)?,
                Stands::File if self.gone.remove(path.as_str()) => self.removed += 1,
                _ => self.obstacle(path, What::Kept),
            }
        }
        Ok(())
    }

    /// The files that go last: still regular files, where we put them.
    fn late(&mut self) -> Result<Vec<String>> {
        let mut gone: Vec<&str> = self.gone.iter().copied().collect();
        gone.sort_unstable();
        let mut late = Vec::new();
        for path in gone {
            if self.ground(name::parent(path), false)? == Ground::There
                && self
                    .disk
                    .stat(&self.out.join(path))?
                    .is_some_and(|meta| meta.stands == Stands::File)
            {
                late.push(path.to_owned());
            }
        }
        Ok(late)
    }

    /// The folders that only removed files lay in, the innermost first.
    fn tidy(&self, late: &[String], made: &[Made], standing: &Standing) -> Vec<String> {
        if self.early.is_empty() && late.is_empty() {
            return Vec::new();
        }
        let made = made.iter().map(|made| made.path.as_str());
        let wanted = folders_of(standing.kept().chain(made));
        let removed = self.early.iter().chain(late).map(String::as_str);
        let mut tidy: Vec<&str> = folders_of(removed)
            .into_iter()
            .filter(|folder| !wanted.contains(folder))
            .collect();
        tidy.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        tidy.into_iter().map(str::to_owned).collect()
    }
}

/// The refusal that names what is in the way: the first, and how many more.
fn in_the_way(shown: &Path, first: &Obstacle, more: usize) -> EmitError {
    let path = shown.join(&first.path);
    let (what, help) = match first.what {
        What::Foreign => (
            "was not made by longhand",
            "move it away, or let the site replace it with `--adopt`",
        ),
        What::Kept => ("was not made by longhand", "move it away"),
        What::Link => ("is a link, which longhand does not make", "remove it"),
        What::Other => ("is neither a file nor a folder", "remove it"),
    };
    let more = if more == 0 {
        String::new()
    } else {
        format!(" (and {more} more)")
    };
    let message = format!(
        "`{}` stands where the site writes, and {what}{more}",
        path.display()
    );
    EmitError::refused(&path, message, help)
}
