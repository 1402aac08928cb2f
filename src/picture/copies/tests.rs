use super::*;
use image::{ImageEncoder, Rgb, Rgba};

const OPTIONS: Options = Options {
    quality: 90,
    filter: Filter::Lanczos,
};

/// Red above, blue below on its left; its right side white. Forty by twenty.
fn quarters() -> DynamicImage {
    let pixel = |x: u32, y: u32| match (x < 20, y < 10) {
        (true, true) => Rgb([255, 0, 0]),
        (true, false) => Rgb([0, 0, 255]),
        (false, _) => Rgb([255, 255, 255]),
    };
    DynamicImage::ImageRgb8(RgbImage::from_fn(40, 20, pixel))
}

fn bytes(picture: &DynamicImage, format: Format, profile: Option<&[u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    let (pixels, color) = (picture.as_bytes(), picture.color().into());
    let (width, height) = (picture.width(), picture.height());
    if format == Format::Jpeg {
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 95);
        if let Some(profile) = profile {
            encoder
                .set_icc_profile(profile.to_vec())
                .expect("there is room for it");
        }
        encoder
            .write_image(pixels, width, height, color)
            .expect("it can be encoded");
    } else {
        let encoder = image::codecs::png::PngEncoder::new(&mut out);
        encoder
            .write_image(pixels, width, height, color)
            .expect("it can be encoded");
    }
    out
}

fn facts(picture: &DynamicImage, format: Format, orientation: u8) -> Facts {
    let (width, height) = match orientation {
        5..=8 => (picture.height(), picture.width()),
        _ => (picture.width(), picture.height()),
    };
    Facts {
        format,
        width,
        height,
        length: 0,
        orientation,
        is_animated: false,
        has_script: false,
    }
}

fn read(bytes: &[u8]) -> RgbaImage {
    image::load_from_memory(bytes)
        .expect("a copy is a picture")
        .into_rgba8()
}

/// Which colour a place of a copy is next to, as a letter.
fn at(copy: &RgbaImage, x: f32, y: f32) -> char {
    let (x, y) = (x * copy.width() as f32, y * copy.height() as f32);
    match copy.get_pixel(x as u32, y as u32).0 {
        [200..=255, 0..=60, 0..=60, _] => 'r',
        [0..=60, 0..=60, 200..=255, _] => 'b',
        [200..=255, 200..=255, 200..=255, _] => 'w',
        _ => '?',
    }
}

#[test]
fn a_copy_is_as_wide_as_asked_and_never_wider_than_the_picture() {
    let picture = quarters();
    let file = bytes(&picture, Format::Jpeg, None);
    let facts = facts(&picture, Format::Jpeg, 1);
    let made = make(&file, &facts, &[10, 15, 40, 80], &OPTIONS).expect("it can be decoded");
    let sizes: Vec<(u32, u32)> = made.iter().map(|copy| read(copy).dimensions()).collect();
    assert_eq!(sizes, [(10, 5), (15, 8), (40, 20), (40, 20)]);
    // Each alone is what it is among the others.
    for (width, copy) in [10, 15, 40].iter().zip(&made) {
        assert_eq!(
            &make(&file, &facts, &[*width], &OPTIONS).expect("it can be decoded")[0],
            copy
        );
    }
}

#[test]
fn a_copy_is_the_way_up_that_the_camera_was_held() {
    let picture = quarters();
    let file = bytes(&picture, Format::Jpeg, None);
    // Above left, above right, below left, below right: Exif 2.3, table 6.
    let corners = [
        (1, "rwbw"),
        (2, "wrwb"),
        (3, "wbwr"),
        (4, "bwrw"),
        (5, "rbww"),
        (6, "brww"),
        (7, "wwbr"),
        (8, "wwrb"),
    ];
    for (orientation, expected) in corners {
        let facts = facts(&picture, Format::Jpeg, orientation);
        let made = make(&file, &facts, &[16], &OPTIONS).expect("it can be decoded");
        let copy = read(&made[0]);
        assert_eq!(copy.width(), 16, "{orientation}");
        let seen: String = [(0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)]
            .into_iter()
            .map(|(x, y)| at(&copy, x, y))
            .collect();
        assert_eq!(seen, expected, "{orientation}");
    }
}

#[test]
fn what_is_transparent_stays_so_and_lends_no_colour() {
    // Green that nobody sees, beside red.
    let pixel = |x: u32, _| {
        if x < 32 {
            Rgba([0, 255, 0, 0])
        } else {
            Rgba([255, 0, 0, 255])
        }
    };
    let picture = DynamicImage::ImageRgba8(RgbaImage::from_fn(64, 64, pixel));
    let file = bytes(&picture, Format::Png, None);
    let facts = facts(&picture, Format::Png, 1);
    let made = make(&file, &facts, &[21], &OPTIONS).expect("it can be decoded");
    let copy = read(&made[0]);
    assert_eq!(copy.get_pixel(1, 10).0[3], 0);
    assert_eq!(copy.get_pixel(19, 10).0, [255, 0, 0, 255]);
    let edge = copy.get_pixel(10, 10).0;
    assert!(edge[1] < 30 || edge[3] == 0, "{edge:?}");
}

#[test]
fn the_profile_of_colours_is_kept_and_nothing_else_is() {
    let picture = quarters();
    let mut profile = vec![7; 131];
    profile[16..20].copy_from_slice(b"RGB ");
    let mut file = bytes(&picture, Format::Jpeg, Some(&profile));
    let exif = b"\xff\xe1\x00\x14Exif\0\0GPSLatitude!";
    file.splice(2..2, exif.iter().copied());
    let facts = facts(&picture, Format::Jpeg, 1);
    let made = make(&file, &facts, &[20], &OPTIONS).expect("it can be decoded");
    let holds = |what: &[u8]| memchr::memmem::find(&made[0], what).is_some();
    assert!(holds(&profile), "the profile is there");
    assert!(!holds(b"GPS") && !holds(b"Exif"));
    let mut decoder = image::ImageReader::new(Cursor::new(&made[0]))
        .with_guessed_format()
        .expect("it is in memory")
        .into_decoder()
        .expect("a copy is a picture");
    assert_eq!(
        decoder.icc_profile().expect("it is whole"),
        Some(profile.clone())
    );
    assert_eq!(at(&read(&made[0]), 0.2, 0.2), 'r');
    // One for ink says nothing of what was decoded.
    profile[16..20].copy_from_slice(b"CMYK");
    assert!(!is_of_rgb(&profile));
}

#[test]
fn a_file_that_is_cut_short_is_an_error() {
    let picture = quarters();
    let file = bytes(&picture, Format::Png, None);
    let facts = facts(&picture, Format::Png, 1);
    assert!(make(&file[..file.len() / 2], &facts, &[10], &OPTIONS).is_err());
}

#[test]
fn drawings_are_told_from_photographs() {
    assert!(is_drawn(&quarters()));
    let noise = |x: u32, y: u32| Rgb([(x * 37 + y * 91) as u8, (x * 5) as u8, (y * 7) as u8]);
    assert!(!is_drawn(&DynamicImage::ImageRgb8(RgbImage::from_fn(
        64, 64, noise
    ))));
}
