//! Pure: cells as they are written: what Excel would run or change in a CSV file is marked as text, and no cell holds
//! characters that a spreadsheet shows as `_x000D_`.
//!
//! [`unprotected`] takes the mark off again.

/// Digits that Excel shows and keeps in full.
const SAFE_DIGITS: usize = 11;
/// Characters that an XLSX cell holds.
const MAX_CHARS: usize = 32_767;
/// English months, which make a date of what follows or precedes them.
const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];

/// A cell of a CSV file: what a spreadsheet would take for a formula, a number or a date is marked as text.
#[must_use]
pub fn csv_cell(cell: &str) -> String {
    let cell = plain(cell);
    if is_formula(&cell) || is_changed(&cell) {
        format!("'{cell}")
    } else {
        cell
    }
}

/// Takes the mark of [`csv_cell`] off; an apostrophe of other origin stays.
#[must_use]
pub fn unprotected(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) || is_changed(rest) => rest,
        _ => cell,
    }
}

/// Line ends as `\n`, escapes of spreadsheets resolved, no other control characters, as long as a cell may be.
#[must_use]
pub fn plain(cell: &str) -> String {
    let cell = crate::text::unescaped(cell)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let kept = |c: &char| matches!(c, '\n' | '\t') || !c.is_control();
    cell.chars().filter(kept).take(MAX_CHARS).collect()
}

/// Some programs drop blanks in front before they look.
fn is_formula(cell: &str) -> bool {
    let starts = |text: &str| text.starts_with(['=', '＝', '+', '＋', '-', '－', '@', '＠', '\t', '\n']);
    starts(cell) || starts(cell.trim_start())
}

/// Leading zeros, more digits than a number keeps, `3-4`, `1/2`, `3月4日` and `MAR1` (dates), `12:30` (a time), `12E5`
/// (a power), `1,234` and `50%` (numbers), `TRUE`. A moment with a year of four digits, as this product writes it, stays.
fn is_changed(cell: &str) -> bool {
    let text = cell.trim().to_ascii_uppercase();
    if matches!(text.as_str(), "TRUE" | "FALSE") {
        return true;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let only = |more: &[char]| text.chars().all(|c| c.is_ascii_digit() || more.contains(&c));
    if digits == 0 || is_moment(&text) {
        return false;
    }
    let leading_zero = text.len() > 1 && text.starts_with('0') && !text.starts_with("0.");
    let number = only(&['.']) && (leading_zero || digits > SAFE_DIGITS);
    let date = text.contains(['-', '/', ':', '年', '月', '日', '时', '点'])
        && only(&['-', '/', ':', ' ', '.', '年', '月', '日', '时', '分', '秒', '点']);
    let named = MONTHS.iter().any(|month| {
        let rest = text.strip_prefix(month).or_else(|| text.strip_suffix(month));
        rest.is_some_and(|rest| {
            rest.chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '/'))
        })
    });
    let power = text.matches('E').count() == 1 && only(&['E', '.', '+']);
    let grouped = text.contains([',', '%']) && only(&[',', '.', '%']);
    number || date || named || power || grouped
}

/// `2025-01-17 10:00`
fn is_moment(text: &str) -> bool {
    const PATTERN: &[u8] = b"dddd-dd-dd dd:dd";
    let fits = |(byte, pattern): (&u8, &u8)| {
        if *pattern == b'd' {
            byte.is_ascii_digit()
        } else {
            byte == pattern
        }
    };
    text.len() == PATTERN.len() && text.as_bytes().iter().zip(PATTERN).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text_in_a_spreadsheet() {
        for cell in [
            "=1+1",
            "＝1",
            "+8",
            "＋8",
            "-1",
            "－1",
            "@a",
            "＠a",
            "\tb",
            "  =1",
            "\u{3000}=1",
            "007",
            "03796393",
            "3-4",
            "1/2",
            "2025-1-1",
            "3月4日",
            "2025年1月",
            "12:30",
            "MAR1",
            "1-Sep",
            "410302199001011234",
            "138123456789",
            "12E5",
            "1e10",
            "1,234",
            "50%",
            "true",
        ] {
            let written = csv_cell(cell);
            assert_eq!(written, format!("'{cell}"), "{cell:?}");
            assert_eq!(unprotected(&written), cell);
        }
        for cell in [
            "",
            "0",
            "0.5",
            "12",
            "13800000001",
            "T20250117000725",
            "2025-01-17 10:00",
            "路灯坏了",
            "建设路 3-4 号",
            "E",
            "是",
            "3月4日夜间停水",
            "'quoted'",
            "5 月份",
        ] {
            assert_eq!(csv_cell(cell), cell, "{cell:?}");
            assert_eq!(unprotected(cell), cell);
        }
    }

    #[test]
    fn no_cell_holds_a_carriage_return_in_any_spelling() {
        assert_eq!(csv_cell("甲\r\n乙\r丙\u{1}"), "甲\n乙\n丙");
        assert_eq!(plain("甲_x000D_\n乙_x000d_丙"), "甲\n乙\n丙");
        assert_eq!(plain(&"长".repeat(40_000)).chars().count(), MAX_CHARS);
    }
}
