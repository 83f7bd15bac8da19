//! The title of a topic: a report's heading, without what says nothing of the matter, and short enough for a list.

use crate::segmenter::segmenter;

/// Longest title, in characters.
pub const MAX_CHARS: usize = 24;
/// Beginnings and endings that every heading may have.
const OPENINGS: [&str; 12] = [
    "关于",
    "反映",
    "投诉",
    "举报",
    "咨询",
    "求助",
    "请问",
    "请求",
    "建议",
    "强烈要求",
    "要求",
    "恳请",
];
const ENDINGS: [&str; 11] = [
    "等相关问题",
    "相关问题",
    "的问题",
    "等问题",
    "问题",
    "的建议",
    "的投诉",
    "的咨询",
    "怎么办",
    "谁来管",
    "何时解决",
];
const MARKS: [char; 12] = ['，', '。', '！', '？', '；', '、', '：', '!', '?', ',', '.', '…'];

/// Shortens a heading to [`MAX_CHARS`] characters at a mark or a word's end.
#[must_use]
pub fn title(heading: &str) -> String {
    let mut text = heading.trim().trim_matches(MARKS);
    while let Some(rest) = OPENINGS.iter().find_map(|opening| text.strip_prefix(opening)) {
        text = rest.trim_start_matches(MARKS).trim_start();
    }
    while let Some(rest) = ENDINGS.iter().find_map(|ending| text.strip_suffix(ending)) {
        text = rest.trim_end_matches(MARKS).trim_end();
    }
    if text.len() < heading.trim().len() {
        text = text.strip_prefix('对').unwrap_or(text);
    }
    if text.is_empty() {
        return cut(heading.trim());
    }
    cut(text)
}

/// Cuts at the last mark that leaves half of the room filled, otherwise after the last whole word.
fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_CHARS {
        return text.to_owned();
    }
    let end = text
        .char_indices()
        .nth(MAX_CHARS)
        .map_or(text.len(), |(at, _)| at);
    let head = text.get(..end).unwrap_or(text);
    let at_mark = head
        .char_indices()
        .rev()
        .find(|(_, c)| MARKS.contains(c))
        .map(|(at, _)| at);
    if let Some(at) = at_mark
        && let Some(clause) = head.get(..at)
        && clause.chars().count() * 2 >= MAX_CHARS
    {
        return clause.to_owned();
    }
    let clause = at_run_end(text, head.len());
    if clause.chars().count() * 2 >= MAX_CHARS {
        return clause.to_owned();
    }
    let word = at_word_end(text, head.len());
    if word.is_empty() {
        head.to_owned()
    } else {
        word.to_owned()
    }
}

/// The text up to the last word that ends within `limit` bytes.
fn at_word_end(text: &str, limit: usize) -> &str {
    let ends = words(text).map(|(start, word)| start + word.len());
    let end = ends.take_while(|end| *end <= limit).last();
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

/// The text up to the last run of content words that ends within `limit` bytes: no name is cut there.
fn at_run_end(text: &str, limit: usize) -> &str {
    let mut end = 0;
    let mut run_end = None;
    for (start, word) in words(text) {
        let is_stop = segmenter().is_stop(word);
        if (is_stop || run_end.is_some_and(|end| end < start)) && run_end.is_some_and(|end| end <= limit) {
            end = run_end.unwrap_or(end);
        }
        run_end = (!is_stop).then_some(start + word.len());
    }
    text.get(..end).unwrap_or_default()
}

/// The words of a text with their positions in bytes.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    segmenter().segment(text).filter_map(move |word| {
        let start = from + text.get(from..)?.find(word)?;
        from = start + word.len();
        Some((start, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_matter_in_the_reporters_words() {
        for (heading, expected) in [
            ("投诉丽发新城旁的搅拌站", "丽发新城旁的搅拌站"),
            ("关于青岛路污水井外冒的问题", "青岛路污水井外冒"),
            ("咨询", "咨询"),
            (
                "请问魅力之城小区临街门面烧烤夜宵摊油烟什么时候能管",
                "魅力之城小区临街门面烧烤夜宵摊油烟什么时候能管",
            ),
            (
                "A2区中建嘉苑业主买了房也办了证却不能就读仰天湖小学",
                "A2区中建嘉苑业主买了房也办了证",
            ),
            ("咨询A市人才新政落户等相关问题", "A市人才新政落户"),
            ("对A市公交线路的建议", "A市公交线路"),
            (
                "伊景园滨河苑捆绑销售车位，业主多次反映开发商拒不退还车位定金",
                "伊景园滨河苑捆绑销售车位",
            ),
        ] {
            assert_eq!(title(heading), expected);
        }
    }

    #[test]
    fn no_title_is_longer_than_a_line() {
        for heading in ["路灯不亮".repeat(20), "a".repeat(300), "。".repeat(40)] {
            assert!(title(&heading).chars().count() <= MAX_CHARS, "{heading}");
        }
    }
}
