//! What the real programs make, moved in: where they are installed.

use super::{builds, files, longhand, scratch, tools};
use std::path::Path;
use std::process::Command;

/// The addresses of a site's pages, without those that every program makes otherwise.
fn pages(folder: &Path) -> Vec<String> {
    let all = files(folder).into_iter().map(|(path, _)| path);
    all.filter(|path| path.ends_with(".html") && !path.ends_with("404.html"))
        .collect()
}

#[test]
fn a_new_site_of_jekyll_moves_in_and_keeps_its_addresses() {
    let name = "a new site of Jekyll";
    let Some(jekyll) = tools::or_skip(name, tools::program(&["jekyll"])) else {
        return;
    };
    let folder = scratch("real-jekyll");
    let jekyll = |arguments: &[&str]| {
        let mut command = Command::new(&jekyll);
        command
            .args(arguments)
            .current_dir(&folder)
            .env("LANG", "C.UTF-8");
        tools::run(&mut command).expect("Jekyll runs");
    };
    jekyll(&["new", "old", "--skip-bundle"]);
    let config = folder.join("old/_config.yml");
    let text = std::fs::read_to_string(&config).expect("Jekyll wrote one");
    let text = text.replace("url: \"\"", "url: \"https://blog.example\"");
    std::fs::write(&config, text).expect("it can be written");
    std::fs::write(
        folder.join("old/_posts/2024-03-04-Second_post.md"),
        "---\ntitle: Second\ndate: 2024-03-04 23:30:00 -0800\n---\n[first]({% link about.markdown %})\n",
    )
    .expect("it can be written");
    jekyll(&["build", "-q", "-s", "old", "-d", "before"]);
    let before = files(&folder.join("old"));
    let moved = longhand(&folder, &["import", "jekyll", "old", "new"]);
    assert!(
        moved.status.success(),
        "{}",
        String::from_utf8_lossy(&moved.stderr)
    );
    assert_eq!(
        before,
        files(&folder.join("old")),
        "nothing in the source is changed"
    );
    builds(&folder.join("new"));
    let (old, new) = (
        pages(&folder.join("before")),
        pages(&folder.join("new/public")),
    );
    assert!(old.len() >= 4, "{old:?}");
    let lost: Vec<&String> = old.iter().filter(|page| !new.contains(page)).collect();
    assert!(lost.is_empty(), "{lost:?} are not among {new:?}");
}
