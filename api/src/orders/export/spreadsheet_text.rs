//! Pure: cells that Excel would run or change when it opens a CSV file, and characters that no cell may hold.

/// Digits that Excel shows and keeps in full.
const SAFE_DIGITS: usize = 11;

/// A cell of a CSV file: what a spreadsheet would take for a formula, a number or a date is marked as text.
pub fn csv_cell(cell: &str) -> String {
    let cell = plain(cell);
    if is_formula(&cell) || is_changed(&cell) {
        format!("'{cell}")
    } else {
        cell
    }
}

/// Line ends as `\n`; no other control characters.
pub fn plain(cell: &str) -> String {
    let cell = cell.replace("\r\n", "\n").replace('\r', "\n");
    let kept = |c: &char| matches!(c, '\n' | '\t') || !c.is_control();
    cell.chars().filter(kept).collect()
}

fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '＝', '+', '＋', '-', '－', '@', '＠', '\t', '\n'])
}

/// Leading zeros, more digits than a number keeps, `3-4` and `1/2` (dates), `12E5` (powers).
fn is_changed(cell: &str) -> bool {
    let text = cell.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let only = |more: &[char]| text.chars().all(|c| c.is_ascii_digit() || more.contains(&c));
    if digits == 0 {
        return false;
    }
    let leading_zero = text.len() > 1 && text.starts_with('0') && !text.starts_with("0.");
    let date = text.contains(['-', '/']) && only(&['-', '/']);
    let power = text.to_ascii_uppercase().matches('E').count() == 1
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, 'e' | 'E' | '.' | '+'));
    (only(&['.']) && (leading_zero || digits > SAFE_DIGITS)) || date || power
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
            "007",
            "03796393",
            "3-4",
            "1/2",
            "2025-1-1",
            "410302199001011234",
            "138123456789",
            "12E5",
            "1e10",
        ] {
            assert_eq!(csv_cell(cell), format!("'{cell}"), "{cell:?}");
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
        ] {
            assert_eq!(csv_cell(cell), cell, "{cell:?}");
        }
        assert_eq!(csv_cell("甲\r\n乙\r丙\u{1}"), "甲\n乙\n丙");
    }
}
