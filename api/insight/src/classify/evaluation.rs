//! Evaluation figures of a model.

use serde::Serialize;

use super::model::Model;
use super::training::Example;

/// One text, answered.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Index of the right label.
    pub right: usize,
    /// `None` if the model returned no category.
    pub given: Option<usize>,
    /// The calibrated confidence.
    pub confidence: f32,
}

/// Figures of a model on texts that it was not trained with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Number of texts.
    pub texts: usize,
    /// Share of the texts whose first answer is right.
    pub accuracy: f64,
    /// Mean of the categories' F1: small categories count as much as great ones.
    pub macro_f1: f64,
    /// At the policy's limit.
    pub threshold: f64,
    /// The share of texts that would not go to an operator.
    pub coverage: f64,
    /// How many of these would be right; 1 when there are none.
    pub precision: f64,
    /// Coverage and precision at further limits.
    pub limits: Vec<AtLimit>,
    /// Expected calibration error over ten equally wide bins of confidence.
    pub calibration_error: f64,
    /// Figures of each label.
    pub by_label: Vec<LabelReport>,
    /// Names of the labels.
    pub labels: Vec<String>,
    /// Row: the right category; column: the given one, in the order of `labels`.
    pub confusion: Vec<Vec<u32>>,
}

/// Coverage and precision at one limit of confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AtLimit {
    /// Answers at or above this confidence are given.
    pub limit: f64,
    /// Share of the texts that get an answer.
    pub coverage: f64,
    /// Share of the given answers that are right.
    pub precision: f64,
}

impl AtLimit {
    fn of(answers: &[Answer], limit: f32) -> Self {
        let sure = || {
            let given = answers.iter().filter(|answer| answer.given.is_some());
            given.filter(move |answer| answer.confidence >= limit)
        };
        let many = sure().count();
        Self {
            limit: f64::from(limit),
            coverage: ratio(many as f64, answers.len()),
            precision: if many == 0 {
                1.0
            } else {
                ratio(count(sure(), Answer::is_right), many)
            },
        }
    }
}

/// Limits of which a report tells, in hundredths.
const LIMITS: std::ops::RangeInclusive<u8> = 20..=95;
const LIMIT_STEP: usize = 5;

/// Figures of one label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelReport {
    /// The category.
    pub label: String,
    /// Number of texts.
    pub texts: u32,
    /// Share of the given answers that are right.
    pub precision: f64,
    /// Share of the texts of the label that got it.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
}

impl Evaluation {
    /// Counts the answers; `threshold` is the confidence from which an answer is given.
    #[must_use]
    pub fn of(labels: &[String], answers: &[Answer], threshold: f32) -> Self {
        let mut confusion = vec![vec![0_u32; labels.len()]; labels.len()];
        for answer in answers {
            let cell = answer
                .given
                .and_then(|given| confusion.get_mut(answer.right)?.get_mut(given));
            if let Some(cell) = cell {
                *cell += 1;
            }
        }
        let by_label: Vec<LabelReport> = labels
            .iter()
            .enumerate()
            .map(|(at, label)| label_report(at, label, answers))
            .collect();
        let at_threshold = AtLimit::of(answers, threshold);
        // A category without a text in this set can be neither hit nor missed.
        let asked = by_label.iter().filter(|label| label.texts > 0);
        let macro_f1 = ratio(asked.clone().map(|label| label.f1).sum(), asked.count());
        Self {
            texts: answers.len(),
            accuracy: ratio(count(answers.iter(), Answer::is_right), answers.len()),
            macro_f1,
            threshold: f64::from(threshold),
            coverage: at_threshold.coverage,
            precision: at_threshold.precision,
            limits: LIMITS
                .step_by(LIMIT_STEP)
                .map(|hundredths| AtLimit::of(answers, f32::from(hundredths) / 100.0))
                .collect(),
            calibration_error: calibration_error(answers),
            by_label,
            labels: labels.to_vec(),
            confusion,
        }
    }

    /// The pairs that are taken for one another most often: (right, given, how often).
    #[must_use]
    pub fn most_confused(&self, most: usize) -> Vec<(&str, &str, u32)> {
        let mut pairs = Vec::new();
        for (right, row) in self.labels.iter().zip(&self.confusion) {
            for (given, times) in self.labels.iter().zip(row) {
                if right != given && *times > 0 {
                    pairs.push((right.as_str(), given.as_str(), *times));
                }
            }
        }
        pairs.sort_by_key(|(_, _, times)| std::cmp::Reverse(*times));
        pairs.truncate(most);
        pairs
    }
}

impl Answer {
    /// Returns `true` if the first answer is the right label.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.given == Some(self.right)
    }
}

fn label_report(at: usize, label: &str, answers: &[Answer]) -> LabelReport {
    let texts = answers.iter().filter(|answer| answer.right == at).count();
    let given = answers.iter().filter(|answer| answer.given == Some(at)).count();
    let hit = count(answers.iter(), |answer| answer.right == at && answer.is_right());
    LabelReport {
        label: label.to_owned(),
        texts: u32::try_from(texts).unwrap_or(u32::MAX),
        precision: ratio(hit, given),
        recall: ratio(hit, texts),
        f1: ratio(2.0 * hit, texts + given),
    }
}

fn calibration_error(answers: &[Answer]) -> f64 {
    const BINS: u32 = 10;
    let mut bins = vec![(0.0, 0.0); BINS as usize];
    for answer in answers.iter().filter(|answer| answer.given.is_some()) {
        let bin = ((answer.confidence * BINS as f32) as usize).min(BINS as usize - 1);
        if let Some((said, held)) = bins.get_mut(bin) {
            *said += f64::from(answer.confidence);
            *held += f64::from(u8::from(answer.is_right()));
        }
    }
    let distance: f64 = bins
        .iter()
        .map(|(said, held): &(f64, f64)| (said - held).abs())
        .sum();
    ratio(distance, answers.len())
}

fn count<'a>(answers: impl Iterator<Item = &'a Answer>, which: impl Fn(&Answer) -> bool) -> f64 {
    answers.filter(|answer| which(answer)).count() as f64
}

/// 0 of 0 is 0.
fn ratio(part: f64, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part / whole as f64 }
}

/// Asks a model about texts whose category is known. Labels the model does not know are always missed.
#[must_use]
pub fn evaluate(model: &Model, examples: &[Example], threshold: f32) -> Evaluation {
    let mut labels = model.labels().to_vec();
    for example in examples {
        if !labels.contains(&example.label) {
            labels.push(example.label.clone());
        }
    }
    let at = |label: &str| labels.iter().position(|known| known == label);
    let answer = |example: &Example| {
        let best = model.suggest(&example.text, 1).into_iter().next();
        Answer {
            right: at(&example.label).unwrap_or_default(),
            given: best.as_ref().and_then(|best| at(best.label)),
            confidence: best.map_or(0.0, |best| best.confidence),
        }
    };
    let answers: Vec<Answer> = examples.iter().map(answer).collect();
    Evaluation::of(&labels, &answers, threshold)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Right category, given one, confidence.
    const ANSWERS: [(usize, Option<usize>, f32); 6] = [
        (0, Some(0), 0.9),
        (0, Some(0), 0.8),
        (0, Some(1), 0.7),
        (1, Some(1), 0.9),
        (1, Some(0), 0.3),
        (1, None, 0.0),
    ];

    fn report(threshold: f32) -> Evaluation {
        let answers = ANSWERS.map(|(right, given, confidence)| Answer {
            right,
            given,
            confidence,
        });
        Evaluation::of(&["a".into(), "b".into()], &answers, threshold)
    }

    #[test]
    fn the_scores_are_those_of_the_textbook() {
        let report = report(0.5);
        assert!((report.accuracy - 3.0 / 6.0).abs() < 1e-9);
        // a: precision 2/3, recall 2/3; b: precision 1/2, recall 1/3.
        let (a, b) = (2.0 / 3.0, 2.0 * 0.5 / 3.0 / (0.5 + 1.0 / 3.0));
        assert!((report.by_label[0].f1 - a).abs() < 1e-9);
        assert!((report.by_label[1].f1 - b).abs() < 1e-9);
        assert!((report.macro_f1 - f64::midpoint(a, b)).abs() < 1e-9);
        assert_eq!(report.confusion, [[2, 1], [1, 1]]);
        assert_eq!(report.most_confused(1), [("a", "b", 1)]);
    }

    #[test]
    fn a_higher_limit_covers_less() {
        let (low, high) = (report(0.5), report(0.85));
        assert!((low.coverage - 4.0 / 6.0).abs() < 1e-9 && (low.precision - 3.0 / 4.0).abs() < 1e-9);
        assert!((high.coverage - 2.0 / 6.0).abs() < 1e-9 && (high.precision - 1.0).abs() < 1e-9);
        assert!((report(0.95).precision - 1.0).abs() < 1e-9);
        let told = low
            .limits
            .iter()
            .find(|at| (at.limit - 0.5).abs() < 1e-6)
            .unwrap();
        assert_eq!((told.coverage, told.precision), (low.coverage, low.precision));
        assert!(
            low.limits
                .windows(2)
                .all(|pair| pair[0].coverage >= pair[1].coverage)
        );
    }

    #[test]
    fn what_is_said_is_held_against_what_is_so() {
        // Two of 0.9 and both right: 0.2 too little. 0.8 and right: 0.2. 0.7 and wrong: 0.7. 0.3 and wrong: 0.3.
        let expected = (0.2 + 0.2 + 0.7 + 0.3) / 6.0;
        assert!((report(0.5).calibration_error - expected).abs() < 1e-6);
    }

    #[test]
    fn nothing_asked_is_no_division_by_zero() {
        let report = Evaluation::of(&["a".into()], &[], 0.5);
        assert!(report.accuracy.abs() < 1e-9 && report.macro_f1.abs() < 1e-9);
    }
}
