//! The program as a whole: the same bytes whatever the threads and the order of
//! files, nothing written twice, an end within a second when it is told to stop.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// Files of a site that uses most of what there is; `shift` turns the order in which they are made.
fn site(folder: &Path, posts: usize, shift: usize) {
    let mut files: Vec<(String, String)> = vec![
        (
            "longhand.yaml".into(),
            "title: A site\nbaseURL: https://example.org/\nlanguages:\n  en: {weight: 1}\n  de: {weight: 2}\ntaxonomies: {tag: tags, category: categories, series: series}\noutputs: {home: [HTML, RSS, JSON]}\n"
                .into(),
        ),
        ("static/a.txt".into(), "a".into()),
        ("data/people.yaml".into(), "- {name: Ada}\n".into()),
        (
            "templates/shortcodes/people.html".into(),
            "{% for p in data.people %}{{ p.name }}{% endfor %}".into(),
        ),
        ("content/bundle/index.md".into(), "---\ntitle: Bundle\n---\n![x](x.svg)\n".into()),
        ("content/bundle/x.svg".into(), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".into()),
    ];
    for n in 0..posts {
        let text = format!(
            "---\ntitle: Post {n}\ndate: 2024-{:02}-{:02}\ntags: [t{}, t{}, \"T{}\"]\ncategories: [c{}]\nseries: [s{}]\naliases: [/old/{n}/]\nweight: {}\n---\nText [next](../post{}/) of {n}.\n\n## Head\n\n```rust\nfn f{n}() -> u32 {{ {n} }}\n```\n\n{{{{< people >}}}}\n",
            n % 12 + 1,
            n % 28 + 1,
            n % 7,
            n % 5,
            n % 3,
            n % 4,
            n % 6,
            n % 2,
            (n + 1) % posts,
        );
        files.push((format!("content/blog/post{n}.md"), text.clone()));
        if n % 3 == 0 {
            files.push((
                format!("content/blog/post{n}.de.md"),
                text.replace("/old/", "/alt/").replace("[next]", ""),
            ));
        }
    }
    let all = files.len();
    files.rotate_left(shift % all);
    if shift % 2 == 1 {
        files.reverse();
    }
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        // Else the order of making would show in the dates of files.
        let file = std::fs::File::options()
            .append(true)
            .open(path)
            .expect("a file");
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
            .expect("a time");
    }
}

fn longhand(folder: &Path, threads: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_longhand"));
    command
        .args(["build", "--now", "2025-01-01", "--no-cache", "-s"])
        .arg(folder)
        .env("RAYON_NUM_THREADS", threads)
        .env("NO_COLOR", "1");
    command
}

fn build(folder: &Path, threads: &str) -> Output {
    let output = longhand(folder, threads)
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    output
}

type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// All files but the manifest, which holds the times of files.
fn tree(folder: &Path) -> Tree {
    files(folder)
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(&path).expect("a file of the output");
            (
                path.strip_prefix(folder).expect("it lies there").to_owned(),
                bytes,
            )
        })
        .filter(|(path, _)| path != Path::new(".longhand.json"))
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("the output can be listed"))
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

#[test]
fn the_same_bytes_whatever_the_threads_and_the_order_of_files() {
    let mut first: Option<(Tree, Vec<u8>)> = None;
    for (threads, shift) in [("1", 0), ("2", 0), ("8", 0), ("2", 7), ("8", 31), ("1", 50)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path().join("site");
        site(&folder, 40, shift);
        let said = build(&folder, threads).stderr;
        let built = tree(&folder.join("public"));
        assert!(built.len() > 100);
        let Some((tree, stderr)) = &first else {
            first = Some((built, said));
            continue;
        };
        for (path, bytes) in tree {
            let same = built.get(path) == Some(bytes);
            assert!(
                same,
                "{} differs with {threads} threads, order {shift}",
                path.display()
            );
        }
        assert_eq!(built.len(), tree.len());
        assert_eq!(
            String::from_utf8_lossy(&said),
            String::from_utf8_lossy(stderr)
        );
    }
}

#[test]
fn a_second_build_writes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    site(folder.path(), 20, 0);
    // Files that are told by their looks: younger ones are read again.
    std::thread::sleep(Duration::from_millis(150));
    build(folder.path(), "2");
    let times = || -> BTreeMap<PathBuf, SystemTime> {
        let time = |path: PathBuf| {
            let modified = path.metadata().and_then(|meta| meta.modified());
            (path, modified.expect("a time"))
        };
        files(&folder.path().join("public"))
            .into_iter()
            .map(time)
            .collect()
    };
    let before = times();
    std::thread::sleep(Duration::from_millis(20));
    let said = build(folder.path(), "2").stdout;
    assert_eq!(times(), before);
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("0 written"), "{said}");

    // One post changes: what does not show it stays.
    let post = folder.path().join("content/blog/post5.md");
    let text = std::fs::read_to_string(&post).expect("a post");
    std::fs::write(&post, text.replace("## Head", "## Other head")).expect("a post");
    build(folder.path(), "2");
    let after = times();
    let untouched = folder.path().join("public/blog/post9/index.html");
    assert_eq!(after[&untouched], before[&untouched]);
    let touched = folder.path().join("public/blog/post5/index.html");
    assert_ne!(after[&touched], before[&touched]);
}

#[cfg(unix)]
#[test]
fn stopped_it_ends_within_a_second_and_the_old_site_stands() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    site(folder.path(), 30, 0);
    build(folder.path(), "2");
    let before = tree(&folder.path().join("public"));
    site(folder.path(), 1500, 0);
    let (mut stopped, mut slowest) = (0, Duration::ZERO);
    for wait in [20, 150, 400, 800, 1500] {
        let mut child = longhand(folder.path(), "2")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(wait));
        let told = Instant::now();
        let _ = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .expect("a signal can be sent");
        let status = child.wait().expect("it ends");
        slowest = slowest.max(told.elapsed());
        if status.success() {
            // It was done before it was told.
            break;
        }
        stopped += 1;
        assert_eq!(
            tree(&folder.path().join("public")),
            before,
            "after {wait} ms"
        );
    }
    assert!(stopped > 0, "no build took long enough to be stopped");
    // A second by the rule; more on a machine that does other work too.
    assert!(slowest < Duration::from_secs(3), "it took {slowest:?}");
    build(folder.path(), "2");
    let beside: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder can be listed")
        .map(|entry| entry.expect("an entry").file_name())
        .filter(|name| name.to_string_lossy().contains("longhand") && name != "longhand.yaml")
        .collect();
    assert!(beside.is_empty(), "left over: {beside:?}");
}

#[test]
fn two_builds_at_once_take_turns() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    site(folder.path(), 30, 0);
    let children: Vec<_> = (0..4)
        .map(|_| {
            longhand(folder.path(), "1")
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program starts")
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
    }
    let at_once = tree(&folder.path().join("public"));
    std::fs::remove_dir_all(folder.path().join("public")).expect("it can be removed");
    build(folder.path(), "1");
    assert_eq!(at_once, tree(&folder.path().join("public")));
}

#[test]
fn json_is_json_line_by_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    site(folder.path(), 3, 0);
    let run = |lines: usize, code: i32| {
        let output = longhand(folder.path(), "1")
            .arg("--json")
            .output()
            .expect("it starts");
        assert_eq!(output.status.code(), Some(code));
        assert!(
            output.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
        let objects: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is JSON"))
            .collect();
        assert_eq!(objects.len(), lines, "{text}");
        objects
    };
    let fine = run(1, 0);
    assert!(fine[0]["files"]["written"].as_u64() > Some(10), "{fine:?}");
    std::fs::write(folder.path().join("content/bad.md"), "---\ntitle: [\n---\n").expect("a file");
    let bad = run(2, 1);
    assert_eq!(bad[0]["path"], "content/bad.md", "{bad:?}");
    assert_eq!(bad[1]["exit"], 1, "{bad:?}");
}
