//! Smaller copies of a picture: decoded once, each resized from the whole, turned
//! the way up that its camera was held, encoded. Nothing of what a camera wrote
//! beside the pixels gets into a copy but the profile of its colours.
//!
//! Takes the bytes of a file, gives those of its copies: the same for the same
//! bytes and options, on any machine with the same libraries.

#[cfg(feature = "webp")]
use super::encoder;
use super::header::{Facts, Format};
use fast_image_resize::images::{Image as Pixels, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, RgbImage, RgbaImage};
use std::io::Cursor;
use std::sync::{Condvar, Mutex, PoisonError};

/// Whatever changes what is made of the same bytes and options must change this.
pub const VERSION: u64 = 1;

/// How copies are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// 1 to 100, as libwebp and libjpeg count it.
    pub quality: u8,
    pub filter: Filter,
}

/// What a pixel of a copy is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    Box,
    Linear,
    Hamming,
    CatmullRom,
    Mitchell,
    Gaussian,
    Lanczos,
}

/// The extension of copies: of their own format, whatever the picture's is.
pub fn extension(of: Format) -> &'static str {
    if cfg!(feature = "webp") {
        "webp"
    } else if of == Format::Jpeg {
        "jpg"
    } else {
        "png"
    }
}

/// Whether copies of a picture can be made.
pub fn can_be_copied(facts: &Facts) -> bool {
    !facts.is_animated && matches!(facts.format, Format::Jpeg | Format::Png | Format::Webp)
}

/// Pixels that may be decoded at a time, by all threads together: four bytes each, and as
/// many again while one is turned. A larger picture waits until it is alone.
const AT_A_TIME: u64 = 64 << 20;

/// Bytes that a decoder may take for itself: of the largest picture that is let through.
const LARGEST: u64 = 2 << 30;

static DECODED: Mutex<u64> = Mutex::new(0);
static LET_GO: Condvar = Condvar::new();

/// A share of the pixels that may be decoded at a time.
struct Share(u64);

impl Share {
    fn of(pixels: u64) -> Share {
        let pixels = pixels.min(AT_A_TIME);
        let mut taken = DECODED.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken + pixels > AT_A_TIME {
            taken = LET_GO.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
        *taken += pixels;
        Share(pixels)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        *DECODED.lock().unwrap_or_else(PoisonError::into_inner) -= self.0;
        LET_GO.notify_all();
    }
}

/// Copies of the widths given, in pixels as the picture is shown; none is made larger.
///
/// # Errors
///
/// Where the file cannot be decoded: what the decoder says.
pub fn make(
    bytes: &[u8],
    facts: &Facts,
    widths: &[u32],
    options: &Options,
) -> Result<Vec<Vec<u8>>, String> {
    let share = Share::of(u64::from(facts.width) * u64::from(facts.height));
    let (picture, profile) = decode(bytes, facts.format).map_err(|error| error.to_string())?;
    let turn = Orientation::from_exif(facts.orientation).unwrap_or(Orientation::NoTransforms);
    let is_sideways = facts.orientation >= 5;
    let mut resizer = Resizer::new();
    let copies = widths.iter().map(|width| {
        let width = (*width).min(facts.width).max(1);
        let height = u64::from(facts.height) * u64::from(width) + u64::from(facts.width) / 2;
        // At most the picture's own.
        let height = (height / u64::from(facts.width)).max(1) as u32;
        let (across, down) = if is_sideways {
            (height, width)
        } else {
            (width, height)
        };
        let mut copy = resize(&picture, across, down, options.filter, &mut resizer)?;
        copy.apply_orientation(turn);
        encode(&copy, facts.format, profile.as_deref(), options)
    });
    let copies = copies.collect();
    drop(share);
    copies
}

/// As colours of 8 bits, with transparency where there is any; and the profile of the colours.
fn decode(bytes: &[u8], format: Format) -> image::ImageResult<(DynamicImage, Option<Vec<u8>>)> {
    let format = match format {
        Format::Png => image::ImageFormat::Png,
        Format::Webp => image::ImageFormat::WebP,
        _ => image::ImageFormat::Jpeg,
    };
    let mut reader = image::ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(LARGEST);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let profile = decoder.icc_profile()?.filter(|profile| is_of_rgb(profile));
    let picture = DynamicImage::from_decoder(decoder)?;
    let picture = if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    };
    Ok((picture, profile))
}

/// Whether a profile is for the colours that were decoded: not for ink, nor for shades of grey.
/// ICC.1:2022, 7.2.6.
fn is_of_rgb(profile: &[u8]) -> bool {
    profile.get(16..20) == Some(b"RGB ")
}

fn resize(
    picture: &DynamicImage,
    width: u32,
    height: u32,
    filter: Filter,
    resizer: &mut Resizer,
) -> Result<DynamicImage, String> {
    if (width, height) == (picture.width(), picture.height()) {
        return Ok(picture.clone());
    }
    let filter = match filter {
        Filter::Box => FilterType::Box,
        Filter::Linear => FilterType::Bilinear,
        Filter::Hamming => FilterType::Hamming,
        Filter::CatmullRom => FilterType::CatmullRom,
        Filter::Mitchell => FilterType::Mitchell,
        Filter::Gaussian => FilterType::Gaussian,
        Filter::Lanczos => FilterType::Lanczos3,
    };
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    let bytes = picture.as_bytes();
    let size = (picture.width(), picture.height());
    let copy = match picture {
        DynamicImage::ImageRgba8(_) => {
            let pixels = resize_pixels::<U8x4>(bytes, size, (width, height), &options, resizer)?;
            RgbaImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgba8)
        }
        _ => {
            let pixels = resize_pixels::<U8x3>(bytes, size, (width, height), &options, resizer)?;
            RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8)
        }
    };
    copy.ok_or_else(|| "its pixels do not fill it".to_owned())
}

/// Of one type of pixel: `Resizer::resize` would be compiled for all thirteen, which took
/// a third of the time that the library takes to compile.
fn resize_pixels<P: PixelTrait>(
    bytes: &[u8],
    (width, height): (u32, u32),
    (new_width, new_height): (u32, u32),
    options: &ResizeOptions,
    resizer: &mut Resizer,
) -> Result<Vec<u8>, String> {
    let source =
        TypedImageRef::<P>::from_buffer(width, height, bytes).map_err(|error| error.to_string())?;
    let mut copy = Pixels::new(new_width, new_height, P::pixel_type());
    let mut pixels = copy
        .typed_image_mut()
        .ok_or("its pixels are of another type")?;
    resizer
        .resize_typed::<P>(&source, &mut pixels, options)
        .map_err(|error| error.to_string())?;
    Ok(copy.into_vec())
}

#[cfg(feature = "webp")]
fn encode(
    copy: &DynamicImage,
    of: Format,
    profile: Option<&[u8]>,
    options: &Options,
) -> Result<Vec<u8>, String> {
    let is_drawn = of != Format::Jpeg && is_drawn(copy);
    encoder::encode(copy, is_drawn, options.quality, profile)
}

#[cfg(not(feature = "webp"))]
fn encode(
    copy: &DynamicImage,
    of: Format,
    profile: Option<&[u8]>,
    options: &Options,
) -> Result<Vec<u8>, String> {
    use image::ImageEncoder;
    use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
    let mut out = Vec::new();
    let profile = profile.map(<[u8]>::to_vec);
    let done = if of == Format::Jpeg {
        let mut encoder = JpegEncoder::new_with_quality(&mut out, options.quality);
        if let Some(profile) = profile {
            // One too large for the format is left out.
            let _ = encoder.set_icc_profile(profile);
        }
        copy.write_with_encoder(encoder)
    } else {
        let mut encoder = PngEncoder::new(&mut out);
        if let Some(profile) = profile {
            let _ = encoder.set_icc_profile(profile);
        }
        copy.write_with_encoder(encoder)
    };
    done.map_err(|error| error.to_string())?;
    Ok(out)
}

/// Whether a picture was drawn, or taken of a screen, rather than by a camera: there
/// every other pixel or more is the same as the one before it. Such a one is
/// smaller, and sharp, when nothing of it is lost.
#[cfg(any(feature = "webp", test))]
fn is_drawn(picture: &DynamicImage) -> bool {
    let size = usize::from(picture.color().bytes_per_pixel());
    let bytes = picture.as_bytes();
    let pairs = bytes
        .chunks_exact(size)
        .zip(bytes.chunks_exact(size).skip(1));
    let same = pairs.filter(|(a, b)| a == b).count();
    same * size * 2 > bytes.len()
}

#[cfg(test)]
mod tests;
