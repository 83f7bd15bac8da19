//! Pure: whether a report tells of two matters.
//!
//! It is cut in two at each place where a person begins anew; the cut whose halves are both sure, and of different
//! categories, is the best one. Words of one matter (积水 and 污水) often lead to neighbouring categories, so within one
//! first-level category only a joining word (另外, 还有) makes two.

use crate::city::categories::suggest::{Suggester, Suggestion};

/// Both halves must be so sure: a wrong offer costs the reader a glance, a missed one costs a return of the order.
const SURE: f64 = 0.7;
/// With fewer letters a half says nothing of its own.
const FEWEST_CHARS: usize = 5;
/// More places to cut are not tried: time is bounded for a text of any length.
const MOST_CUTS: usize = 16;
/// Ends of a clause.
const ENDS: [char; 11] = ['，', '。', '！', '？', '；', '\n', ',', '!', '?', ';', ' '];
/// Words that begin another matter.
const JOINING: [&str; 16] = [
    "另外",
    "还有",
    "顺便",
    "再一个",
    "再就是",
    "再有",
    "同时",
    "此外",
    "其次",
    "第二",
    "二是",
    "还想",
    "对了",
    "再说",
    "另一",
    "除此",
];
/// A half that is so sure of the other half's category speaks of the same matter.
const CLOSE: f64 = 0.1;

/// Without a joining word the whole text must see both categories, too: a half cut from one matter is sure of many things.
const SEEN: f64 = 0.05;

/// One of two matters, in the person's own words.
#[derive(Clone, Debug, PartialEq)]
pub struct Matter {
    pub text: String,
    pub category: Suggestion,
}

/// Returns the two matters of a text, in its order; empty if it tells of one.
#[must_use]
pub fn find(suggester: &Suggester, text: &str) -> Vec<Matter> {
    let whole = suggester.suggest(text);
    let is_seen = |matter: &Matter| {
        let mut seen = whole.iter().filter(|one| one.confidence >= SEEN);
        seen.any(|one| one.code == matter.category.code)
    };
    let mut best: Option<(f64, [Matter; 2])> = None;
    for cut in cuts(text) {
        let Some((first, second)) = text.split_at_checked(cut.at) else {
            continue;
        };
        let Some(pair) = both_sure(suggester, [first, second], cut.joined) else {
            continue;
        };
        if !cut.joined && !pair.iter().all(is_seen) {
            continue;
        }
        let [one, other] = &pair;
        let sure = one.category.confidence.min(other.category.confidence);
        if best.as_ref().is_none_or(|(most, _)| sure > *most) {
            best = Some((sure, pair));
        }
    }
    best.map_or_else(Vec::new, |(_, pair)| pair.into())
}

/// A place where a text may be cut.
struct Cut {
    /// In bytes.
    at: usize,
    /// A joining word follows.
    joined: bool,
}

fn cuts(text: &str) -> Vec<Cut> {
    let after_ends = text
        .char_indices()
        .filter(|(_, c)| ENDS.contains(c))
        .map(|(at, c)| at + c.len_utf8());
    let at_joining = JOINING
        .iter()
        .flat_map(|word| text.match_indices(word).map(|(at, _)| at));
    let mut places: Vec<usize> = after_ends.chain(at_joining).collect();
    places.sort_unstable();
    places.dedup();
    let joined = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        JOINING.iter().any(|word| rest.starts_with(word))
    };
    let cut = |at: usize| Cut {
        at,
        joined: joined(at),
    };
    let mut cuts: Vec<Cut> = places.into_iter().map(cut).collect();
    // Joining words are tried first where there are too many places.
    cuts.sort_by_key(|cut| !cut.joined);
    cuts.truncate(MOST_CUTS);
    cuts
}

fn both_sure(suggester: &Suggester, halves: [&str; 2], joined: bool) -> Option<[Matter; 2]> {
    if halves.iter().any(|half| letters(half) < FEWEST_CHARS) {
        return None;
    }
    let [first, second] = halves.map(|half| suggester.suggest(half));
    let (one, other) = (first.first()?, second.first()?);
    let is_close = |code: &str, half: &[Suggestion]| {
        let mut near = half.iter().filter(|near| near.confidence >= CLOSE);
        near.any(|near| near.code == code)
    };
    let differ = !is_close(&one.code, &second) && !is_close(&other.code, &first);
    let apart = joined || !suggester.are_siblings(&one.code, &other.code);
    if !differ || !apart || one.confidence < SURE || other.confidence < SURE {
        return None;
    }
    let matter = |text: &str, category: &Suggestion| Matter {
        text: tidy(text),
        category: category.clone(),
    };
    let [before, after] = halves;
    Some([matter(before, one), matter(after, other)])
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Without the joining word and the marks at both ends.
fn tidy(text: &str) -> String {
    let mut text = text.trim_matches(ENDS);
    for word in JOINING {
        if let Some(rest) = text.strip_prefix(word) {
            text = rest
                .trim_start_matches(ENDS)
                .trim_start_matches(['、', '：', ':']);
            break;
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::categories::suggest::Models;
    use crate::city::categories::tree::{Category, Tree};

    fn suggester() -> Suggester {
        let leaf = |code: &str, parent: Option<&str>, name: &str, keywords: &str| Category {
            code: code.into(),
            parent: parent.map(str::to_owned),
            name: name.into(),
            keywords: keywords.split_whitespace().map(str::to_owned).collect(),
            urgency: "普通".into(),
        };
        let tree = Tree::build(vec![
            leaf("02", None, "市政设施", ""),
            leaf("0203", Some("02"), "井盖缺失破损", "井盖 井盖破损 井盖松动"),
            leaf("0204", Some("02"), "路灯照明", "路灯不亮 路灯坏 没有路灯"),
            leaf("11", None, "噪声扰民", ""),
            leaf("1101", Some("11"), "夜间施工噪声", "夜间施工 半夜施工 打桩"),
        ]);
        Suggester::new(&tree.unwrap(), Models::default())
    }

    fn codes(text: &str) -> Vec<String> {
        let matters = find(&suggester(), text);
        matters.into_iter().map(|matter| matter.category.code).collect()
    }

    #[test]
    fn two_sure_halves_of_different_kinds_are_two_matters() {
        assert_eq!(
            codes("门口路灯不亮，没有路灯。对面工地半夜施工打桩。"),
            ["0204", "1101"]
        );
        let matters = find(&suggester(), "门口路灯不亮，没有路灯，另外工地半夜施工打桩");
        assert_eq!(matters[0].text, "门口路灯不亮，没有路灯");
        assert_eq!(matters[1].text, "工地半夜施工打桩");
    }

    #[test]
    fn one_matter_stays_one() {
        for text in [
            "门口路灯不亮，没有路灯",
            "路灯不亮，谢谢领导，盼望早日解决",
            "",
            "希望领导关心一下",
        ] {
            assert_eq!(codes(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn neighbours_need_a_joining_word() {
        assert_eq!(codes("路灯不亮没有路灯，井盖破损井盖松动"), Vec::<String>::new());
        assert_eq!(codes("路灯不亮没有路灯，还有井盖破损井盖松动"), ["0204", "0203"]);
    }

    #[test]
    fn a_text_of_many_clauses_is_cut_a_bounded_number_of_times() {
        assert_eq!(cuts(&"路灯，".repeat(500)).len(), MOST_CUTS);
    }
}
