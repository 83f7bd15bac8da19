//! Fits values to the fields of a subscribe message; no value is empty. Rules: the field types of `subscribe/send`; a
//! text that breaks one is refused as a whole (47003).

const THING_CHARS: usize = 20;
const LONG_CHARS: usize = 32;
const SYMBOL_CHARS: usize = 5;
const PHONE_CHARS: usize = 17;
const CAR_CHARS: usize = 8;
const NAME_HAN: usize = 10;
const NAME_LETTERS: usize = 20;
const PHRASE_HAN: usize = 5;
const AMOUNT_DIGITS: usize = 10;

/// The value of an empty field.
const NOTHING: &str = "无";
const NOTHING_PHRASE: &str = "有新进展";
const NOTHING_ASCII: &str = "-";

/// The type of a field, given by the letters of its key: `thing3` is a `thing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Thing,
    Number,
    Letter,
    Symbol,
    CharacterString,
    Time,
    Date,
    Amount,
    PhoneNumber,
    CarNumber,
    Name,
    Phrase,
    /// One of the values that the account's template lists; the wording chooses it.
    Enum,
}

impl FieldKind {
    /// Returns `None` for a key that is not of the form `thing3`, or of an unknown type.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let letters = key.trim_end_matches(|c: char| c.is_ascii_digit());
        if letters.len() == key.len() {
            return None;
        }
        Some(match letters {
            "thing" => Self::Thing,
            "number" => Self::Number,
            "letter" => Self::Letter,
            "symbol" => Self::Symbol,
            "character_string" => Self::CharacterString,
            "time" => Self::Time,
            "date" => Self::Date,
            "amount" => Self::Amount,
            "phone_number" => Self::PhoneNumber,
            "car_number" => Self::CarNumber,
            "name" => Self::Name,
            "phrase" => Self::Phrase,
            "enum" => Self::Enum,
            _ => return None,
        })
    }

    /// Returns the digits of a key: 3 of `thing3`.
    #[must_use]
    pub fn number_of(key: &str) -> &str {
        let letters = key.trim_end_matches(|c: char| c.is_ascii_digit());
        key.get(letters.len()..).unwrap_or_default()
    }

    /// Describes the limit of the field type, for an administrator.
    #[must_use]
    pub fn limit(self) -> String {
        match self {
            Self::Thing => format!("{THING_CHARS} 个字以内"),
            Self::Number => format!("{LONG_CHARS} 位以内的数字"),
            Self::Letter => format!("{LONG_CHARS} 个以内的字母"),
            Self::Symbol => format!("{SYMBOL_CHARS} 个以内的符号"),
            Self::CharacterString => format!("{LONG_CHARS} 个以内的字母、数字或符号"),
            Self::Time | Self::Date => "日期和时间".to_owned(),
            Self::Amount => format!("金额，{AMOUNT_DIGITS} 位以内"),
            Self::PhoneNumber => format!("电话号码，{PHONE_CHARS} 位以内"),
            Self::CarNumber => format!("车牌号，{CAR_CHARS} 位以内"),
            Self::Name => format!("{NAME_HAN} 个汉字或 {NAME_LETTERS} 个字母以内"),
            Self::Phrase => format!("{PHRASE_HAN} 个汉字以内"),
            Self::Enum => "模板列出的取值".to_owned(),
        }
    }

    /// Fits a text to the field. `now` (as a date) replaces a missing date.
    #[must_use]
    pub fn fit(self, text: &str, now: &str) -> String {
        let text = visible(text);
        match self {
            Self::Thing | Self::Enum => cut(or(&text, NOTHING), THING_CHARS),
            Self::Number => number(&text),
            Self::Letter => kept(&text, LONG_CHARS, "N", |c| c.is_ascii_alphabetic()),
            Self::Symbol => kept(&text, SYMBOL_CHARS, NOTHING_ASCII, |c| c.is_ascii_punctuation()),
            Self::CharacterString => kept(&text, LONG_CHARS, NOTHING_ASCII, |c| c.is_ascii_graphic()),
            Self::Time | Self::Date => date(&text, now),
            Self::Amount => amount(&text),
            Self::PhoneNumber => kept(&text, PHONE_CHARS, NOTHING_ASCII, |c| {
                c.is_ascii_digit() || "+-() ".contains(c)
            }),
            Self::CarNumber => kept(&text, CAR_CHARS, NOTHING, |c| {
                c.is_ascii_alphanumeric() || is_han(c)
            }),
            Self::Name => name(&text),
            Self::Phrase => kept(&text, PHRASE_HAN, NOTHING_PHRASE, is_han),
        }
    }
}

/// Returns the text as one line, without control or invisible characters; runs of blanks become one.
#[must_use]
pub fn visible(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
    };
    let spaced: String = text.chars().map(|c| if hidden(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts a text to `limit` characters; a longer text ends in `…`.
#[must_use]
pub fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

fn or<'a>(text: &'a str, instead: &'a str) -> &'a str {
    if text.is_empty() { instead } else { text }
}

fn kept(text: &str, limit: usize, instead: &str, keep: impl Fn(char) -> bool) -> String {
    let kept: String = text.chars().filter(|c| keep(*c)).take(limit).collect();
    or(&kept, instead).to_owned()
}

/// Unified ideographs, with the common extension.
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

fn number(text: &str) -> String {
    let fits = text.len() <= LONG_CHARS
        && text.parse::<f64>().is_ok_and(f64::is_finite)
        && !text.contains(['e', 'E', '+']);
    if fits {
        text.to_owned()
    } else {
        kept(text, LONG_CHARS, "0", |c| c.is_ascii_digit())
    }
}

fn amount(text: &str) -> String {
    let digits = kept(text, AMOUNT_DIGITS, "0", |c| c.is_ascii_digit());
    format!("{digits}元")
}

/// Keeps a date as the clock formats it and replaces other values with `now`. WeChat does not accept 24:00, so
/// midnight becomes the day alone.
fn date(text: &str, now: &str) -> String {
    let text = text.strip_suffix(" 24:00").unwrap_or(text);
    let parts = "0123456789年月日-/.: ~";
    let fits = text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| parts.contains(c));
    if fits { text.to_owned() } else { now.to_owned() }
}

/// Cuts a name to ten Han characters, or to twenty letters and symbols; a mixed name counts as Han.
fn name(text: &str) -> String {
    let pure_latin = text.is_ascii();
    cut(
        or(text, NOTHING),
        if pure_latin { NAME_LETTERS } else { NAME_HAN },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2025年9月8日 09:00";

    #[test]
    fn each_kind_of_field_keeps_its_limit() {
        let twenty = "一二三四五六七八九十一二三四五六七八九十";
        for (key, text, fitted) in [
            ("thing1", "路灯不亮", "路灯不亮"),
            ("thing1", "", "无"),
            ("thing1", " \n\t\u{200b} ", "无"),
            ("thing1", "第一行\n第二行\u{7}", "第一行 第二行"),
            ("thing1", twenty, twenty),
            // 21 characters: 19 and the sign that there is more
            (
                "thing1",
                "一二三四五六七八九十一二三四五六七八九十一",
                "一二三四五六七八九十一二三四五六七八九…",
            ),
            ("phrase2", "已签收", "已签收"),
            ("phrase2", "已转二次办理中", "已转二次办"),
            ("phrase2", "OK!", "有新进展"),
            ("character_string3", "T20250908000001", "T20250908000001"),
            ("character_string3", "工单 T2025", "T2025"),
            ("character_string3", "无", "-"),
            ("date4", "2025年9月11日 24:00", "2025年9月11日"),
            ("date4", "无", NOW),
            ("time5", "", NOW),
            ("number6", "12.5", "12.5"),
            ("number6", "约 3 天", "3"),
            ("number6", "", "0"),
            ("letter7", "ab1c", "abc"),
            ("symbol8", "a!?", "!?"),
            ("amount9", "￥12", "12元"),
            ("phone_number10", "0379-12345", "0379-12345"),
            ("car_number11", "豫C·12345", "豫C12345"),
            ("name12", "欧阳", "欧阳"),
            ("name12", "一二三四五六七八九十一", "一二三四五六七八九…"),
        ] {
            let kind = FieldKind::of_key(key).unwrap();
            assert_eq!(kind.fit(text, NOW), fitted, "{key} {text:?}");
        }
    }

    #[test]
    fn no_text_of_any_length_makes_a_field_empty_or_too_long() {
        for key in [
            "thing1",
            "phrase1",
            "character_string1",
            "name1",
            "date1",
            "number1",
            "letter1",
        ] {
            let kind = FieldKind::of_key(key).unwrap();
            for text in [
                "",
                "\u{0}",
                "😀",
                "😀".repeat(50).as_str(),
                "字".repeat(500).as_str(),
                "a".repeat(99).as_str(),
            ] {
                let fitted = kind.fit(text, NOW);
                assert!(!fitted.is_empty(), "{key} {text:?}");
                assert!(fitted.chars().count() <= 32, "{key} {text:?}");
                assert!(!fitted.contains(char::is_control), "{key} {text:?}");
            }
        }
    }

    #[test]
    fn a_key_names_its_kind_and_carries_a_number() {
        assert_eq!(
            FieldKind::of_key("character_string12"),
            Some(FieldKind::CharacterString)
        );
        for key in ["thing", "enum", "3", "", "thing_1"] {
            assert_eq!(FieldKind::of_key(key), None, "{key}");
        }
    }
}
