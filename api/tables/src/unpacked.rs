//! The sizes of a long workbook after decompression, measured before it is read.

use std::io::{self, Read as _, Write};

use zip::ZipArchive;

use crate::stream::Source;
use crate::workbook::{MAX_PARTS, damaged};
use crate::{Fault, Limits};

/// Bytes of all sheets after decompression. They are read in passing, so this bounds time.
const MAX_SHEET_BYTES: u64 = 1 << 30;
/// Bytes of the rest after decompression: the shared strings are held in memory as a whole.
const MAX_OTHER_BYTES: u64 = 128 << 20;
/// Bytes between two tags of a sheet, which are held in memory.
const MAX_RUN_BYTES: usize = 1 << 20;

/// Checks the sizes of a workbook. Unpacks every part into nothing, because sizes in a ZIP directory are only claims.
/// # Errors
/// `too_large`, `cell_too_long`, or `damaged_workbook`.
pub fn measure(source: &mut dyn Source) -> Result<(), Vec<Fault>> {
    let mut archive = ZipArchive::new(source).map_err(|_| damaged())?;
    if archive.len() > MAX_PARTS {
        return Err(too_large(MAX_OTHER_BYTES));
    }
    let (mut sheets, mut others) = (MAX_SHEET_BYTES, MAX_OTHER_BYTES);
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| damaged())?;
        let name = part.name().map_err(|_| damaged())?.to_ascii_lowercase();
        let is_sheet = name.contains("worksheets/") && !name.ends_with("sharedstrings.xml");
        let (room, most) = match is_sheet {
            true => (&mut sheets, MAX_SHEET_BYTES),
            false => (&mut others, MAX_OTHER_BYTES),
        };
        let mut runs = Runs::default();
        let read = io::copy(&mut part.take(*room + 1), &mut runs).map_err(|_| damaged())?;
        *room = room.checked_sub(read).ok_or_else(|| too_large(most))?;
        if is_sheet && runs.longest > MAX_RUN_BYTES {
            let detail = format!("有单元格超过 {} 个字。", Limits::LONG_WORKBOOK.cell_chars);
            return Err(vec![Fault::whole("cell_too_long", detail)]);
        }
    }
    Ok(())
}

fn too_large(most: u64) -> Vec<Fault> {
    let megabytes = most >> 20;
    let what = if most == MAX_SHEET_BYTES {
        "工作表"
    } else {
        "文字内容（不重复的文字、图片等）"
    };
    let detail = format!(
        "文件太大：解开后{what}超过 {megabytes} MB。请用 Excel 或 WPS 另存为 CSV（UTF-8）后导入，或者按年份拆成几个文件。"
    );
    vec![Fault::whole("too_large", detail)]
}

/// Finds the longest run of bytes between two tags.
#[derive(Default)]
struct Runs {
    current: usize,
    longest: usize,
}

impl Write for Runs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for (at, run) in bytes.split(|byte| *byte == b'<').enumerate() {
            // The first run goes on from the bytes before.
            let before = if at == 0 { self.current } else { 0 };
            self.current = before + run.len();
            self.longest = self.longest.max(self.current);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn shared_strings_that_do_not_fit_into_memory_are_refused_with_the_way_out() {
        let mut bytes = Cursor::new(Vec::new());
        let mut archive = zip::ZipWriter::new(&mut bytes);
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file("xl/sharedStrings.xml", options).unwrap();
        let blank = vec![b' '; 1 << 20];
        for _ in 0..=MAX_OTHER_BYTES >> 20 {
            archive.write_all(&blank).unwrap();
        }
        archive.finish().unwrap();
        let faults = measure(&mut bytes).unwrap_err();
        assert_eq!(faults[0].code, "too_large");
        assert!(faults[0].detail.contains("128 MB") && faults[0].detail.contains("另存为 CSV"));
    }

    #[test]
    fn a_text_without_an_end_is_refused_before_it_is_held() {
        let mut runs = Runs::default();
        for part in [&b"<c><t>abc"[..], b"defg", b"</t></c>"] {
            runs.write_all(part).unwrap();
        }
        assert_eq!(runs.longest, "t>abcdefg".len());
    }
}
