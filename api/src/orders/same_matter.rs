//! Whether two reports are about the same matter: by place, category, words and pictures. Pure.

use std::cmp::Ordering;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Beyond this nothing is the same matter.
pub const REACH_M: f64 = 500.0;

/// From this on a client should ask "is it this one?".
const LIKELY: f64 = 0.6;
const NEAR_M: f64 = 100.0;
/// So much of two texts' pairs of characters in common is no chance.
const WORDS_ALIKE: f64 = 0.3;
/// Of 64 bits of a difference hash; the same picture compressed anew differs in fewer.
const BITS_APART: u32 = 8;
/// A picture of nearly one shade has a hash that many have.
const BITS_THAT_SAY_SOMETHING: std::ops::RangeInclusive<u32> = 6..=58;
/// The parts of a likeness; together 1. The same picture counts as much as all of them but a doubt.
const PLACE_WEIGHS: f64 = 0.35;
const CATEGORY_WEIGHS: f64 = 0.25;
const WORDS_WEIGH: f64 = 0.4;
const SAME_PICTURE: f64 = 0.9;

/// What is known of a report.
#[derive(Clone, Debug, Default)]
pub struct Matter {
    pub category: Option<String>,
    pub pairs: HashSet<(char, char)>,
    /// Difference hashes of its photos.
    pub pictures: Vec<u64>,
}

/// What speaks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    Place,
    Category,
    Text,
    Picture,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Likeness {
    /// 0 to 1.
    pub score: f64,
    pub signs: Vec<Sign>,
}

impl Likeness {
    /// Being near alone is no sign: many matters are.
    #[must_use]
    pub fn is_likely(&self) -> bool {
        self.score >= LIKELY && self.signs.iter().any(|sign| *sign != Sign::Place)
    }

    /// The likest first: what is likely at all, then by the score.
    #[must_use]
    pub fn before(&self, other: &Self) -> Ordering {
        let likely = other.is_likely().cmp(&self.is_likely());
        likely.then(other.score.total_cmp(&self.score))
    }
}

/// The text's pairs of neighbouring letters, blanks and punctuation left out.
#[must_use]
pub fn pairs(text: &str) -> HashSet<(char, char)> {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    letters
        .windows(2)
        .filter_map(|pair| match pair {
            [a, b] => Some((*a, *b)),
            _ => None,
        })
        .collect()
}

#[must_use]
pub fn likeness(distance_m: f64, new: &Matter, known: &Matter) -> Likeness {
    let near = (1.0 - distance_m / REACH_M).clamp(0.0, 1.0);
    let same_category = new.category.is_some() && new.category == known.category;
    let words = dice(&new.pairs, &known.pairs);
    let same_picture = new
        .pictures
        .iter()
        .any(|a| known.pictures.iter().any(|b| same_picture(*a, *b)));
    // What the new report does not say yet neither speaks for it nor against it.
    let says = |known: bool, weight: f64| if known { weight } else { 0.0 };
    let most = PLACE_WEIGHS
        + says(new.category.is_some(), CATEGORY_WEIGHS)
        + says(!new.pairs.is_empty(), WORDS_WEIGH);
    let found = PLACE_WEIGHS * near + says(same_category, CATEGORY_WEIGHS) + WORDS_WEIGH * words;
    let mut score = found / most;
    if same_picture {
        score = score.max(SAME_PICTURE);
    }
    let signs = [
        (distance_m <= NEAR_M, Sign::Place),
        (same_category, Sign::Category),
        (words >= WORDS_ALIKE, Sign::Text),
        (same_picture, Sign::Picture),
    ];
    Likeness {
        score,
        signs: signs
            .into_iter()
            .filter(|(shows, _)| *shows)
            .map(|(_, sign)| sign)
            .collect(),
    }
}

/// Twice what is common over what there is.
fn dice(a: &HashSet<(char, char)>, b: &HashSet<(char, char)>) -> f64 {
    let all = a.len() + b.len();
    if all == 0 {
        return 0.0;
    }
    2.0 * a.intersection(b).count() as f64 / all as f64
}

fn same_picture(a: u64, b: u64) -> bool {
    let says = |hash: u64| BITS_THAT_SAY_SOMETHING.contains(&hash.count_ones());
    says(a) && says(b) && (a ^ b).count_ones() <= BITS_APART
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matter(category: Option<&str>, text: &str, pictures: &[u64]) -> Matter {
        Matter {
            category: category.map(str::to_owned),
            pairs: pairs(text),
            pictures: pictures.to_vec(),
        }
    }

    #[test]
    fn the_same_hole_told_twice_is_likely_the_same_matter() {
        let a = matter(Some("road"), "南昌路与联盟路交叉口路面塌陷，车辆绕行。", &[]);
        let b = matter(Some("road"), "联盟路南昌路口，路面塌陷很久，车辆只能绕行", &[]);
        let like = likeness(30.0, &a, &b);
        assert!(like.is_likely(), "{like:?}");
        assert_eq!(like.signs, [Sign::Place, Sign::Category, Sign::Text]);
        // Before the category is chosen, the words are enough.
        let composing = Matter { category: None, ..a };
        assert!(likeness(30.0, &composing, &b).is_likely());
    }

    #[test]
    fn another_matter_at_the_same_place_is_not() {
        let a = matter(Some("road"), "南昌路与联盟路交叉口路面塌陷，车辆绕行。", &[]);
        let b = matter(Some("noise"), "夜间施工噪声扰民，希望尽快整治", &[]);
        let like = likeness(0.0, &a, &b);
        assert!(!like.is_likely(), "{like:?}");
        assert_eq!(like.signs, [Sign::Place]);
    }

    #[test]
    fn the_same_picture_is_enough_and_an_empty_one_is_nothing() {
        let picture = 0x0f0f_3c3c_a5a5_9696;
        let a = matter(None, "", &[picture]);
        let sent_again = matter(None, "另一段文字", &[picture ^ 0b1011]);
        assert_eq!(likeness(400.0, &a, &sent_again).signs, [Sign::Picture]);
        assert!(likeness(400.0, &a, &sent_again).is_likely());
        let other = matter(None, "", &[!picture]);
        assert!(likeness(400.0, &a, &other).signs.is_empty());
        let (same, near) = (likeness(400.0, &a, &sent_again), likeness(0.0, &a, &other));
        assert_eq!(
            same.before(&near),
            Ordering::Less,
            "being near is less than the same picture"
        );
        let (wall, sky) = (matter(None, "", &[0]), matter(None, "", &[1]));
        assert!(likeness(400.0, &wall, &sky).signs.is_empty());
    }

    #[test]
    fn nothing_said_is_nothing_alike() {
        let nothing = Matter::default();
        assert!(
            !likeness(0.0, &nothing, &nothing).is_likely(),
            "being near is no sign"
        );
        assert_eq!(
            likeness(REACH_M, &nothing, &nothing),
            Likeness {
                score: 0.0,
                signs: vec![]
            }
        );
    }
}
