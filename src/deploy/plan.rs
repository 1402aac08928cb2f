//! What is to be done so that a place has what the output has: compared, and put
//! in an order in which no reader meets a page before what it is made of.

use super::record::{self, Entry, Record};
use super::target::{DeployError, File, Remote, Result, Target};
use std::collections::{BTreeMap, HashSet};

/// Paths in byte order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub new: Vec<String>,
    pub changed: Vec<String>,
    pub deleted: Vec<String>,
    /// Of what is new or changed.
    pub bytes: u64,
    pub unchanged: usize,
    /// Of those changed, the ones that somebody changed there since they were sent.
    pub touched: Vec<String>,
    /// Files there that were not put there by us, and stay.
    pub foreign: usize,
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.deleted.is_empty()
    }

    /// How many files are sent.
    pub fn sends(&self) -> usize {
        self.new.len() + self.changed.len()
    }
}

/// Compares what shall be there with what is there.
pub fn plan(target: &dyn Target, files: &[File], remote: &Remote) -> Plan {
    let mut plan = Plan::default();
    let nothing = Record::default();
    let record = remote.record.as_ref().unwrap_or(&nothing);
    for file in files {
        let there = remote.files.get(&file.path);
        let noted = record.get(&file.path);
        let list = match (there, noted) {
            (Some(seen), Some(noted))
                if noted.seen == *seen && noted.hash == target.print(file) =>
            {
                plan.unchanged += 1;
                continue;
            }
            (Some(seen), Some(noted)) => {
                if noted.seen != *seen && noted != Entry::default() {
                    plan.touched.push(file.path.clone());
                }
                &mut plan.changed
            }
            (Some(_), None) => &mut plan.changed,
            (None, _) => &mut plan.new,
        };
        list.push(file.path.clone());
        plan.bytes += file.size;
    }
    let ours: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    for path in remote.files.keys() {
        match record.get(path) {
            _ if ours.contains(path.as_str()) => {}
            Some(_) => plan.deleted.push(path.clone()),
            None => plan.foreign += 1,
        }
    }
    plan.deleted.sort_unstable();
    plan
}

/// What may be deleted without being asked about, at least.
const FEW: usize = 20;

/// Refuses what would surely be regretted.
///
/// # Errors
///
/// A place that holds somebody else's files, unless `adopt`; more deletions than
/// [`FEW`] and a tenth of what is ours there, unless so many are `allowed`.
pub fn guard(plan: &Plan, remote: &Remote, shown: &str, adopt: bool, allowed: usize) -> Result<()> {
    if remote.record.is_none() && !remote.files.is_empty() && !adopt {
        let count = remote.files.len();
        let (files, them) = match count {
            1 => ("a file", "it"),
            _ => ("files", "they"),
        };
        let mut some: Vec<&str> = remote.files.keys().map(String::as_str).collect();
        some.sort_unstable();
        let some = some_of(&some);
        let message = format!("{shown} holds {files} that longhand did not put there: {some}");
        return Err(DeployError::refused(message).help(format!(
            "if it is the right place, `--adopt` takes it over: {them} {stay}, but for those that the site has too",
            stay = if count == 1 { "stays" } else { "stay" },
        )));
    }
    let record = remote.record.as_ref().map_or(0, Record::len);
    let most = FEW.max(record / 10);
    let count = plan.deleted.len();
    if count > most && count > allowed {
        let some = some_of(&plan.deleted);
        let message = format!("{count} of {record} files would be deleted from {shown}: {some}");
        return Err(DeployError::refused(message).help(format!(
            "look at the plan with `--dry-run`; if all of them shall go, say `--yes-delete {count}`"
        )));
    }
    Ok(())
}

/// The first few, and how many more.
pub fn some_of(paths: &[impl AsRef<str>]) -> String {
    let shown = paths.iter().take(3);
    let mut names: Vec<String> = shown.map(|path| format!("`{}`", path.as_ref())).collect();
    if paths.len() > 3 {
        names.push(format!("and {} more", paths.len() - 3));
    }
    names.join(", ")
}

/// When a file is sent: what nobody links to yet comes before what links to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Style sheets, scripts, pictures: what pages need.
    Assets,
    Pages,
    /// Lists, feeds, sitemaps: what says that there are pages.
    Indices,
    Home,
}

/// Files by stage, each in the order given.
pub fn stages<'f>(files: &[&'f File]) -> Vec<(Stage, Vec<&'f File>)> {
    let mut around: HashSet<&str> = HashSet::new();
    for file in files {
        if let Some(folder) = folder_of_page(&file.path) {
            // A page makes lists of the pages around it.
            let above = std::iter::successors(parent(folder), |folder| parent(folder));
            around.extend(above);
        }
    }
    let mut by: BTreeMap<Stage, Vec<&File>> = BTreeMap::new();
    for file in files {
        by.entry(stage(&file.path, &around)).or_default().push(file);
    }
    by.into_iter().collect()
}

fn stage(path: &str, around: &HashSet<&str>) -> Stage {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" if path == "index.html" => Stage::Home,
        "html" if folder_of_page(path).is_some_and(|folder| around.contains(folder)) => {
            Stage::Indices
        }
        "html" | "htm" => Stage::Pages,
        "xml" => Stage::Indices,
        _ if INDICES.contains(&name) || path.starts_with("search/") => Stage::Indices,
        _ => Stage::Assets,
    }
}

const INDICES: [&str; 5] = [
    "index.json",
    "feed.json",
    "search.json",
    "robots.txt",
    "llms.txt",
];

fn folder_of_page(path: &str) -> Option<&str> {
    path.strip_suffix("/index.html")
}

fn parent(folder: &str) -> Option<&str> {
    folder.rsplit_once('/').map(|(above, _)| above)
}

/// Whether a path at the place is our own record or a part of a file being sent.
pub fn is_own(path: &str) -> bool {
    path == record::NAME || path.ends_with(PART)
}

/// The end of the name of a file that is being written.
pub const PART: &str = ".longhand-part";
