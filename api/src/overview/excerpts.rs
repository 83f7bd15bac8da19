//! Short texts of the screen's lines.

use entity::ids::UnitId;

use crate::city::snapshot::City;

const TITLE_CHARS: usize = 40;

/// The beginning of a text, on one line.
#[must_use]
pub fn excerpt(text: &str) -> String {
    let mut line: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .take(TITLE_CHARS)
        .collect();
    if text.chars().count() > TITLE_CHARS {
        line.push('…');
    }
    line
}

#[must_use]
pub fn unit_name(city: &City, unit: Option<UnitId>) -> Option<String> {
    Some(city.unit(unit?)?.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_cut_and_stay_on_one_line() {
        assert_eq!(excerpt("路灯\n不亮"), "路灯 不亮");
        assert_eq!(excerpt(&"长".repeat(41)), format!("{}…", "长".repeat(40)));
    }
}
