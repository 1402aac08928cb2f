//! The archive that a book is: ZIP as OCF wants it, the same bytes for the same files.
//!
//! Written here, since it is one screen on what the program has: the packages for it
//! bring encryption and a clock, and no book needs either.

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use std::io::Write;

/// The first day that the format can say, at midnight: books have no time of their own.
const DATE: u16 = (1 << 5) | 1;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// What is needed to read a deflated file.
const VERSION: u16 = 20;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

#[derive(Default)]
pub struct Archive {
    out: Vec<u8>,
    directory: Vec<u8>,
    files: u16,
    too_large: bool,
}

impl Archive {
    /// Adds a file as it is: one that says what the archive is, or is compressed already.
    pub fn store(&mut self, name: &str, bytes: &[u8]) {
        self.put(name, bytes, bytes, STORED);
    }

    pub fn deflate(&mut self, name: &str, bytes: &[u8]) {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
        match packed {
            Ok(packed) => self.put(name, bytes, &packed, DEFLATED),
            // A vector takes what it is given.
            Err(_) => self.store(name, bytes),
        }
    }

    fn put(&mut self, name: &str, bytes: &[u8], packed: &[u8], method: u16) {
        let sizes = (
            u32::try_from(self.out.len()),
            u32::try_from(packed.len()),
            u32::try_from(bytes.len()),
            u16::try_from(name.len()),
            self.files.checked_add(1),
        );
        let (Ok(at), Ok(packed_size), Ok(size), Ok(name_size), Some(files)) = sizes else {
            self.too_large = true;
            return;
        };
        self.files = files;
        let mut crc = Crc::new();
        crc.update(bytes);
        // What the file's own header and the directory both say.
        let mut common = Vec::with_capacity(26);
        for number in [VERSION, FLAGS, method, 0, DATE] {
            common.extend(number.to_le_bytes());
        }
        for number in [crc.sum(), packed_size, size] {
            common.extend(number.to_le_bytes());
        }
        for number in [name_size, 0] {
            common.extend(number.to_le_bytes());
        }
        self.out.extend(b"PK\x03\x04");
        self.out.extend(&common);
        self.out.extend(name.as_bytes());
        self.out.extend(packed);
        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(&common);
        // No comment, the first disk, no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(at.to_le_bytes());
        self.directory.extend(name.as_bytes());
    }

    /// The whole. `None`: more than the format holds.
    pub fn finish(mut self) -> Option<Vec<u8>> {
        let at = u32::try_from(self.out.len()).ok()?;
        let size = u32::try_from(self.directory.len()).ok()?;
        if self.too_large {
            return None;
        }
        self.out.append(&mut self.directory);
        self.out.extend(b"PK\x05\x06\0\0\0\0");
        self.out.extend(self.files.to_le_bytes());
        self.out.extend(self.files.to_le_bytes());
        self.out.extend(size.to_le_bytes());
        self.out.extend(at.to_le_bytes());
        self.out.extend([0; 2]);
        Some(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::Archive;

    #[test]
    fn the_first_file_tells_what_it_is_and_no_byte_depends_on_the_time() {
        let make = || {
            let mut archive = Archive::default();
            archive.store("mimetype", b"application/epub+zip");
            archive.deflate("a.txt", "snow ".repeat(100).as_bytes());
            archive.finish().expect("it is small")
        };
        let bytes = make();
        assert_eq!(bytes, make());
        assert_eq!(&bytes[30..58], b"mimetypeapplication/epub+zip");
        assert!(bytes.len() < 300, "{}", bytes.len());
    }
}
