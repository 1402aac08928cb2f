//! WebP by libwebp, with the profile of its colours, for which libwebp's encoder has
//! no place: its container is made here.

use image::DynamicImage;
use webp::{Encoder, PixelLayout, WebPConfig};

/// libwebp's own middle between the smallest file and the shortest time.
const METHOD: i32 = 4;

/// Encodes a picture of 8 bits, without loss or with the `quality` given.
///
/// # Errors
///
/// Where a side is longer than the 16,383 pixels that the format has room for, or memory ends.
pub fn encode(
    picture: &DynamicImage,
    lossless: bool,
    quality: u8,
    profile: Option<&[u8]>,
) -> Result<Vec<u8>, String> {
    let has_alpha = picture.color().has_alpha();
    let layout = match has_alpha {
        true => PixelLayout::Rgba,
        false => PixelLayout::Rgb,
    };
    let (width, height) = (picture.width(), picture.height());
    let encoder = Encoder::new(picture.as_bytes(), layout, width, height);
    let mut config = WebPConfig::new().map_err(|()| "libwebp is of another version".to_owned())?;
    config.method = METHOD;
    config.lossless = i32::from(lossless);
    // Without loss it is how much time is taken.
    config.quality = if lossless { 75.0 } else { f32::from(quality) };
    let encoded = encoder
        .encode_advanced(&config)
        .map_err(|error| format!("libwebp says {error:?}"))?;
    Ok(match profile {
        Some(profile) => with_profile(&encoded, profile, has_alpha, width, height),
        None => encoded.to_vec(),
    })
}

/// The extended container: RFC 9649, section 2.7.
fn with_profile(simple: &[u8], profile: &[u8], alpha: bool, width: u32, height: u32) -> Vec<u8> {
    const ALPHA: u8 = 0b1_0000;
    const PROFILE: u8 = 0b10_0000;
    let mut chunks = match simple.get(12..) {
        // libwebp has extended it itself, for the transparency beside a lossy picture.
        Some([b'V', b'P', b'8', b'X', ..]) => simple[12 + 8 + 10..].to_vec(),
        Some(chunks) => chunks.to_vec(),
        None => return simple.to_vec(),
    };
    let mut flags = [0; 10];
    flags[0] = PROFILE | if alpha { ALPHA } else { 0 };
    flags[4..7].copy_from_slice(&(width - 1).to_le_bytes()[..3]);
    flags[7..10].copy_from_slice(&(height - 1).to_le_bytes()[..3]);
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    chunk(&mut out, b"VP8X", &flags);
    chunk(&mut out, b"ICCP", profile);
    out.append(&mut chunks);
    let length = u32::try_from(out.len() - 8).unwrap_or(u32::MAX);
    out[4..8].copy_from_slice(&length.to_le_bytes());
    out
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], bytes: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(bytes);
    // Chunks begin at even places.
    if bytes.len() % 2 == 1 {
        out.push(0);
    }
}
