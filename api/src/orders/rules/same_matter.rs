//! Pure: whether two reports are about the same matter: by place, category, words, time and pictures.
//!
//! The crate `insight` judges words, place, category and time; pictures come on top.

use std::cmp::Ordering;

use entity::ids::OrderId;
use insight::similar::{self, Index, TextDocument};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Radius of the search for nearby orders, in metres.
pub const SEARCH_RADIUS_M: f64 = 500.0;

/// From this probability on a client should ask "is it this one?".
const LIKELY: f64 = 0.5;
const NEAR_M: f64 = 100.0;
/// So alike are the texts of which two found a group of one matter.
const TEXTS_ALIKE: f64 = 0.16;
/// Different bits of a 64-bit difference hash; a recompressed picture differs in fewer.
const BITS_APART: u32 = 8;
/// From this probability on, both are of one kind.
const ONE_KIND: f64 = 0.5;
/// A picture of nearly one shade has a hash that many have.
const INFORMATIVE_HASH_BITS: std::ops::RangeInclusive<u32> = 6..=58;
/// Probability of one matter if the same picture was sent twice.
const SAME_PICTURE: f64 = 0.9;

/// The known facts of a report.
#[derive(Clone, Debug)]
pub struct ComparedOrder<'a> {
    pub report: TextDocument<'a>,
    /// Difference hashes of its photos.
    pub pictures: &'a [u64],
}

/// A sign that two reports are one matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Sign)]
pub enum Evidence {
    Place,
    Category,
    Text,
    Picture,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Likeness {
    /// That both are one matter.
    pub probability: f64,
    /// None where one of the two has no place.
    pub distance_m: Option<f64>,
    pub signs: Vec<Evidence>,
}

impl Likeness {
    /// Being near alone is no sign: many matters are.
    #[must_use]
    pub fn is_likely(&self) -> bool {
        self.probability >= LIKELY && self.signs.iter().any(|sign| *sign != Evidence::Place)
    }

    /// The likest first: what is likely at all, then by the probability.
    #[must_use]
    pub fn cmp_likelihood(&self, other: &Self) -> Ordering {
        let likely = other.is_likely().cmp(&self.is_likely());
        likely.then(other.probability.total_cmp(&self.probability))
    }
}

/// `index` says how rare words are.
#[must_use]
pub fn likeness(index: &Index<OrderId>, new: &ComparedOrder<'_>, known: &ComparedOrder<'_>) -> Likeness {
    let reasons = similar::same_matter(index, &new.report, &known.report);
    let same_picture = new
        .pictures
        .iter()
        .any(|a| known.pictures.iter().any(|b| same_picture(*a, *b)));
    let probability = if same_picture {
        reasons.probability.max(SAME_PICTURE)
    } else {
        reasons.probability
    };
    let signs = [
        (reasons.distance_m.is_some_and(|m| m <= NEAR_M), Evidence::Place),
        (
            reasons.same_kind.is_some_and(|share| share >= ONE_KIND),
            Evidence::Category,
        ),
        (reasons.text_similarity >= TEXTS_ALIKE, Evidence::Text),
        (same_picture, Evidence::Picture),
    ];
    Likeness {
        probability,
        distance_m: reasons.distance_m,
        signs: signs
            .into_iter()
            .filter(|(shows, _)| *shows)
            .map(|(_, sign)| sign)
            .collect(),
    }
}

fn same_picture(a: u64, b: u64) -> bool {
    let says = |hash: u64| INFORMATIVE_HASH_BITS.contains(&hash.count_ones());
    says(a) && says(b) && (a ^ b).count_ones() <= BITS_APART
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use insight::similar::{Features, Kinds, Wording};

    use super::*;

    const HERE: (f64, f64) = (112.43, 34.66);
    const HOLE: &str = "南昌路与联盟路交叉口路面塌陷，车辆绕行。";
    const AGAIN: &str = "联盟路南昌路口，路面塌陷很久，车辆只能绕行";
    const NOISE: &str = "夜间施工噪声扰民，希望尽快整治";

    struct Told {
        features: Features,
        wording: Wording,
        kinds: Kinds,
        metres_east: f64,
        pictures: Vec<u64>,
    }

    fn told(category: Option<&'static str>, text: &str, metres_east: f64, pictures: &[u64]) -> Told {
        Told {
            features: Features::of("", text),
            wording: Wording::of(text),
            kinds: category.map_or_else(Kinds::default, Kinds::chosen),
            metres_east,
            pictures: pictures.to_vec(),
        }
    }

    impl Told {
        fn matter(&self) -> ComparedOrder<'_> {
            let metres_per_degree = places::datum::METRES_PER_DEGREE * HERE.1.to_radians().cos();
            ComparedOrder {
                report: TextDocument {
                    features: &self.features,
                    place: Some((HERE.0 + self.metres_east / metres_per_degree, HERE.1)),
                    kinds: &self.kinds,
                    wording: &self.wording,
                    at: DateTime::UNIX_EPOCH,
                },
                pictures: &self.pictures,
            }
        }
    }

    fn like(a: &Told, b: &Told) -> Likeness {
        let mut index = Index::default();
        for text in [HOLE, AGAIN, NOISE] {
            index.add(OrderId::generate(), Features::of("", text));
        }
        likeness(&index, &a.matter(), &b.matter())
    }

    #[test]
    fn the_same_hole_told_twice_is_likely_the_same_matter() {
        let known = told(Some("road"), AGAIN, 30.0, &[]);
        let like_it = like(&told(Some("road"), HOLE, 0.0, &[]), &known);
        assert!(like_it.is_likely(), "{like_it:?}");
        assert_eq!(
            like_it.signs,
            [Evidence::Place, Evidence::Category, Evidence::Text]
        );
        // Before the category is chosen, the words are enough.
        assert!(like(&told(None, HOLE, 0.0, &[]), &known).is_likely());
    }

    #[test]
    fn another_matter_at_the_same_place_is_not() {
        let like_it = like(
            &told(Some("road"), HOLE, 0.0, &[]),
            &told(Some("noise"), NOISE, 0.0, &[]),
        );
        assert!(!like_it.is_likely(), "{like_it:?}");
        assert_eq!(like_it.signs, [Evidence::Place]);
    }

    #[test]
    fn before_a_word_is_written_one_category_at_one_spot_is_likely_and_the_place_alone_is_not() {
        let known = told(Some("road"), HOLE, 10.0, &[]);
        assert!(like(&told(Some("road"), "", 0.0, &[]), &known).is_likely());
        assert!(!like(&told(None, "", 0.0, &[]), &known).is_likely());
        assert!(!like(&told(Some("road"), "", 400.0, &[]), &known).is_likely());
    }

    #[test]
    fn the_same_picture_is_enough_and_an_empty_one_is_nothing() {
        let picture = 0x0f0f_3c3c_a5a5_9696;
        let new = told(None, "", 0.0, &[picture]);
        let sent_again = told(None, NOISE, 400.0, &[picture ^ 0b1011]);
        assert_eq!(like(&new, &sent_again).signs, [Evidence::Picture]);
        assert!(like(&new, &sent_again).is_likely());
        let other = told(None, "", 400.0, &[!picture]);
        assert!(like(&new, &other).signs.is_empty());
        let near = told(None, "", 0.0, &[!picture]);
        assert_eq!(
            like(&new, &sent_again).cmp_likelihood(&like(&new, &near)),
            Ordering::Less,
            "being near is less than the same picture"
        );
        let (wall, sky) = (told(None, "", 0.0, &[0]), told(None, "", 400.0, &[1]));
        assert!(like(&wall, &sky).signs.is_empty());
    }
}
