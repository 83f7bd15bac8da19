//! The value rules of a template's fields, by the prefix of the field's key.

/// The reason for error 47003; the words are in its errmsg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Empty,
    Invalid,
}

impl Wrong {
    pub fn words(self) -> &'static str {
        match self {
            // As WeChat spells it.
            Self::Empty => "is emtpy",
            Self::Invalid => "invalid",
        }
    }
}

/// Checks a value against the rule of its key, e.g. `thing1`; `enums` are the values of an enum field.
pub fn check(key: &str, value: &str, enums: Option<&[String]>) -> Result<(), Wrong> {
    if value.is_empty() {
        return Err(Wrong::Empty);
    }
    let fits = match key.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "thing" => at_most(value, 20),
        "number" => at_most(value, 32) && is_decimal(value.trim_start_matches('-')),
        "letter" => at_most(value, 32) && value.bytes().all(|b| b.is_ascii_alphabetic()),
        "symbol" => at_most(value, 5) && value.chars().all(|c| !c.is_alphanumeric()),
        "character_string" => at_most(value, 32) && value.is_ascii(),
        "time" => value.split('~').all(|part| has_time(part.trim())),
        "date" => value.split('~').all(|part| is_date(part.trim())),
        "amount" => is_amount(value),
        "phone_number" => at_most(value, 17) && !value.chars().any(char::is_alphabetic),
        "car_number" => at_most(value, 8),
        "name" => is_name(value),
        "phrase" => at_most(value, 5) && value.chars().all(is_han),
        "enum" => enums.is_some_and(|enums| enums.iter().any(|allowed| allowed == value)),
        _ => true,
    };
    let clean = !value.chars().any(char::is_control);
    if fits && clean {
        Ok(())
    } else {
        Err(Wrong::Invalid)
    }
}

fn at_most(value: &str, count: usize) -> bool {
    value.chars().count() <= count
}

pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    is_digits(whole) && is_digits(fraction)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_amount(text: &str) -> bool {
    let number = text
        .trim_start_matches(['¥', '￥', '$', '€'])
        .trim_end_matches('元');
    let whole = number.split('.').next().unwrap_or_default();
    is_decimal(number) && whole.len() <= 10
}

/// Chinese names up to 10, others up to 20; a mixture counts as Chinese.
fn is_name(text: &str) -> bool {
    let limit = if text.chars().any(is_han) { 10 } else { 20 };
    at_most(text, limit) && !text.chars().any(|c| c.is_ascii_digit())
}

fn has_time(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || c == '日').any(is_time)
}

fn is_time(text: &str) -> bool {
    let parts: Vec<_> = text.split(':').collect();
    (2..=3).contains(&parts.len())
        && parts.iter().zip([24, 60, 60]).all(|(part, limit)| {
            is_digits(part) && part.len() <= 2 && part.parse::<u8>().is_ok_and(|number| number < limit)
        })
}

/// 2026年11月23日 15:01, 2026-11-23, 2026/11/23, 2026.11.23, 2026-11, 11-23
fn is_date(text: &str) -> bool {
    let day_end = text.find('日').map(|at| at + '日'.len_utf8());
    let blank = text.find(char::is_whitespace);
    let (date, time) = text.split_at(day_end.or(blank).unwrap_or(text.len()));
    let numbers: Vec<_> = date
        .trim_end_matches(['日', '月'])
        .split(['年', '月', '-', '/', '.'])
        .collect();
    let fits =
        (2..=3).contains(&numbers.len()) && numbers.iter().all(|part| is_digits(part) && part.len() <= 4);
    fits && (time.trim().is_empty() || is_time(time.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_field_has_its_rule() {
        let enums = ["已受理".to_owned()];
        for (key, good, bad) in [
            (
                "thing1",
                "二十个字以内的事项说明",
                "二十一个字一二三四五六七八九十一二三四五六七",
            ),
            ("number2", "-12.5", "12a"),
            ("letter1", "ABC", "AB1"),
            ("symbol1", "#!", "#a"),
            ("character_string3", "T20250117000725", "编号1"),
            ("time1", "2026年11月23日 15:01", "25:00"),
            ("time1", "08:00~09:30", "早上"),
            ("date2", "2026年11月23日 15:01", "明天"),
            ("date2", "2026-11-23 15:01:09", "2026"),
            ("date2", "2026/11/23~2026/11/24", "11"),
            ("amount1", "￥12.50元", "一元"),
            ("phone_number1", "+86-379-12345", "12345678901234567890"),
            ("car_number1", "豫C12345", "豫C1234567"),
            ("name1", "欧阳明", "一二三四五六七八九十一"),
            ("name1", "John Smith", "Averyveryverylongname"),
            ("phrase3", "审核通过", "已通过OK"),
            ("enum1", "已受理", "别的"),
            ("thing1", "一行", "两\n行"),
        ] {
            assert_eq!(check(key, good, Some(&enums)), Ok(()), "{key} {good}");
            assert_eq!(check(key, bad, Some(&enums)), Err(Wrong::Invalid), "{key} {bad}");
            assert_eq!(check(key, "", Some(&enums)), Err(Wrong::Empty));
        }
    }
}
