//! The archive that a book is: ZIP as OCF wants it, the same bytes for the same files.

use std::io::{Cursor, Write};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

pub struct Archive(ZipResult<ZipWriter<Cursor<Vec<u8>>>>);

impl Default for Archive {
    fn default() -> Archive {
        Archive(Ok(ZipWriter::new(Cursor::default())))
    }
}

impl Archive {
    /// Adds a file as it is: one that says what the archive is, or is compressed already.
    pub fn store(&mut self, name: &str, bytes: &[u8]) {
        self.put(name, bytes, CompressionMethod::Stored);
    }

    pub fn deflate(&mut self, name: &str, bytes: &[u8]) {
        self.put(name, bytes, CompressionMethod::Deflated);
    }

    fn put(&mut self, name: &str, bytes: &[u8], method: CompressionMethod) {
        let Ok(writer) = &mut self.0 else { return };
        // The first day that the format can say: books have no time of their own.
        let options = SimpleFileOptions::default()
            .last_modified_time(DateTime::default())
            .compression_method(method);
        let options = match method {
            CompressionMethod::Deflated => options.compression_level(Some(9)),
            _ => options,
        };
        let written = writer.start_file(name, options);
        if let Err(error) = written.and_then(|()| Ok(writer.write_all(bytes)?)) {
            self.0 = Err(error);
        }
    }

    /// The whole. `None`: more than the format holds.
    pub fn finish(self) -> Option<Vec<u8>> {
        let whole = self.0.and_then(ZipWriter::finish).ok()?;
        Some(whole.into_inner())
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
