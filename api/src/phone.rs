//! Pure: the one normal form of telephone numbers, used by the roster, the hotline, sign-in and search alike.

/// A number that people, exchanges and spreadsheets write in many ways, in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// Eleven digits of a mainland mobile number.
    Mobile(String),
    /// A landline with its area code and trunk `0`, a service number, or a number abroad: digits, without extension.
    Other(String),
}

/// Prefixes that a caller dials before the number for a cheaper long-distance call.
const IP_CALL_PREFIXES: [&str; 9] = [
    "17951", "17950", "17911", "17910", "17901", "17900", "12593", "17909", "17908",
];
const MIN_DIGITS: usize = 3;
const MAX_DIGITS: usize = 20;
/// Digits of a local number: seven or eight.
const LOCAL_DIGITS: std::ops::RangeInclusive<usize> = 7..=8;
/// Characters of a text that is read at all.
const MAX_CHARS: usize = 64;

/// Reads a number; `area_code` is the city's, with or without the trunk `0`. `None`: this is no number.
#[must_use]
pub fn parse(text: &str, area_code: Option<&str>) -> Option<Number> {
    if text.chars().count() > MAX_CHARS {
        return None;
    }
    let text: String = text
        .chars()
        .map(half_width)
        .filter(|c| !is_invisible(*c))
        .collect();
    let text = without_extension(&without_remarks(&text));
    let text = whole_number(text.trim())?;
    let international = text.trim_start().starts_with('+');
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let readable = |c: char| c.is_ascii_digit() || is_separator(c);
    if !text.chars().all(|c| readable(c) || c == '+') || text.matches('+').count() > 1 {
        return None;
    }
    if !(MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) {
        return None;
    }
    Some(normal(&digits, international, area_code))
}

fn normal(digits: &str, international: bool, area_code: Option<&str>) -> Number {
    let mut rest = digits;
    if let Some(after) = IP_CALL_PREFIXES
        .iter()
        .find_map(|prefix| rest.strip_prefix(prefix))
        && after.len() >= 10
    {
        rest = after;
    }
    let home = rest.strip_prefix("0086").or_else(|| {
        rest.strip_prefix("86")
            .filter(|after| international || after.len() >= 10)
    });
    let abroad = home.is_none() && (international || rest.starts_with("00"));
    let mut rest = home.unwrap_or(rest);
    if abroad {
        return Number::Other(format!("00{}", rest.trim_start_matches("00")));
    }
    // An operator's exchange may put the prefix after the country code, or the trunk 0 before a mobile number.
    if let Some(after) = IP_CALL_PREFIXES
        .iter()
        .find_map(|prefix| rest.strip_prefix(prefix))
        && after.len() >= 10
    {
        rest = after;
    }
    let bare = rest.trim_start_matches('0');
    if is_mobile(bare) && rest.len() - bare.len() <= 1 {
        return Number::Mobile(bare.to_owned());
    }
    if home.is_some() && !rest.starts_with('0') && rest.len() >= 9 {
        return Number::Other(format!("0{rest}"));
    }
    match area_code.map(|code| code.trim_start_matches('0')) {
        Some(code) if LOCAL_DIGITS.contains(&rest.len()) && !rest.starts_with(['0', '1']) => {
            Number::Other(format!("0{code}{rest}"))
        }
        // The area code without its trunk 0, as some exchanges show it.
        Some(code) if rest.starts_with(code) && LOCAL_DIGITS.contains(&(rest.len() - code.len())) => {
            Number::Other(format!("0{rest}"))
        }
        _ => Number::Other(rest.to_owned()),
    }
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1') && matches!(digits.as_bytes().get(1), Some(b'3'..=b'9'))
}

/// A spreadsheet's number: `13800000001.0`, `1.3800000001E10`. A rounded one (`1.38E+10`) has lost its digits.
fn whole_number(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    if let Some((mantissa, exponent)) = upper.split_once('E') {
        let exponent: usize = exponent.trim_start_matches('+').parse().ok()?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = whole.len() == 1 && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
        return (digits && fraction.len() == exponent).then(|| format!("{whole}{fraction}"));
    }
    let trimmed = match text.split_once('.') {
        Some((whole, fraction))
            if !fraction.is_empty()
                && fraction.bytes().all(|b| b == b'0')
                && whole.len() >= 7
                && whole.bytes().all(|b| b.is_ascii_digit()) =>
        {
            whole
        }
        _ => text,
    };
    Some(trimmed.to_owned())
}

/// `手机：13800000001`, `13800000001（本人）` without the words.
fn without_remarks(text: &str) -> String {
    let no_digit = |text: &str| !text.contains(|c: char| c.is_ascii_digit());
    let text = match text.rsplit_once(':') {
        Some((label, number)) if no_digit(label) => number,
        _ => text,
    };
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once('(') {
        kept.push_str(before);
        match inside.split_once(')') {
            Some((remark, after)) if no_digit(remark) => rest = after,
            _ => {
                kept.push('(');
                rest = inside;
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// `0379-63938888转8012`, `…-8012`, `…#8012`, `… ext. 8012`
fn without_extension(text: &str) -> String {
    let lower = text.to_lowercase();
    let marks = ["转", "分机", "ext", "x", "#", ",", ";", "*"];
    let cut = marks.iter().filter_map(|mark| lower.find(mark)).min();
    let head = cut.and_then(|at| lower.get(..at)).unwrap_or(&lower);
    // A third group after area code and number: `0379-63938888-8012`.
    let groups: Vec<&str> = head
        .split(is_dash)
        .filter(|group| !group.trim().is_empty())
        .collect();
    match groups.as_slice() {
        [area, number, extension]
            if area.trim().starts_with('0')
                && (3..=4).contains(&area.trim().len())
                && LOCAL_DIGITS.contains(&digits_in(number))
                && digits_in(extension) <= 6 =>
        {
            format!("{area}-{number}")
        }
        _ => head.to_owned(),
    }
}

fn digits_in(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || (c.is_control() && !c.is_whitespace())
}

fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2212}'
                | '\u{2043}'
                | '\u{30fc}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '一'
                | '~'
                | '～'
                | '_'
                | '/'
    )
}

fn is_separator(c: char) -> bool {
    is_dash(c)
        || c.is_whitespace()
        || matches!(
            c,
            '(' | ')'
                | '['
                | ']'
                | '【'
                | '】'
                | '〔'
                | '〕'
                | '.'
                | '·'
                | '•'
                | '・'
                | '‧'
                | '\''
                | '"'
                | '`'
                | '’'
                | '‘'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mobile(text: &str) -> Option<String> {
        match parse(text, Some("0379")) {
            Some(Number::Mobile(digits)) => Some(digits),
            _ => None,
        }
    }

    fn other(text: &str) -> Option<String> {
        match parse(text, Some("0379")) {
            Some(Number::Other(digits)) => Some(digits),
            _ => None,
        }
    }

    #[test]
    fn a_mobile_number_is_one_however_it_is_written() {
        for text in [
            "13812345678",
            "手机：13812345678",
            "Tel: 138-1234-5678",
            "13812345678（本人）",
            "（本人）13812345678",
            " 138 1234 5678 ",
            "138-1234-5678",
            "138－1234－5678",
            "138.1234.5678",
            "138·1234·5678",
            "138\t12345678",
            "138\u{200b}12345678",
            "\u{202d}13812345678\u{202c}",
            "１３８１２３４５６７８",
            "+86 138 1234 5678",
            "+86-0138-1234-5678",
            "+86 013812345678",
            "(+86)13812345678",
            "（86）13812345678",
            "008613812345678",
            "8613812345678",
            "013812345678",
            "1795113812345678",
            "17951013812345678",
            "1259313812345678",
            "+861795113812345678",
            "13812345678.0",
            "1.3812345678E10",
            "1.3812345678e+10",
            "138—1234—5678",
            "138\u{a0}1234\u{a0}5678",
            "'13812345678",
            "13812345678转2",
        ] {
            assert_eq!(mobile(text).as_deref(), Some("13812345678"), "{text:?}");
        }
    }

    #[test]
    fn a_landline_gets_the_city_s_area_code_and_loses_its_extension() {
        for text in [
            "0379-63938888",
            "(0379)63938888",
            "（0379）6393 8888",
            "63938888",
            "6393-8888",
            "+86 379 63938888",
            "+86-0379-63938888",
            "0086037963938888",
            "37963938888",
            "0379-63938888-8012",
            "0379-63938888转8012",
            "63938888 分机 12",
            "63938888 ext. 12",
            "1795137963938888",
            "17951037963938888",
        ] {
            assert_eq!(other(text).as_deref(), Some("037963938888"), "{text:?}");
        }
        assert_eq!(
            parse("63938888", None),
            Some(Number::Other("63938888".to_owned()))
        );
        assert_eq!(other("010-12345678").as_deref(), Some("01012345678"));
        assert_eq!(other("12345").as_deref(), Some("12345"));
        assert_eq!(other("+1 202 555 0123"), other("0012025550123"));
        assert_eq!(other("4001234567").as_deref(), Some("4001234567"));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "匿名",
            "12",
            "1.38E+10",
            "1.38E10",
            "138123456789012345678",
            "无",
            "13812345678/13912345678",
            "a1381234567",
            "1381234567八",
        ] {
            let read = parse(text, Some("0379"));
            assert!(!matches!(read, Some(Number::Mobile(_))), "{text:?}: {read:?}");
        }
        for text in ["", "匿名", "12", "1.38E+10", "无", "+", "++8613812345678"] {
            assert_eq!(parse(text, Some("0379")), None, "{text:?}");
        }
        assert_eq!(
            parse("1381234567", None),
            Some(Number::Other("1381234567".to_owned()))
        );
    }
}
