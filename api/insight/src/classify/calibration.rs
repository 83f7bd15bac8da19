//! Calibration of scores to probabilities.
//!
//! Out-of-fold scores are divided by one temperature that minimises the log loss of the softmax. The probability of the
//! best category is then mapped by isotonic regression (pool adjacent violators).

use serde::{Deserialize, Serialize};

/// Out-of-fold scores of one text, and the index of its category.
pub struct HeldOutScore {
    /// Scores of every label.
    pub scores: Vec<f32>,
    /// Index of the right label.
    pub right: usize,
}

/// How scores become confidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    temperature: f32,
    /// Points of the isotonic curve: softmax probability of the best category, observed accuracy; both ascending.
    curve: Vec<(f32, f32)>,
}

impl Calibration {
    /// Fits the calibration to held-out scores.
    #[must_use]
    pub fn fit(held: &[HeldOutScore]) -> Self {
        let temperature = temperature(held);
        Self {
            temperature,
            curve: curve(held, temperature),
        }
    }

    /// Fits the temperature alone.
    #[must_use]
    pub fn of_temperature(held: &[HeldOutScore]) -> Self {
        Self {
            temperature: temperature(held),
            curve: Vec::new(),
        }
    }

    /// Returns the identity calibration: temperature 1, no curve.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            temperature: 1.0,
            curve: Vec::new(),
        }
    }

    /// Returns `true` if the values can be used: finite, and rising.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.temperature > 0.0
    }

    /// One a category, in the order of the scores; they add up to at most about one.
    #[must_use]
    pub fn confidences(&self, scores: &[f32]) -> Vec<f32> {
        let mut given = probabilities(scores, self.temperature);
        let best = given.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let bend = self.interpolate(best) / best;
        for confidence in &mut given {
            *confidence *= bend;
        }
        given
    }

    /// Straight between the points of the curve, level outside of them.
    fn interpolate(&self, said: f32) -> f32 {
        let after = self.curve.iter().position(|(at, _)| *at >= said);
        let point = |at: usize| self.curve.get(at).copied();
        match after {
            None => self.curve.last().map_or(said, |(_, holds)| *holds),
            Some(0) => point(0).map_or(said, |(at, holds)| holds * said / at.max(f32::MIN_POSITIVE)),
            Some(at) => {
                let (Some((x0, y0)), Some((x1, y1))) = (point(at - 1), point(at)) else {
                    return said;
                };
                let share = (said - x0) / (x1 - x0).max(f32::MIN_POSITIVE);
                y0 + share * (y1 - y0)
            }
        }
    }
}

/// Fewer texts a point say nothing certain.
const TEXTS_A_POINT: usize = 40;
const MOST_POINTS: usize = 20;

/// Isotonic regression over groups of equally many texts (pool adjacent violators). Each group is drawn a
/// little towards the middle, so that no few texts make a certainty. None with too few texts.
fn curve(held: &[HeldOutScore], temperature: f32) -> Vec<(f32, f32)> {
    let mut said: Vec<(f32, bool)> = held
        .iter()
        .map(|held| {
            let given = probabilities(&held.scores, temperature);
            let best = (0..)
                .zip(given)
                .fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
            (best.1, best.0 == held.right)
        })
        .collect();
    said.sort_by(|a, b| a.0.total_cmp(&b.0));
    let size = TEXTS_A_POINT.max(said.len().div_ceil(MOST_POINTS));
    if said.len() < 2 * size {
        return Vec::new();
    }
    let mut blocks: Vec<PavBlock> = Vec::new();
    for group in said.chunks(size) {
        let mut block = PavBlock {
            texts: group.len() as f32,
            said: group.iter().map(|(said, _)| said).sum(),
            right: group.iter().filter(|(_, right)| *right).count() as f32,
        };
        while let Some(last) = blocks.pop_if(|last| last.holds() >= block.holds()) {
            block.texts += last.texts;
            block.said += last.said;
            block.right += last.right;
        }
        blocks.push(block);
    }
    blocks
        .iter()
        .map(|block| (block.said / block.texts, block.holds()))
        .collect()
}

struct PavBlock {
    texts: f32,
    said: f32,
    right: f32,
}

impl PavBlock {
    fn holds(&self) -> f32 {
        (self.right + 0.5) / (self.texts + 1.0)
    }
}

/// Searched between these.
const MIN_TEMPERATURE: f32 = 0.01;
const MAX_TEMPERATURE: f32 = 10.0;
const STEPS: usize = 40;

/// Minimises the log loss over the held texts by golden section over the logarithm.
fn temperature(held: &[HeldOutScore]) -> f32 {
    const GOLDEN: f32 = 0.618_034;
    if held.is_empty() {
        return 1.0;
    }
    let (mut low, mut high) = (MIN_TEMPERATURE.ln(), MAX_TEMPERATURE.ln());
    for _ in 0..STEPS {
        let span = (high - low) * GOLDEN;
        let (left, right) = (high - span, low + span);
        if log_loss(held, left.exp()) < log_loss(held, right.exp()) {
            high = right;
        } else {
            low = left;
        }
    }
    f32::midpoint(low, high).exp()
}

/// Mean negative logarithm of what the right categories were given.
fn log_loss(held: &[HeldOutScore], temperature: f32) -> f64 {
    let of = |held: &HeldOutScore| {
        let given = probabilities(&held.scores, temperature);
        let right = given.get(held.right).copied().unwrap_or_default();
        -f64::from(right.max(f32::MIN_POSITIVE)).ln()
    };
    held.iter().map(of).sum::<f64>() / held.len() as f64
}

/// Softmax.
fn probabilities(scores: &[f32], temperature: f32) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut given: Vec<f32> = scores
        .iter()
        .map(|score| ((score - most) / temperature).exp())
        .collect();
    let sum: f32 = given.iter().sum();
    for share in &mut given {
        *share /= sum;
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_right_three_times_in_four_is_said_with_three_quarters() {
        let held: Vec<_> = (0..100)
            .map(|i| HeldOutScore {
                scores: vec![1.0, -1.0],
                right: usize::from(i % 4 == 0),
            })
            .collect();
        let given = probabilities(&[1.0, -1.0], temperature(&held));
        assert!((given[0] - 0.75).abs() < 0.01, "{given:?}");
    }

    #[test]
    fn what_the_softmax_says_too_loudly_is_bent_to_what_holds() {
        // Of the loud ones only half are right, of the soft ones none: no temperature says that.
        let held: Vec<_> = (0..400)
            .map(|i| {
                let loud = i % 2 == 0;
                let right = if loud { usize::from(i % 4 == 0) } else { 1 };
                let scores = if loud { vec![4.0, 0.0] } else { vec![0.1, 0.0] };
                HeldOutScore { scores, right }
            })
            .collect();
        let calibration = Calibration::fit(&held);
        assert!((calibration.confidences(&[4.0, 0.0])[0] - 0.5).abs() < 0.03);
        assert!(calibration.confidences(&[0.1, 0.0])[0] < 0.03);
        let said: Vec<f32> = (0..50)
            .map(|i| calibration.interpolate(i as f32 / 50.0))
            .collect();
        assert!(said.is_sorted(), "{said:?}");
    }

    #[test]
    fn a_temperature_alone_bends_nothing() {
        let held: Vec<_> = (0..400)
            .map(|i| HeldOutScore {
                scores: vec![1.0, 0.0],
                right: usize::from(i % 4 == 0),
            })
            .collect();
        let calibration = Calibration::of_temperature(&held);
        assert_eq!(calibration.curve, []);
        assert!((calibration.confidences(&[1.0, 0.0])[0] - 0.75).abs() < 0.01);
    }

    #[test]
    fn few_texts_bend_nothing() {
        let held: Vec<_> = (0..30)
            .map(|i| HeldOutScore {
                scores: vec![1.0, 0.0],
                right: i % 2,
            })
            .collect();
        assert_eq!(Calibration::fit(&held).curve, []);
    }

    #[test]
    fn probabilities_add_up_and_bear_great_scores() {
        let given = probabilities(&[1e30, -1e30, 0.0], 0.01);
        assert_eq!(given, [1.0, 0.0, 0.0]);
        assert!((probabilities(&[0.3, 0.2, -4.0], 0.5).iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
