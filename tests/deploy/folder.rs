//! A folder as the place.

use crate::{Place, Site, below, check_days, check_faults, check_strangers, deploy, old_site};
use longhand::deploy::folder::Folder;
use longhand::deploy::record;
use longhand::deploy::target::{Kind, Target};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Disk {
        Disk(tempfile::tempdir().unwrap())
    }

    fn root(&self) -> std::path::PathBuf {
        self.0.path().join("live")
    }
}

impl Place for Disk {
    fn open(&self) -> Box<dyn Target> {
        Box::new(Folder::new(self.root(), "../live"))
    }

    fn holds(&self) -> Site {
        crate::held(&self.root())
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        crate::put_below(&self.root(), path, bytes);
    }
}

#[test]
fn day_after_day() {
    let disk = Disk::new();
    check_days(&disk);
    assert!(
        !disk.root().join("tags/c#").exists(),
        "an empty folder is left"
    );
}

#[test]
fn strangers() {
    check_strangers(&Disk::new());
}

#[test]
fn faults() {
    check_faults(Disk::new, 1);
}

#[test]
fn files_are_for_everybody_and_the_record_names_no_page() {
    let disk = Disk::new();
    deploy(&disk, &old_site()).unwrap();
    let mode = |path: &str| {
        fs::metadata(disk.root().join(path))
            .unwrap()
            .permissions()
            .mode()
    };
    assert_eq!(mode("blog/post-1/index.html") & 0o777, 0o644);
    assert_eq!(mode("blog/post-1") & 0o777, 0o755);
    let record = fs::read_to_string(disk.root().join(record::NAME)).unwrap();
    assert!(!record.contains("post-1"), "{record}");
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let disk = Disk::new();
    deploy(&disk, &old_site()).unwrap();
    disk.put("blog/.0123.longhand-part", b"half a fi");
    let plan = deploy(&disk, &old_site()).unwrap();
    assert!(plan.is_empty(), "{plan:?}");
    assert!(!disk.root().join("blog/.0123.longhand-part").exists());
}

#[test]
fn no_link_is_followed() {
    let disk = Disk::new();
    let outside = disk.0.path().join("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::create_dir_all(disk.root()).unwrap();
    deploy(
        &disk,
        &Site::from([("index.html".to_owned(), b"home".to_vec())]),
    )
    .unwrap();
    symlink(&outside, disk.root().join("blog")).unwrap();
    let error = deploy(&disk, &old_site()).unwrap_err();
    assert_eq!(error.kind, Kind::Io);
    assert!(error.message.contains("blog` is no folder"), "{error}");
    assert!(below(&outside).is_empty(), "a file went through the link");
}

#[test]
fn a_damaged_record_deletes_nothing() {
    let disk = Disk::new();
    deploy(&disk, &old_site()).unwrap();
    let path = disk.root().join(record::NAME);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    let before = disk.holds();
    let error = deploy(&disk, &crate::new_site()).unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    assert_eq!(
        error.message,
        "the record of what was deployed to `../live` is damaged"
    );
    assert!(disk.holds() == before);
}

#[test]
fn a_full_or_forbidden_disk_is_named() {
    let disk = Disk::new();
    deploy(&disk, &old_site()).unwrap();
    let blog = disk.root().join("blog/post-1");
    fs::set_permissions(&blog, fs::Permissions::from_mode(0o555)).unwrap();
    let mut site = old_site();
    site.insert("blog/post-1/index.html".to_owned(), b"edited".to_vec());
    let result = deploy(&disk, &site);
    fs::set_permissions(&blog, fs::Permissions::from_mode(0o755)).unwrap();
    // Nothing is forbidden to root.
    if let Err(error) = result {
        assert!(
            error.message.starts_with("permission denied while writing"),
            "{error}"
        );
        assert!(error.message.contains("0 of 1 files were sent"), "{error}");
        deploy(&disk, &site).unwrap();
    }
    assert!(disk.holds() == site);
}
