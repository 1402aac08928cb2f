//! One build, by the library or by the program, and what came of it.

use crate::site::Flags;
use longhand::build::{self, Failure, Options};
use longhand::source::Sources;
use longhand::{diag, emit};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is to be built, and with what.
#[derive(Clone)]
pub struct Order {
    pub source: PathBuf,
    pub output: PathBuf,
    pub cache: PathBuf,
    pub flags: Flags,
    /// By the program rather than in this process.
    pub program: bool,
    pub threads: usize,
}

/// What a build came to, without what may differ between two builds of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    pub code: u8,
    /// Diagnostics as JSON, then the report or the failure.
    pub said: String,
    /// Files of the output that were changed or removed.
    pub changed: usize,
}

impl Order {
    pub fn run(&self) -> Built {
        if self.program {
            return self.spawn();
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .build()
            .unwrap();
        pool.install(|| self.call())
    }

    fn call(&self) -> Built {
        let flags = &self.flags;
        let options = Options {
            source: self.source.clone(),
            output: Some(self.output.clone()),
            cache_dir: Some(self.cache.clone()),
            strict: flags.strict,
            verify: flags.verify,
            ..flags.options()
        };
        let mut sources = Sources::new(&options.source);
        let mut diagnostics = Vec::new();
        let result = build::build(&options, &mut sources, &mut diagnostics, &|_, _, _| {});
        diag::tidy(&mut diagnostics, &sources);
        let mut said = diag::json(&diagnostics, &sources);
        let (code, changed) = match result {
            Ok(report) => {
                let left_out: Vec<_> = report
                    .left_out
                    .iter()
                    .map(|out| (sources.get(out.file).path.clone(), out.why.word()))
                    .collect();
                let files = report.files;
                said += &format!(
                    "{:?} {} pages, {} posts, {} sections, {} words, {:?}, {left_out:?}, {} files\n",
                    report.title,
                    report.pages,
                    report.posts,
                    report.sections,
                    report.words,
                    report.terms,
                    files.written + files.unchanged,
                );
                (0, files.written + files.removed)
            }
            Err(failure) => {
                let (code, why) = match &failure {
                    Failure::Usage => (2, "usage".to_owned()),
                    Failure::Site => (1, "site".to_owned()),
                    Failure::Cancelled => (3, "cancelled".to_owned()),
                    Failure::Io(error) => (3, error.to_string()),
                    Failure::Emit(error) if error.kind == emit::Kind::Refused => {
                        (4, error.to_string())
                    }
                    Failure::Emit(error) => (3, error.to_string()),
                };
                said += &format!("failed: {}\n", self.without_places(&why));
                (code, 0)
            }
        };
        Built {
            code,
            said,
            changed,
        }
    }

    fn spawn(&self) -> Built {
        let flags = &self.flags;
        let mut command = Command::new(env!("CARGO_BIN_EXE_longhand"));
        command.args(["build", "--json"]);
        command.arg("-s").arg(&self.source);
        command.arg("-o").arg(&self.output);
        command.arg("--cache-dir").arg(&self.cache);
        command.env("RAYON_NUM_THREADS", self.threads.to_string());
        if let Some(url) = &flags.base_url {
            command.args(["-b", url]);
        }
        flags.pass(&mut command);
        for (on, flag) in [(flags.strict, "--strict"), (flags.verify, "--verify")] {
            if on {
                command.arg(flag);
            }
        }
        let output = command.output().unwrap();
        let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
        let mut changed = 0;
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let mut object: serde_json::Value = serde_json::from_str(line).unwrap();
            if let Some(map) = object.as_object_mut() {
                // What is wrong with the cache concerns a build that has one.
                for aside in ["milliseconds", "output", "cache"] {
                    map.shift_remove(aside);
                }
                if let Some(files) = map.shift_remove("files") {
                    let count = |name: &str| files[name].as_u64().unwrap_or_default();
                    changed = (count("written") + count("removed")) as usize;
                    let all = count("written") + count("unchanged");
                    map.insert("files".to_owned(), all.into());
                }
            }
            said += &format!("{object}\n");
        }
        Built {
            code: output
                .status
                .code()
                .map_or(u8::MAX, |code| u8::try_from(code).unwrap_or(u8::MAX)),
            said: self.without_places(&said),
            changed,
        }
    }

    fn without_places(&self, text: &str) -> String {
        text.replace(&*self.output.to_string_lossy(), "OUTPUT")
            .replace(&*self.cache.to_string_lossy(), "CACHE")
    }
}

/// Files of an output with their bytes, and its folders with a slash.
pub type Files = BTreeMap<String, Vec<u8>>;

pub fn files(folder: &Path) -> Files {
    let entries = walkdir::WalkDir::new(folder)
        .min_depth(1)
        .into_iter()
        .filter_map(Result::ok);
    let named = entries.map(|entry| {
        let inside = entry.path().strip_prefix(folder).unwrap();
        let path = inside.to_string_lossy().into_owned();
        if entry.file_type().is_dir() {
            (path + "/", Vec::new())
        } else {
            let bytes = std::fs::read(entry.path()).unwrap();
            (path, bytes)
        }
    });
    // The manifest holds times.
    named.filter(|(path, _)| path != emit::MANIFEST).collect()
}
