//! Bytes to text: UTF-8 with any number of byte order marks, UTF-16 with a mark, GB18030.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use crate::Fault;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";
const MARK: char = '\u{feff}';

/// Decodes UTF-8, UTF-16 with a mark, or GB 18030.
/// # Errors
/// A fault of the file as a whole if it is none of them.
pub fn decode(bytes: &[u8]) -> Result<String, Vec<Fault>> {
    let mut rest = bytes;
    while let Some(unmarked) = rest.strip_prefix(UTF8_MARK) {
        rest = unmarked;
    }
    let text = match rest {
        [0xFF, 0xFE, rest @ ..] => UTF_16LE
            .decode_without_bom_handling_and_without_replacement(rest)
            .map(std::borrow::Cow::into_owned),
        [0xFE, 0xFF, rest @ ..] => UTF_16BE
            .decode_without_bom_handling_and_without_replacement(rest)
            .map(std::borrow::Cow::into_owned),
        _ => match std::str::from_utf8(rest) {
            Ok(text) => Some(text.to_owned()),
            // What Chinese Excel and WPS write when asked for CSV.
            Err(_) => GB18030
                .decode_without_bom_handling_and_without_replacement(rest)
                .map(std::borrow::Cow::into_owned),
        },
    };
    let Some(text) = text else {
        let detail =
            "文件编码无法识别（不是 UTF-8、UTF-16 或 GB18030），请另存为 XLSX 或 UTF-8 的 CSV 后再导入。";
        return Err(vec![Fault::whole("encoding_unknown", detail)]);
    };
    if let Some(at) = text.find('\0') {
        let before = text.get(..at).unwrap_or_default();
        let line = 1 + before.matches('\n').count().max(before.matches('\r').count());
        let detail = "有空字符（NUL），文件可能已损坏，或者是没有标记的 UTF-16；请另存后再导入。";
        return Err(vec![Fault::line(line, "nul_character", detail)]);
    }
    Ok(text.trim_start_matches(MARK).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        let units = text.encode_utf16();
        units
            .flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn every_encoding_of_an_office_is_read() {
        let text = "姓名,手机号\n";
        assert_eq!(decode(text.as_bytes()).unwrap(), text);
        assert_eq!(
            decode(format!("\u{feff}\u{feff}\u{feff}{text}").as_bytes()).unwrap(),
            text
        );
        for little in [true, false] {
            assert_eq!(decode(&utf16(&format!("\u{feff}{text}"), little)).unwrap(), text);
        }
        let (gb, _, _) = GB18030.encode(text);
        assert!(std::str::from_utf8(&gb).is_err());
        assert_eq!(decode(&gb).unwrap(), text);
    }

    #[test]
    fn what_is_no_text_is_refused_in_one_sentence() {
        for (bytes, line, code) in [
            (&[0xFF, 0xFF, 0x2C, 0xFF][..], 1, "encoding_unknown"),
            (&[0xFF, 0xFE, 0x2C][..], 1, "encoding_unknown"),
            (b"a,b\nc,\0d\n", 2, "nul_character"),
        ] {
            let faults = decode(bytes).unwrap_err();
            assert_eq!(
                (faults.len(), faults[0].line, faults[0].code),
                (1, line, code),
                "{bytes:?}"
            );
        }
        assert_eq!(
            decode(&utf16("a,b\n", true)).unwrap_err()[0].code,
            "nul_character"
        );
    }
}
