//! Pure: what a file is, by its content and never by its name; and the name it is kept under.

use crate::error::{ErrorKind, Refusal};

/// The largest file, in bytes.
pub const MAX_BYTES: usize = MAX_FILE_MB << 20;
/// This limit in megabytes, for texts.
pub const MAX_FILE_MB: usize = 20;
const MAX_NAME_CHARS: usize = 120;
/// The end record of a ZIP file: 22 bytes and a comment of up to 64 KiB.
const ZIP_END: &[u8] = b"PK\x05\x06";
const ZIP_END_BYTES: usize = 22;
const MAX_ZIP_COMMENT: usize = 65_535;
const ZIP_ENTRY: &[u8] = b"PK\x01\x02";
const ZIP_ENTRY_BYTES: usize = 46;
/// `FormFields` that are looked at; an office document has some tens.
const MAX_ZIP_ENTRIES: usize = 4_096;

/// The kinds of files that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    Pdf,
    Docx,
    Xlsx,
    Jpeg,
    Png,
    WebP,
    Heic,
}

impl FileType {
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Heic => "image/heic",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Heic => "heic",
        }
    }
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Empty,
    TooLarge,
    /// None of the kinds, or damaged so that it cannot be told.
    UnknownType,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::TooLarge => "file_too_large",
            Self::UnknownType => "file_type_unknown",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Empty => "文件是空的，请重新选择。",
            Self::TooLarge => return format!("文件超过 {MAX_FILE_MB} MB，请压缩后再传。"),
            Self::UnknownType => "只接受 PDF、Word（DOCX）、Excel（XLSX）和图片文件。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Empty => ErrorKind::Rule,
            Self::TooLarge => ErrorKind::TooLarge,
            Self::UnknownType => ErrorKind::UnsupportedMedia,
        }
    }
}

/// Tells what the bytes are. Reads the first bytes and, of a ZIP file, its directory; nothing is unpacked.
pub fn file_type(bytes: &[u8]) -> Result<FileType, Refused> {
    match bytes {
        [] => Err(Refused::Empty),
        _ if bytes.len() > MAX_BYTES => Err(Refused::TooLarge),
        [b'%', b'P', b'D', b'F', b'-', ..] => Ok(FileType::Pdf),
        [0xFF, 0xD8, 0xFF, ..] => Ok(FileType::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Ok(FileType::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(FileType::WebP),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4) {
            Some(b"heic" | b"heix" | b"mif1" | b"msf1") => Ok(FileType::Heic),
            _ => Err(Refused::UnknownType),
        },
        [b'P', b'K', 3, 4, ..] => office_type(bytes).ok_or(Refused::UnknownType),
        _ => Err(Refused::UnknownType),
    }
}

/// An office document by the parts that its directory names.
fn office_type(bytes: &[u8]) -> Option<FileType> {
    let names = zip_names(bytes)?;
    let has = |name: &str| names.contains(&name.as_bytes());
    if !has("[Content_Types].xml") {
        return None;
    }
    if has("word/document.xml") {
        Some(FileType::Docx)
    } else if has("xl/workbook.xml") {
        Some(FileType::Xlsx)
    } else {
        None
    }
}

/// The names in a ZIP file's central directory. `None` if the directory is damaged.
fn zip_names(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let from = bytes.len().saturating_sub(ZIP_END_BYTES + MAX_ZIP_COMMENT);
    let tail = bytes.get(from..)?;
    let end = tail.windows(ZIP_END.len()).rposition(|four| four == ZIP_END)?;
    let end = tail.get(end..)?;
    let entries = usize::from(number16(end, 10)?).min(MAX_ZIP_ENTRIES);
    let mut at = usize::try_from(number32(end, 16)?).ok()?;
    let mut names = Vec::new();
    for _ in 0..entries {
        let entry = bytes.get(at..)?;
        if !entry.starts_with(ZIP_ENTRY) {
            return None;
        }
        let name = usize::from(number16(entry, 28)?);
        let extra = usize::from(number16(entry, 30)?);
        let comment = usize::from(number16(entry, 32)?);
        names.push(entry.get(ZIP_ENTRY_BYTES..ZIP_ENTRY_BYTES + name)?);
        at = at.checked_add(ZIP_ENTRY_BYTES + name + extra + comment)?;
    }
    Some(names)
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes(two.try_into().ok()?))
}

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

/// The name a file is kept under: the last part of a path, without control characters, of a bounded length, with the
/// extension that its content has.
#[must_use]
pub fn file_name(given: &str, file_type: FileType) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?'))
        .filter(|c| !('\u{202A}'..='\u{202E}').contains(c) && !('\u{2066}'..='\u{2069}').contains(c))
        .collect();
    let stem = clean.rsplit_once('.').map_or(clean.as_str(), |(stem, _)| stem);
    let stem: String = stem.trim().chars().take(MAX_NAME_CHARS).collect();
    let stem = if stem.is_empty() { "附件" } else { &stem };
    format!("{stem}.{}", file_type.extension())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ZIP file of empty parts with these names.
    fn zip(names: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::from(*b"PK\x03\x04 local headers are not read");
        let start = u32::try_from(bytes.len()).unwrap();
        for name in names {
            let mut entry = vec![0; ZIP_ENTRY_BYTES];
            entry[..4].copy_from_slice(ZIP_ENTRY);
            entry[28..30].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
            bytes.extend(entry);
            bytes.extend(name.as_bytes());
        }
        let mut end = vec![0; ZIP_END_BYTES];
        end[..4].copy_from_slice(ZIP_END);
        end[10..12].copy_from_slice(&u16::try_from(names.len()).unwrap().to_le_bytes());
        end[16..20].copy_from_slice(&start.to_le_bytes());
        bytes.extend(end);
        bytes
    }

    #[test]
    fn a_file_is_what_its_content_is() {
        let types = "[Content_Types].xml";
        for (bytes, expected) in [
            (b"%PDF-1.7 ...".to_vec(), Ok(FileType::Pdf)),
            (vec![0xFF, 0xD8, 0xFF, 0xE0], Ok(FileType::Jpeg)),
            (zip(&[types, "word/document.xml"]), Ok(FileType::Docx)),
            (zip(&[types, "xl/workbook.xml"]), Ok(FileType::Xlsx)),
            (zip(&["readme.txt"]), Err(Refused::UnknownType)),
            (zip(&["word/document.xml"]), Err(Refused::UnknownType)),
            (b"MZ\x90\x00 a program".to_vec(), Err(Refused::UnknownType)),
            (b"<html>".to_vec(), Err(Refused::UnknownType)),
            (Vec::new(), Err(Refused::Empty)),
        ] {
            assert_eq!(file_type(&bytes), expected);
        }
    }

    #[test]
    fn a_damaged_directory_is_refused_and_never_read_beyond_the_end() {
        let whole = zip(&["[Content_Types].xml", "word/document.xml"]);
        for length in 0..whole.len() {
            let _ = file_type(&whole[..length]);
        }
        let mut far = whole;
        let at = far.len() - 6;
        far[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(file_type(&far), Err(Refused::UnknownType));
    }

    #[test]
    fn a_name_is_no_path_and_has_the_extension_of_its_content() {
        assert_eq!(file_name("C:\\文件\\整改报告.exe", FileType::Pdf), "整改报告.pdf");
        assert_eq!(file_name("../../etc/passwd", FileType::Docx), "passwd.docx");
        assert_eq!(file_name("\u{202E}fdp.exe\r\n", FileType::Pdf), "fdp.pdf");
        assert_eq!(file_name("", FileType::Xlsx), "附件.xlsx");
        assert_eq!(file_name(&"长".repeat(500), FileType::Pdf).chars().count(), 124);
    }
}
