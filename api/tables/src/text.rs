//! One text as people meant it: width, formatting characters, escapes and line ends.

/// Characters that format and are never seen: zero-width, direction marks, joiners, soft hyphen, byte order marks.
#[must_use]
pub fn is_format(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
    )
}

/// A full-width ASCII character or the ideographic blank in its ordinary width.
#[must_use]
pub fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

/// Width and case folded, for comparison.
#[must_use]
pub fn folded(text: &str) -> String {
    text.chars()
        .map(half_width)
        .flat_map(char::to_lowercase)
        .collect()
}

/// A cell without what nobody sees: the mark of an exported text taken off, `_x000D_` decoded, formatting and control
/// characters removed, line ends `\n`, outer blanks trimmed.
///
/// A NUL stays, so that the caller can refuse it.
#[must_use]
pub fn tidy(text: &str) -> String {
    let text = unescaped(crate::written::unprotected(text));
    let mut tidy = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' => {
                rest.next_if_eq(&'\n');
                tidy.push('\n');
            }
            '\n' | '\0' => tidy.push(c),
            '\t' | '\u{a0}' => tidy.push(' '),
            '\u{2028}' | '\u{2029}' => tidy.push('\n'),
            c if is_format(c) || c.is_control() => {}
            c => tidy.push(c),
        }
    }
    tidy.trim().to_owned()
}

/// Excel writes characters that XML cannot hold as `_xHHHH_`.
pub(crate) fn unescaped(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("_x") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        match escape(from) {
            Some(c) => {
                out.push(c);
                rest = from.get(7..).unwrap_or_default();
            }
            None => {
                out.push_str("_x");
                rest = from.get(2..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out.into()
}

/// The character of an escape at the start of `text`: a control character, or the underscore that protects one.
fn escape(text: &str) -> Option<char> {
    let digits = text.get(2..6)?;
    if text.get(6..7)? != "_" || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    (c.is_control() || c == '_').then_some(c)
}

/// A person's or a unit's name for comparison: no blanks, no middle dots, width and case folded.
#[must_use]
pub fn name_key(name: &str) -> String {
    let dot = |c: &char| {
        matches!(
            c,
            '·' | '•' | '・' | '‧' | '．' | '.' | '･' | '∙' | '⋅' | '˙' | '․'
        )
    };
    folded(name)
        .chars()
        .filter(|c| !c.is_whitespace() && !is_format(*c) && !c.is_control())
        .filter(|c| !dot(c))
        .collect()
}

/// A name as it is stored: blanks between Chinese characters removed, every middle dot written `·`.
#[must_use]
pub fn tidy_name(name: &str) -> String {
    let name = tidy(name);
    if name.is_ascii() {
        return name.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let dot = |c: char| match c {
        '•' | '・' | '‧' | '．' | '･' | '∙' | '⋅' | '․' => '·',
        other => other,
    };
    name.chars().filter(|c| !c.is_whitespace()).map(dot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_removed() {
        for (text, wanted) in [
            ("\u{200b}姓名", "姓名"),
            ("\u{202d}13800000001\u{202c}", "13800000001"),
            ("张_x000D_\n三", "张\n三"),
            ("a_x000d_b", "a\nb"),
            ("a\u{7}b", "ab"),
            ("a\r\nb\rc", "a\nb\nc"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x4E00_", "_x4E00_"),
            ("_x", "_x"),
            ("_x00中_", "_x00中_"),
            ("\u{ad}甲\u{2060} ", "甲"),
        ] {
            assert_eq!(tidy(text), wanted, "{text:?}");
        }
        assert_eq!(tidy("a_x0000_b"), "a\0b");
    }

    #[test]
    fn dots_and_blanks_in_names_are_equal() {
        for name in [
            "买买提·艾力",
            "买买提•艾力",
            "买买提・艾力",
            "买买提 ‧ 艾力",
            "买买提．艾力",
        ] {
            assert_eq!(name_key(name), name_key("买买提·艾力"), "{name}");
            assert_eq!(tidy_name(name), "买买提·艾力", "{name}");
        }
        assert_eq!(tidy_name("李　明"), "李明");
        assert_eq!(tidy_name("John  Smith"), "John Smith");
        assert_ne!(name_key("张三"), name_key("张四"));
    }
}
