//! The sizes of a workbook after decompression, measured before it is read.

use std::io::{self, Cursor, Read, Seek, Write};

use zip::ZipArchive;

use crate::{Fault, Limits};

/// Maximum number of files in the ZIP archive.
const MAX_PARTS: usize = 2_000;

/// Maximum sizes of a workbook that is read row by row.
#[derive(Clone, Copy, Debug)]
pub struct LongLimits {
    /// Bytes of all sheets after decompression. They are read in passing, so this bounds time.
    pub sheet_bytes: u64,
    /// Bytes of the rest after decompression: the shared strings are held in memory as a whole.
    pub other_bytes: u64,
    /// Bytes between two tags of a sheet, which are held in memory.
    pub run_bytes: usize,
}

impl LongLimits {
    /// The limits of the product.
    pub const PRODUCT: Self = Self {
        sheet_bytes: 1 << 30,
        other_bytes: 128 << 20,
        run_bytes: 1 << 20,
    };
}

/// A workbook that cannot be read.
pub fn damaged() -> Vec<Fault> {
    let detail = "XLSX 文件无法读取，可能已损坏或设有密码；请用 Excel 或 WPS 打开后另存再导入。";
    vec![Fault::whole("damaged_workbook", detail)]
}

/// Checks the size of a workbook that is read as a whole: `most` bytes in all parts together.
/// # Errors
/// `too_large` or `damaged_workbook`.
pub fn check_whole(bytes: &[u8], most: u64) -> Result<(), Vec<Fault>> {
    let too_large = || {
        let megabytes = most >> 20;
        let detail = format!("文件解开后超过 {megabytes} MB，请拆成几个文件，并删除图片和多余的工作表。");
        Fault::whole("too_large", detail)
    };
    let mut room = most;
    each_part(Cursor::new(bytes), |_, part| {
        unpack(part, &mut io::sink(), &mut room, too_large)
    })
}

/// Checks the sizes of a workbook that is read row by row.
/// # Errors
/// `too_large`, `cell_too_long`, or `damaged_workbook`.
pub fn check_long(source: impl Read + Seek, limits: LongLimits) -> Result<(), Vec<Fault>> {
    let LongLimits {
        sheet_bytes,
        other_bytes,
        run_bytes,
    } = limits;
    let (mut sheets, mut others) = (sheet_bytes, other_bytes);
    each_part(source, |is_sheet, part| {
        if !is_sheet {
            let too_large = || too_large("文字内容（不重复的文字、图片等）", other_bytes);
            return unpack(part, &mut io::sink(), &mut others, too_large);
        }
        let mut runs = Runs::default();
        unpack(part, &mut runs, &mut sheets, || too_large("工作表", sheet_bytes))?;
        if runs.longest > run_bytes {
            let detail = format!("有单元格超过 {} 个字。", Limits::LONG_WORKBOOK.cell_chars);
            return Err(vec![Fault::whole("cell_too_long", detail)]);
        }
        Ok(())
    })
}

fn too_large(what: &str, most: u64) -> Fault {
    let megabytes = most >> 20;
    let detail = format!(
        "文件太大：解开后{what}超过 {megabytes} MB。请用 Excel 或 WPS 另存为 CSV（UTF-8）后导入，或者按年份拆成几个文件。"
    );
    Fault::whole("too_large", detail)
}

/// Hands every part of the archive to `check`, which also learns whether it is a sheet.
fn each_part(
    source: impl Read + Seek,
    mut check: impl FnMut(bool, &mut dyn Read) -> Result<(), Vec<Fault>>,
) -> Result<(), Vec<Fault>> {
    let mut archive = ZipArchive::new(source).map_err(|_| damaged())?;
    if archive.len() > MAX_PARTS {
        let detail =
            format!("文件里的工作表、图片等超过 {MAX_PARTS} 个，请删除图片和多余的工作表后另存再导入。");
        return Err(vec![Fault::whole("too_large", detail)]);
    }
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|_| damaged())?;
        let is_sheet = part.name().is_ok_and(|name| is_sheet(&name));
        check(is_sheet, &mut part)?;
    }
    Ok(())
}

fn is_sheet(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("worksheets/") && !name.ends_with("sharedstrings.xml")
}

/// Unpacks a part into `sink` and takes its size from `room`: sizes in a ZIP directory are only claims.
fn unpack(
    part: &mut dyn Read,
    sink: &mut impl Write,
    room: &mut u64,
    too_large: impl FnOnce() -> Fault,
) -> Result<(), Vec<Fault>> {
    let read = io::copy(&mut part.take(*room + 1), sink).map_err(|_| damaged())?;
    *room = room.checked_sub(read).ok_or_else(|| vec![too_large()])?;
    Ok(())
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
    use super::*;

    const SMALL: LongLimits = LongLimits {
        sheet_bytes: 2 << 10,
        other_bytes: 1 << 20,
        run_bytes: 1 << 10,
    };

    /// An archive with these parts.
    fn archive<'a>(parts: impl IntoIterator<Item = (String, &'a [u8])>) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            let options = zip::write::SimpleFileOptions::default();
            archive.start_file(name, options).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn long_fault(name: &str, content: &[u8]) -> Fault {
        let bytes = archive([(name.to_owned(), content)]);
        let mut faults = check_long(Cursor::new(bytes), SMALL).unwrap_err();
        faults.remove(0)
    }

    #[test]
    fn shared_strings_that_do_not_fit_into_memory_are_refused_with_the_way_out() {
        let blank = vec![b' '; (1 << 20) + 1];
        let fault = long_fault("xl/sharedStrings.xml", &blank);
        assert_eq!(fault.code, "too_large");
        assert!(fault.detail.contains("文字内容") && fault.detail.contains("超过 1 MB"));
        assert!(fault.detail.contains("另存为 CSV"), "{}", fault.detail);
        let room = archive([("xl/sharedStrings.xml".to_owned(), &blank[1..])]);
        assert_eq!(check_long(Cursor::new(room), SMALL), Ok(()));
    }

    #[test]
    fn sheets_share_their_room_and_leave_that_of_the_rest() {
        let cells = b"<c/>".repeat(300);
        let sheet = |nth: usize| (format!("xl/worksheets/sheet{nth}.xml"), cells.as_slice());
        let one = archive([sheet(1)]);
        assert_eq!(check_long(Cursor::new(one), SMALL), Ok(()));
        let faults = check_long(Cursor::new(archive([sheet(1), sheet(2)])), SMALL).unwrap_err();
        assert_eq!(faults[0].code, "too_large");
        assert!(faults[0].detail.contains("工作表"), "{}", faults[0].detail);
    }

    #[test]
    fn a_text_without_an_end_is_refused_before_it_is_held() {
        let mut runs = Runs::default();
        for part in [&b"<c><t>abc"[..], b"defg", b"</t></c>"] {
            runs.write_all(part).unwrap();
        }
        assert_eq!(runs.longest, "t>abcdefg".len());
        let fault = long_fault("xl/worksheets/sheet1.xml", &[b'x'; 1_025]);
        assert_eq!(fault.code, "cell_too_long");
    }

    #[test]
    fn an_archive_of_too_many_parts_is_refused_in_words() {
        let parts = |number: usize| archive((0..number).map(|nth| (format!("xl/media/{nth}.png"), &b""[..])));
        assert_eq!(check_whole(&parts(MAX_PARTS), 1 << 20), Ok(()));
        let many = parts(MAX_PARTS + 1);
        for faults in [check_whole(&many, 1 << 20), check_long(Cursor::new(&many), SMALL)] {
            let fault = faults.unwrap_err().remove(0);
            assert_eq!(fault.code, "too_large");
            assert!(fault.detail.contains("超过 2000 个"), "{}", fault.detail);
        }
    }
}
