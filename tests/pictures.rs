//! Smaller copies of pictures, as a build leaves them: which there are, which of them
//! are made again after an edit, and that the pictures themselves stay what they are.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use longhand::build::{self, Options};
use longhand::diag::Severity;
use longhand::source::Sources;
use std::io::Cursor;
use std::path::Path;

/// Looks like a photograph to whoever compresses it.
fn photograph(width: u32, height: u32, seed: u32) -> DynamicImage {
    let pixel = |x: u32, y: u32| {
        let noise = (x.wrapping_mul(0x9E37_79B9) ^ y.wrapping_mul(0x85EB_CA6B) ^ seed)
            .wrapping_mul(0xC2B2_AE35)
            >> 25;
        let ramp = |step: u32| ((x * step / 8 + y + seed * 40 + noise) % 256) as u8;
        Rgb([ramp(1), ramp(2), ramp(3)])
    };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel))
}

fn put(path: &Path, picture: &DynamicImage, format: ImageFormat) {
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, format)
        .expect("it can be encoded");
    write(path, &bytes.into_inner());
}

fn write(path: &Path, bytes: &[u8]) {
    let folder = path.parent().expect("a file has a folder");
    std::fs::create_dir_all(folder).expect("a folder can be made");
    std::fs::write(path, bytes).expect("a file can be written");
    // Older than what is too young to be known by its looks.
    std::thread::sleep(std::time::Duration::from_millis(110));
}

/// How many copies a build encodes.
fn build(site: &Path) -> usize {
    let options = Options {
        source: site.to_owned(),
        cache_dir: Some(site.with_extension("cache")),
        ..Options::default()
    };
    let (mut sources, mut said) = (Sources::new(&options.source), Vec::new());
    let report = build::build(&options, &mut sources, &mut said, &|_, _, _| {});
    let messages: Vec<String> = said
        .iter()
        .filter(|said| said.severity != Severity::Info)
        .map(|said| said.message.clone())
        .collect();
    assert_eq!(messages, [""; 0]);
    let Ok(report) = report else {
        panic!("the site is built");
    };
    let compiled = report.compiled.as_ref();
    compiled.map_or(0, |compiled| compiled.renderer.shared.made.count())
}

fn files(site: &Path) -> Vec<String> {
    let folder = site.join("public/trip");
    let entries = std::fs::read_dir(folder).expect("the page is published");
    let names = entries.map(|entry| entry.expect("it can be listed").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn only_what_is_another_picture_is_made_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    write(
        &site.join("longhand.yaml"),
        b"imaging: {widths: [120, 200, 300, 400]}\n",
    );
    let page = "---\ntitle: Trip\n---\n![](a.jpg) ![](b.png) ![](small.png)\n\n{{< figure src=\"c.jpg\" >}}\n";
    write(&site.join("content/trip/index.md"), page.as_bytes());
    put(
        &site.join("content/trip/a.jpg"),
        &photograph(250, 175, 1),
        ImageFormat::Jpeg,
    );
    put(
        &site.join("content/trip/b.png"),
        &photograph(150, 100, 2),
        ImageFormat::Png,
    );
    put(
        &site.join("content/trip/c.jpg"),
        &photograph(500, 225, 3),
        ImageFormat::Jpeg,
    );
    put(
        &site.join("content/trip/small.png"),
        &photograph(20, 20, 4),
        ImageFormat::Png,
    );
    put(
        &site.join("static/s.jpg"),
        &photograph(250, 175, 5),
        ImageFormat::Jpeg,
    );
    let a = [
        "a.jpg",
        "a.jpg.120.webp",
        "a.jpg.200.webp",
        "a.jpg.250.webp",
    ];
    let b = ["b.png", "b.png.120.webp", "b.png.150.webp"];
    let c = [
        "c.jpg",
        "c.jpg.120.webp",
        "c.jpg.200.webp",
        "c.jpg.300.webp",
        "c.jpg.400.webp",
    ];
    let all = [&a[..], &b, &c, &["index.html", "small.png"]].concat();
    assert_eq!(build(&site), 3 + 2 + 4);
    assert_eq!(files(&site), all);
    assert!(
        !site.join("public/s.jpg.120.webp").exists(),
        "what lies in `static` stays as it is"
    );
    for original in ["a.jpg", "b.png", "c.jpg", "small.png"] {
        let bytes =
            |folder: &str| std::fs::read(site.join(folder).join(original)).expect("it is there");
        assert_eq!(bytes("public/trip"), bytes("content/trip"));
    }
    let html = std::fs::read_to_string(site.join("public/trip/index.html")).expect("it is there");
    let srcset = "srcset=\"/trip/b.png.120.webp 120w, /trip/b.png.150.webp 150w\"";
    assert!(html.contains(srcset), "{html}");
    assert!(
        html.contains("<img src=\"small.png\" alt=\"\" width=\"20\" height=\"20\" loading"),
        "{html}"
    );

    assert_eq!(build(&site), 0, "nothing has changed");
    write(
        &site.join("content/trip/index.md"),
        page.replace("Trip", "Way").as_bytes(),
    );
    assert_eq!(build(&site), 0, "a page has changed");
    put(
        &site.join("content/trip/a.jpg"),
        &photograph(225, 175, 6),
        ImageFormat::Jpeg,
    );
    assert_eq!(build(&site), 3, "one picture has changed");
    let html = std::fs::read_to_string(site.join("public/trip/index.html")).expect("it is there");
    assert!(
        html.contains("/trip/a.jpg.225.webp 225w\"") && html.contains("width=\"225\""),
        "{html}"
    );
    assert!(!files(&site).contains(&"a.jpg.250.webp".to_owned()));
    let bytes = std::fs::read(site.join("content/trip/c.jpg")).expect("it is there");
    write(&site.join("content/trip/c.jpg"), &bytes);
    assert_eq!(build(&site), 0, "one was saved again as it was");
    std::fs::remove_dir_all(site.join("public")).expect("it can be removed");
    assert_eq!(build(&site), 0, "all are in the cache");
    write(
        &site.join("longhand.yaml"),
        b"imaging: {quality: 60, widths: [120, 200, 300, 400]}\n",
    );
    assert_eq!(build(&site), 3 + 2 + 4, "other options");
    write(
        &site.join("longhand.yaml"),
        b"imaging: {quality: 60, widths: [70]}\n",
    );
    assert_eq!(build(&site), 3, "other widths");
    write(&site.join("longhand.yaml"), b"imaging: false\n");
    assert_eq!(build(&site), 0);
    assert_eq!(
        files(&site),
        ["a.jpg", "b.png", "c.jpg", "index.html", "small.png"]
    );
}

#[test]
fn a_copy_saves_bytes_and_looks_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    write(
        &site.join("content/trip/index.md"),
        b"---\ntitle: Trip\n---\n![](a.jpg)\n",
    );
    let picture = photograph(600, 400, 1).blur(2.0);
    put(
        &site.join("content/trip/a.jpg"),
        &picture,
        ImageFormat::Jpeg,
    );
    build(&site);
    let read =
        |name: &str| std::fs::read(site.join("public/trip").join(name)).expect("it is there");
    let copy = read("a.jpg.480.webp");
    assert!(copy.len() * 3 < read("a.jpg").len(), "{} bytes", copy.len());
    let copy = image::load_from_memory(&copy)
        .expect("it is a picture")
        .into_rgb8();
    let expected = picture
        .resize_exact(480, 320, image::imageops::FilterType::Lanczos3)
        .into_rgb8();
    let distance: u64 = copy
        .iter()
        .zip(expected.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    let each = distance as f64 / (480.0 * 320.0 * 3.0);
    assert!(each < 8.0, "colours differ by {each} of 255");
}
