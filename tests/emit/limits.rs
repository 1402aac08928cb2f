//! Real limits of a real system: exit 3 with the old tree, or success.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::kill::this_binary;
use crate::{
    add_foreign, build, folder, leftovers, mode, new_site, old_site, skip, target, texts, tree,
    with_foreign,
};

/// Runs a job of `kill::child` in a shell that has set a limit first.
fn limited(root: &Path, limit: &str, job: &str) -> Option<i32> {
    let program = this_binary(root, job);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{limit} && exec \"$0\" \"$@\"")])
        .arg(program.get_program())
        .args(program.get_args());
    shell.envs(
        program
            .get_envs()
            .filter_map(|(key, value)| Some((key, value?))),
    );
    shell.output().unwrap().status.code()
}

fn message(root: &Path) -> String {
    fs::read_to_string(root.join("content/message")).unwrap()
}

/// The tests' user is root, whom permissions do not bind.
fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

#[test]
fn thirty_two_open_files_are_enough() {
    let folder = folder();
    for job in ["large 0", "large 1", "old", "new"] {
        assert_eq!(
            limited(folder.path(), "ulimit -n 32", job),
            Some(0),
            "{job}"
        );
    }
    assert_eq!(texts(&folder.path().join("public")), new_site());
}

#[test]
fn a_limit_on_the_size_of_files_ends_in_an_error_and_the_old_site() {
    let folder = folder();
    let target = target(folder.path());
    build(&target, &old_site()).unwrap();
    add_foreign(&target.out);
    let before = tree(&target.out);
    // The signal ignored, as any server's shell may have it, it is an error.
    assert_eq!(
        limited(folder.path(), "trap '' XFSZ && ulimit -f 4", "large 0"),
        Some(3)
    );
    let text = message(folder.path());
    let page = text
        .strip_prefix("the file is larger than the system allows while writing `")
        .unwrap();
    assert_eq!(
        page,
        format!("{}`", target.out.join("blog/0/105/index.html").display())
    );
    assert!(tree(&target.out) == before);
    assert_eq!(leftovers(folder.path()), [""; 0]);
    // Not ignored, it ends the process.
    assert_eq!(limited(folder.path(), "ulimit -f 4", "large 0"), None);
    assert!(tree(&target.out) == before);
    build(&target, &new_site()).unwrap();
    assert_eq!(texts(&target.out), with_foreign(&new_site()));
    assert_eq!(leftovers(folder.path()), [""; 0]);
}

#[test]
fn a_narrow_umask_does_not_hide_the_site() {
    for first in ["old", "new"] {
        let folder = folder();
        let root = folder.path();
        let jobs = if first == "old" {
            ["old", "new"]
        } else {
            ["new", "old"]
        };
        for job in jobs {
            assert_eq!(limited(root, "umask 077", job), Some(0));
            let out = root.join("public");
            assert_eq!(mode(&out), 0o755);
            for path in tree(&out).into_keys() {
                let path = out.join(path);
                let expected = if path.is_dir() { 0o755 } else { 0o644 };
                assert!(
                    mode(&path) == expected,
                    "{job}: {} has mode {:o}",
                    path.display(),
                    mode(&path)
                );
            }
        }
    }
}

#[test]
fn a_wide_umask_does_not_open_it() {
    let folder = folder();
    assert_eq!(limited(folder.path(), "umask 000", "old"), Some(0));
    assert_eq!(mode(&folder.path().join("public/index.html")), 0o644);
    assert_eq!(mode(&folder.path().join("public/blog")), 0o755);
}

#[test]
fn an_output_that_may_not_be_written_stays_as_it_is() {
    let folder = folder();
    let root = folder.path();
    let target = target(root);
    build(&target, &old_site()).unwrap();
    let before = tree(&target.out);
    if is_root() {
        return skip(
            "an_output_that_may_not_be_written_stays_as_it_is",
            "permissions do not bind root",
        );
    }
    let set = |path: &Path, mode: u32| {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap()
    };
    let paths: Vec<_> = ["", "blog/post-3"]
        .map(|path| target.out.join(path))
        .to_vec();
    for locked in &paths {
        set(locked, 0o555);
        let error = build(&target, &new_site()).unwrap_err();
        set(locked, 0o755);
        assert_eq!(error.exit_code(), 3);
        assert!(
            error.to_string().starts_with("permission denied while "),
            "{error}"
        );
        assert!(tree(&target.out) == before);
    }
    // The folder around it may not be written, and it need not be.
    set(root, 0o555);
    let result = build(&target, &new_site());
    set(root, 0o755);
    result.unwrap();
    assert_eq!(texts(&target.out), new_site());
}

/// A file system of 4 MiB on `at`; `None` where we may not mount.
struct Mounted<'a>(&'a Path);

impl Mounted<'_> {
    fn new<'a>(at: &'a Path, options: &str) -> Option<Mounted<'a>> {
        fs::create_dir_all(at).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(at)
            .output();
        mount
            .ok()
            .filter(|mount| mount.status.success())
            .map(|_| Mounted(at))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).output();
    }
}

#[test]
fn a_full_disk_ends_in_an_error_and_the_old_site() {
    let folder = folder();
    let root = folder.path().join("small");
    let Some(_mounted) = Mounted::new(&root, "size=4m") else {
        return skip(
            "a_full_disk_ends_in_an_error_and_the_old_site",
            "mounting is not permitted",
        );
    };
    let target = target(&root);
    build(&target, &old_site()).unwrap();
    let before = tree(&target.out);
    for room in [0, 1, 3, 20, 100, 200, 400] {
        // Fill it but for some pages of 4 KiB, then build what needs more.
        let ballast = root.join("content/ballast");
        let mut large = new_site();
        for page in 0..300 {
            large.insert(format!("large/{page}/index.html"), "x".repeat(12_000));
        }
        fs::write(&ballast, vec![1; (960 - room) * 4096 - (4 << 20) / 8]).unwrap();
        let result = build(&target, &large);
        fs::remove_file(&ballast).unwrap();
        if let Err(error) = &result {
            assert_eq!(error.exit_code(), 3);
            assert!(
                error
                    .to_string()
                    .starts_with("no space left on the device while "),
                "{error}"
            );
            assert!(tree(&target.out) == before, "with room for {room} pages");
            assert_eq!(leftovers(&root), [""; 0]);
        }
    }
    build(&target, &new_site()).unwrap();
    assert_eq!(texts(&target.out), new_site());
}

#[test]
fn an_output_that_is_a_mount_point_is_written_from_within() {
    let folder = folder();
    let target = target(folder.path());
    let Some(_mounted) = Mounted::new(&target.out, "size=4m") else {
        return skip(
            "an_output_that_is_a_mount_point_is_written_from_within",
            "mounting is not permitted",
        );
    };
    build(&target, &old_site()).unwrap();
    let emitter = longhand::emit::prepare(&target).unwrap();
    assert!(target.out.join(".longhand-work/lock").exists());
    crate::fill(&emitter, &new_site()).unwrap();
    emitter.commit().unwrap();
    assert_eq!(texts(&target.out), new_site());
    assert!(!target.out.join(".longhand-work").exists());
}

#[test]
fn a_read_only_file_system_is_left_alone() {
    let folder = folder();
    let root = folder.path().join("small");
    let Some(mounted) = Mounted::new(&root, "size=4m") else {
        return skip(
            "a_read_only_file_system_is_left_alone",
            "mounting is not permitted",
        );
    };
    let target = target(&root);
    build(&target, &old_site()).unwrap();
    let before = tree(&target.out);
    let remounted = Command::new("mount")
        .args(["-o", "remount,ro"])
        .arg(mounted.0)
        .status()
        .unwrap();
    assert!(remounted.success());
    let error = build(&target, &new_site()).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    let work = root.join(".public.longhand");
    assert_eq!(
        error.to_string(),
        format!(
            "the file system is read-only while creating the folder `{}`",
            work.display()
        )
    );
    assert!(tree(&target.out) == before);
}
