//! What the beginning of a picture says. No pixel is decoded.

use super::svg;
use crate::source::{self, Begun};
use imagesize::{Compression, ImageType};
use std::io::Cursor;

/// What a file is by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Png,
    Jpeg,
    Gif,
    Webp,
    Avif,
    Svg,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub format: Format,
    /// CSS pixels as a browser shows it: turned the way up that its camera was held.
    pub width: u32,
    pub height: u32,
    /// Bytes of the file.
    pub length: u64,
    /// How it must be turned and mirrored, 1 to 8: Exif 2.3, table 6. 1 is as it lies.
    pub orientation: u8,
    /// More than one frame: APNG, WebP. A GIF always counts as one.
    pub is_animated: bool,
    /// A picture of lines that runs scripts when it is opened by itself.
    pub has_script: bool,
}

/// Why a file gives no facts.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// It is none of the formats.
    Unknown,
    /// It begins as one of them, and the rest is missing or makes no sense.
    Broken(Format),
    /// It could not be read at all, and why.
    Unreadable(String),
}

impl Format {
    /// By a file's extension, in any case.
    pub fn of_name(name: &str) -> Option<Format> {
        let (_, extension) = name.rsplit_once('.')?;
        let formats = [
            ("png", Format::Png),
            ("apng", Format::Png),
            ("jpg", Format::Jpeg),
            ("jpeg", Format::Jpeg),
            ("jfif", Format::Jpeg),
            ("gif", Format::Gif),
            ("webp", Format::Webp),
            ("avif", Format::Avif),
            ("svg", Format::Svg),
        ];
        let mut formats = formats.into_iter();
        let (_, format) = formats.find(|(name, _)| extension.eq_ignore_ascii_case(name))?;
        Some(format)
    }

    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Png => "PNG",
            Format::Jpeg => "JPEG",
            Format::Gif => "GIF",
            Format::Webp => "WebP",
            Format::Avif => "AVIF",
            Format::Svg => "SVG",
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Unknown => f.write_str("is no PNG, JPEG, GIF, WebP, AVIF or SVG"),
            Fault::Broken(format) => write!(
                f,
                "is damaged: it begins as {} and has no size",
                format.name()
            ),
            Fault::Unreadable(why) => write!(f, "cannot be read: {why}"),
        }
    }
}

/// Bytes in which the header of nearly every picture lies: of a photograph with a
/// preview and colour profile too.
pub const HEAD: usize = 64 << 10;

/// What a picture's header says.
///
/// # Errors
///
/// Where the file is none of the formats, or damaged.
pub fn read(mut file: Begun) -> Result<Facts, Fault> {
    let unreadable = |why: std::io::Error| Fault::Unreadable(source::reason(&why));
    let format = format(&file.head).ok_or(Fault::Unknown)?;
    if format == Format::Svg {
        return svg::read(file.whole().map_err(unreadable)?);
    }
    let mut size = imagesize::blob_size(&file.head);
    // A WebP has its Exif at the end.
    if size.is_err() || (format == Format::Webp && has_exif(&file.head)) {
        size = imagesize::blob_size(file.whole().map_err(unreadable)?);
    }
    let orientation = orientation(format, &file.head);
    let size = size.map_err(|_| Fault::Broken(format))?;
    let side = |side: usize| u32::try_from(side).ok().filter(|side| *side > 0);
    let (Some(width), Some(height)) = (side(size.width), side(size.height)) else {
        return Err(Fault::Broken(format));
    };
    let (width, height) = match orientation {
        5..=8 => (height, width),
        _ => (width, height),
    };
    Ok(Facts {
        format,
        width,
        height,
        length: file.length(),
        orientation,
        is_animated: is_animated(format, &file.head),
        has_script: false,
    })
}

fn format(head: &[u8]) -> Option<Format> {
    match imagesize::image_type(head) {
        Ok(ImageType::Png) => Some(Format::Png),
        Ok(ImageType::Jpeg) => Some(Format::Jpeg),
        Ok(ImageType::Gif) => Some(Format::Gif),
        Ok(ImageType::Webp) => Some(Format::Webp),
        Ok(ImageType::Heif(Compression::Av1)) => Some(Format::Avif),
        _ => svg::begins(head).then_some(Format::Svg),
    }
}

/// Exif's orientation, which browsers heed in these formats. An AVIF turns by a
/// box of its own, which is in its size already.
fn orientation(format: Format, bytes: &[u8]) -> u8 {
    if !matches!(format, Format::Jpeg | Format::Png | Format::Webp) {
        return 1;
    }
    let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes));
    let value = exif.ok().and_then(|exif| {
        let field = exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY)?;
        field.value.get_uint(0)
    });
    value
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| (1..=8).contains(value))
        .unwrap_or(1)
}

/// The flags of an extended WebP, which follow its first chunk's name and length.
fn webp_flags(head: &[u8]) -> u8 {
    match head.get(12..16) {
        Some(b"VP8X") => head.get(20).copied().unwrap_or_default(),
        _ => 0,
    }
}

fn has_exif(head: &[u8]) -> bool {
    webp_flags(head) & 0b1000 != 0
}

fn is_animated(format: Format, head: &[u8]) -> bool {
    match format {
        Format::Gif => true,
        Format::Webp => webp_flags(head) & 0b10 != 0,
        // The chunk stands before the first that has pixels.
        Format::Png => {
            let pixels = memchr::memmem::find(head, b"IDAT").unwrap_or(head.len());
            memchr::memmem::find(&head[..pixels], b"acTL").is_some()
        }
        _ => false,
    }
}
