//! From labelled texts to a model, and what to expect of it.

use std::collections::BTreeSet;

use super::calibration::{Calibration, Held};
use super::features::{self, Counts};
use super::folds::stratified;
use super::linear::{self, Options};
use super::model::Model;
use super::report::{Answer, Report};
use super::vocabulary::Vocabulary;
use rayon::prelude::*;

/// A text, and the category it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    pub text: String,
    pub label: String,
}

#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub seed: u64,
    /// The texts are parted so often for cross-validation and calibration.
    pub folds: usize,
    /// As a policy has it: below this an order goes to an operator. Only the report depends on it.
    pub min_confidence: f32,
    /// What a text on the wrong side costs against the length of the weights.
    pub cost: f32,
    /// How much of naive Bayes the machines begin with.
    pub prior: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            folds: 5,
            min_confidence: 0.5,
            cost: COST,
            prior: PRIOR,
        }
    }
}

impl Settings {
    fn options(self) -> Options {
        Options {
            seed: self.seed,
            cost: self.cost,
            prior: self.prior,
        }
    }
}

/// Both chosen by cross-validation on real messages and on the texts of a city pack.
const COST: f32 = 1.0;
const PRIOR: f32 = 0.5;
/// One byte a weight: with labels and vocabulary a model stays below 5 MB.
const MAX_WEIGHTS: usize = 4_500_000;

/// Why nothing can be learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("there must be texts of at least two categories")]
    OneCategory,
    #[error("there must be at least {0} texts")]
    TooFewTexts(usize),
    #[error("none of the texts says anything")]
    NoWords,
}

/// Trains on all texts; the report and the calibration come from cross-validation on the same texts.
///
/// `anchors` are always trained on and never asked: names and keywords of the categories, say.
pub fn train(
    examples: &[Example],
    anchors: &[Example],
    settings: Settings,
) -> Result<(Model, Report), Refused> {
    let set = Set::new(examples, anchors, settings)?;
    let held = set.hold_out(settings);
    let all: Vec<usize> = (0..set.asked).collect();
    let model = set.fit(&all, settings).calibrated(Calibration::fit(&held));
    if model.features() == 0 {
        return Err(Refused::NoWords);
    }
    Ok((model, set.report(&held, settings)))
}

/// Only the report.
pub fn cross_validate(
    examples: &[Example],
    anchors: &[Example],
    settings: Settings,
) -> Result<Report, Refused> {
    let set = Set::new(examples, anchors, settings)?;
    Ok(set.report(&set.hold_out(settings), settings))
}

/// Texts with their features counted once.
struct Set {
    categories: Vec<String>,
    /// Of the texts that are asked; behind these, of the anchors.
    counts: Vec<Counts>,
    labels: Vec<usize>,
    /// How many are not anchors.
    asked: usize,
    fingerprint: u64,
}

impl Set {
    fn new(examples: &[Example], anchors: &[Example], settings: Settings) -> Result<Self, Refused> {
        let all = || examples.iter().chain(anchors);
        let names: BTreeSet<&str> = all().map(|example| example.label.as_str()).collect();
        if names.len() < 2 {
            return Err(Refused::OneCategory);
        }
        if examples.len() < settings.folds {
            return Err(Refused::TooFewTexts(settings.folds));
        }
        let categories: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let label = |example: &Example| categories.binary_search(&example.label).unwrap_or_default();
        let labels = all().map(label).collect();
        let parts = all().flat_map(|example| [example.label.as_str(), example.text.as_str()]);
        Ok(Self {
            labels,
            asked: examples.len(),
            counts: examples
                .par_iter()
                .chain(anchors)
                .map(|example| features::count(&example.text))
                .collect(),
            fingerprint: features::fingerprint(parts),
            categories,
        })
    }

    fn fit(&self, chosen: &[usize], settings: Settings) -> Model {
        let counts: Vec<&Counts> = chosen.iter().filter_map(|at| self.counts.get(*at)).collect();
        let labels: Vec<usize> = chosen
            .iter()
            .filter_map(|at| self.labels.get(*at).copied())
            .collect();
        let width = self.categories.len();
        let vocabulary = Vocabulary::of(&counts, MAX_WEIGHTS / width);
        let rows: Vec<_> = counts.iter().map(|counts| vocabulary.row(counts)).collect();
        let machines = linear::train(&rows, &labels, width, vocabulary.len(), settings.options());
        Model::assemble(self.categories.clone(), vocabulary, &machines, self.fingerprint)
    }

    /// Scores of every text by machines that have not seen it.
    fn hold_out(&self, settings: Settings) -> Vec<Held> {
        let asked = self.labels.get(..self.asked).unwrap_or_default();
        let fold_of = stratified(asked, self.categories.len(), settings.folds, settings.seed);
        let mut held: Vec<(usize, Held)> = Vec::with_capacity(self.asked);
        for fold in 0..settings.folds {
            let (seen, unseen): (Vec<usize>, Vec<usize>) =
                (0..self.asked).partition(|at| fold_of.get(*at) != Some(&fold));
            let model = self.fit(&seen, settings);
            held.extend(unseen.into_iter().filter_map(|at| {
                let (counts, right) = (self.counts.get(at)?, *self.labels.get(at)?);
                let scores = model.scores(counts);
                Some((at, Held { scores, right }))
            }));
        }
        held.sort_by_key(|(at, _)| *at);
        held.into_iter().map(|(_, held)| held).collect()
    }

    /// With a calibration for each half of the texts from the other half, so that calibration is judged on
    /// texts it has not seen either.
    fn report(&self, held: &[Held], settings: Settings) -> Report {
        let half = |odd: usize| {
            let part = held.iter().enumerate().filter(move |(at, _)| at % 2 == odd);
            part.map(|(_, held)| Held {
                scores: held.scores.clone(),
                right: held.right,
            })
        };
        let calibrations = [1, 0].map(|odd| Calibration::fit(&half(odd).collect::<Vec<_>>()));
        let answer = |(at, held): (usize, &Held)| {
            let [even, odd] = &calibrations;
            let calibration = if at % 2 == 0 { even } else { odd };
            let given = calibration.confidences(&held.scores);
            let best = given
                .iter()
                .copied()
                .enumerate()
                .fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
            Answer {
                right: held.right,
                given: Some(best.0),
                confidence: best.1,
            }
        };
        let answers: Vec<Answer> = held.iter().enumerate().map(answer).collect();
        Report::of(&self.categories, &answers, settings.min_confidence)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn examples() -> Vec<Example> {
        let of = |label: &str, texts: &[&str]| -> Vec<Example> {
            let example = |text: &&str| Example {
                text: (*text).to_owned(),
                label: label.to_owned(),
            };
            texts.iter().map(example).collect()
        };
        [
            of(
                "路灯",
                &[
                    "路灯不亮",
                    "路灯坏了",
                    "晚上路灯不亮看不见",
                    "路灯杆歪了",
                    "没有路灯太暗",
                    "路灯一闪一闪",
                ],
            ),
            of(
                "停水",
                &[
                    "停水两天",
                    "自来水停了",
                    "家里停水",
                    "突然停水没通知",
                    "又停水了",
                    "小区停水",
                ],
            ),
            of(
                "噪声",
                &[
                    "工地噪声太大",
                    "半夜打桩噪声",
                    "噪声吵得睡不着",
                    "夜间施工噪声",
                    "邻居装修噪声",
                    "音响噪声",
                ],
            ),
        ]
        .concat()
    }

    #[test]
    fn the_same_texts_and_seed_give_the_same_bytes() {
        let bytes = || train(&examples(), &[], Settings::default()).unwrap().0.to_bytes();
        assert_eq!(bytes(), bytes());
    }

    #[test]
    fn cross_validation_says_what_it_was_asked_for() {
        let (model, report) = train(&examples(), &[], Settings::default()).unwrap();
        assert_eq!(
            report,
            cross_validate(&examples(), &[], Settings::default()).unwrap()
        );
        assert_eq!((report.texts, report.labels.as_slice()), (18, model.labels()));
        assert!(report.accuracy > 0.8, "{report:?}");
        assert_eq!(report.confusion.iter().flatten().sum::<u32>(), 18);
    }

    #[test]
    fn what_nothing_can_be_learned_from_is_refused() {
        let one = |label: &str, text: &str| Example {
            text: text.into(),
            label: label.into(),
        };
        let refused = |examples: &[Example]| train(examples, &[], Settings::default()).unwrap_err();
        assert_eq!(refused(&[]), Refused::OneCategory);
        assert_eq!(
            refused(&[one("a", "停水"), one("b", "停电")]),
            Refused::TooFewTexts(5)
        );
        let empty: Vec<_> = (0..10).map(|i| one(["a", "b"][i % 2], "希望")).collect();
        assert_eq!(refused(&empty), Refused::NoWords);
    }

    #[test]
    fn labels_that_follow_no_text_are_not_learned() {
        let examples: Vec<_> = examples()
            .into_iter()
            .enumerate()
            .map(|(at, example)| Example {
                label: ["a", "b", "c"][at % 3].into(),
                ..example
            })
            .collect();
        let report = cross_validate(&examples, &[], Settings::default()).unwrap();
        assert!(report.accuracy < 0.7, "{}", report.accuracy);
    }
}
