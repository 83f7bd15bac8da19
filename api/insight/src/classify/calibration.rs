//! From scores to probabilities that hold. The scores of texts that the machines had not seen are divided by
//! one temperature, chosen so that the softmax says the right category as loudly as it deserves.

/// Scores of one text that was not trained on, and which category was right.
pub struct Held {
    pub scores: Vec<f32>,
    pub right: usize,
}

/// Searched between these.
const COLDEST: f32 = 0.01;
const HOTTEST: f32 = 10.0;
const STEPS: usize = 40;

/// Minimises the surprise over the held texts by golden section over the logarithm.
#[must_use]
pub fn temperature(held: &[Held]) -> f32 {
    const GOLDEN: f32 = 0.618_034;
    if held.is_empty() {
        return 1.0;
    }
    let (mut low, mut high) = (COLDEST.ln(), HOTTEST.ln());
    for _ in 0..STEPS {
        let span = (high - low) * GOLDEN;
        let (left, right) = (high - span, low + span);
        if surprise(held, left.exp()) < surprise(held, right.exp()) {
            high = right;
        } else {
            low = left;
        }
    }
    f32::midpoint(low, high).exp()
}

/// Mean negative logarithm of what the right categories were given.
fn surprise(held: &[Held], temperature: f32) -> f64 {
    let of = |held: &Held| {
        let given = probabilities(&held.scores, temperature);
        let right = given.get(held.right).copied().unwrap_or_default();
        -f64::from(right.max(f32::MIN_POSITIVE)).ln()
    };
    held.iter().map(of).sum::<f64>() / held.len() as f64
}

/// Softmax.
#[must_use]
pub fn probabilities(scores: &[f32], temperature: f32) -> Vec<f32> {
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
            .map(|i| Held {
                scores: vec![1.0, -1.0],
                right: usize::from(i % 4 == 0),
            })
            .collect();
        let given = probabilities(&[1.0, -1.0], temperature(&held));
        assert!((given[0] - 0.75).abs() < 0.01, "{given:?}");
    }

    #[test]
    fn probabilities_add_up_and_bear_great_scores() {
        let given = probabilities(&[1e30, -1e30, 0.0], 0.01);
        assert_eq!(given, [1.0, 0.0, 0.0]);
        assert!((probabilities(&[0.3, 0.2, -4.0], 0.5).iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
