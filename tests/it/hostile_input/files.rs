//! Videos and documents.

use proptest::prelude::*;
use tests::videos::Video;
use zhitong::files::content;
use zhitong::videos::scan::{ScanError, clean};

use super::photos::{heif_file, photos};
use super::{check, hostile};

#[test]
fn videos_are_wiped_within_their_length() {
    let video = |description_first| Video {
        padding: 64,
        description_first,
        ..Video::default()
    };
    check(
        hostile(vec![video(true).bytes(), video(false).bytes()]),
        |bytes| {
            let mut file = std::io::Cursor::new(bytes.clone());
            match clean(&mut file) {
                Ok(_) => prop_assert_eq!(file.into_inner().len(), bytes.len()),
                Err(ScanError::Refused(_)) => {}
                Err(ScanError::Io(error)) => return Err(TestCaseError::fail(error.to_string())),
            }
            Ok(())
        },
    );
}

#[test]
fn documents_are_told_by_their_content() {
    let mut files = photos();
    files.extend([heif_file(), b"%PDF-1.7\n%%EOF".to_vec(), archive()]);
    check(hostile(files), |bytes| {
        let _ = content::file_type(&bytes);
        Ok(())
    });
}

/// An empty office document.
fn archive() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet();
    book.save_to_buffer().unwrap()
}
