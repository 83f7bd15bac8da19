//! Trains a model from labelled texts and evaluates it by cross-validation.

use std::collections::BTreeSet;

use super::calibration::{Calibration, HeldOutScore};
use super::evaluation::{Answer, Evaluation};
use super::features::{self, Counts};
use super::folds::stratified;
use super::linear::{self, LinearModel, Options};
use super::model::Model;
use super::vocabulary::{Row, Vocabulary};
use rayon::prelude::*;

/// A text, and the category it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The words.
    pub text: String,
    /// The category.
    pub label: String,
}

/// How a model is trained.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Seeds the random numbers; equal seeds give equal results.
    pub seed: u64,
    /// Number of folds for cross-validation and calibration.
    pub folds: usize,
    /// Confidence below which the policy sends an order to an operator. Only the evaluation depends on it.
    pub min_confidence: f32,
    /// Cost of a margin violation relative to the L2 penalty.
    pub cost: f32,
    /// Scale of the naive Bayes weights that training starts from.
    pub prior: f32,
    /// Length of the label prefix that names the parent category, e.g. 2 for `0201` and `0206`; 0 for none.
    pub family_chars: usize,
    /// Share of the parent's model that is added to a category's own.
    pub family: f32,
    /// Whether confidence follows the accuracy seen in the folds beyond one temperature. Right for texts that are like
    /// those to come; texts written for training are barer than real ones, and their folds make a model too shy.
    pub curve: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            folds: 5,
            min_confidence: 0.5,
            cost: COST,
            prior: PRIOR,
            family_chars: 0,
            family: FAMILY,
            curve: true,
        }
    }
}

impl Settings {
    fn calibration(self, held: &[HeldOutScore]) -> Calibration {
        if self.curve {
            Calibration::fit(held)
        } else {
            Calibration::of_temperature(held)
        }
    }

    fn options(self) -> Options {
        Options {
            seed: self.seed,
            cost: self.cost,
            prior: self.prior,
            tolerance: TOLERANCE,
        }
    }
}

/// Both chosen by cross-validation on real messages and on the texts of a city pack.
const COST: f32 = 1.0;
const PRIOR: f32 = 0.5;
/// A tenth of it takes longer and answers no better (`docs/insight.md`).
const TOLERANCE: f32 = 1e-2;
/// Chosen on the texts of a city pack.
const FAMILY: f32 = 0.5;
/// Bounds the memory of a training: a weight takes four bytes until the small ones are left out.
const MAX_WEIGHTS: usize = 10_000_000;
/// Keeps a model of few categories small.
const MAX_FEATURES: usize = 200_000;

/// Reason why no model can be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// All texts have one label.
    #[error("there must be texts of at least two categories")]
    OneCategory,
    /// Fewer texts than a model needs.
    #[error("there must be at least {0} texts")]
    TooFewTexts(usize),
    /// No text has a feature.
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
) -> Result<(Model, Evaluation), Refused> {
    let Trained { model, report, .. } = train_in_full(examples, anchors, settings)?;
    Ok((model, report))
}

/// A model, and what is known of it.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The trained model.
    pub model: Model,
    /// Figures by cross-validation.
    pub report: Evaluation,
    /// Of each example, whether models that had not seen it answered it rightly.
    pub right: Vec<bool>,
}

/// Trains like [`train`] and also returns whether each example was answered correctly out of fold.
pub fn train_in_full(
    examples: &[Example],
    anchors: &[Example],
    settings: Settings,
) -> Result<Trained, Refused> {
    let set = Set::new(examples, anchors, settings)?;
    let held = set.out_of_fold_scores(settings);
    let all: Vec<usize> = (0..set.asked).collect();
    let model = set.fit(&all, settings).calibrated(settings.calibration(&held));
    if model.features() == 0 {
        return Err(Refused::NoWords);
    }
    let answers = answers(&held, settings);
    Ok(Trained {
        model,
        report: Evaluation::of(&set.categories, &answers, settings.min_confidence),
        right: answers.iter().map(Answer::is_right).collect(),
    })
}

/// Returns the cross-validated evaluation without a model.
pub fn cross_validate(
    examples: &[Example],
    anchors: &[Example],
    settings: Settings,
) -> Result<Evaluation, Refused> {
    let set = Set::new(examples, anchors, settings)?;
    let answers = answers(&set.out_of_fold_scores(settings), settings);
    Ok(Evaluation::of(&set.categories, &answers, settings.min_confidence))
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

    /// Trains on the chosen texts and on all anchors.
    fn fit(&self, chosen: &[usize], settings: Settings) -> Model {
        let chosen = || chosen.iter().copied().chain(self.asked..self.counts.len());
        let counts: Vec<&Counts> = chosen().filter_map(|at| self.counts.get(at)).collect();
        let labels: Vec<usize> = chosen().filter_map(|at| self.labels.get(at).copied()).collect();
        let width = self.categories.len();
        let vocabulary = Vocabulary::of(&counts, MAX_FEATURES.min(MAX_WEIGHTS / width));
        let rows: Vec<_> = counts.iter().map(|counts| vocabulary.row(counts)).collect();
        let mut models = linear::train(&rows, &labels, width, vocabulary.len(), settings.options());
        self.blend_with_parent(&mut models, &rows, &labels, settings);
        Model::assemble(self.categories.clone(), vocabulary, &models, self.fingerprint)
    }

    /// Adds to each category's model a share of its family's: what the texts of a first-level category have in
    /// common, few texts of one kind do not show. The model stays linear, and as large as it was.
    fn blend_with_parent(
        &self,
        models: &mut [LinearModel],
        rows: &[Row],
        labels: &[usize],
        settings: Settings,
    ) {
        let family = |label: &String| -> String { label.chars().take(settings.family_chars).collect() };
        let names: Vec<String> = self.categories.iter().map(family).collect();
        let mut families = names.clone();
        families.sort();
        families.dedup();
        if settings.family_chars == 0 || !(2..names.len()).contains(&families.len()) {
            return;
        }
        let of_category: Vec<usize> = names
            .iter()
            .map(|name| families.binary_search(name).unwrap_or_default())
            .collect();
        let of_row: Vec<usize> = labels
            .iter()
            .filter_map(|label| of_category.get(*label).copied())
            .collect();
        let features = models.first().map_or(0, |model| model.weights.len());
        let common = linear::train(rows, &of_row, families.len(), features, settings.options());
        for (model, family) in models.iter_mut().zip(of_category) {
            let Some(common) = common.get(family) else {
                continue;
            };
            model.bias += settings.family * common.bias;
            for (own, common) in model.weights.iter_mut().zip(&common.weights) {
                *own += settings.family * common;
            }
        }
    }

    /// Scores of every text by models that have not seen it.
    fn out_of_fold_scores(&self, settings: Settings) -> Vec<HeldOutScore> {
        let asked = self.labels.get(..self.asked).unwrap_or_default();
        let fold_of = stratified(asked, self.categories.len(), settings.folds, settings.seed);
        let mut held: Vec<(usize, HeldOutScore)> = Vec::with_capacity(self.asked);
        for fold in 0..settings.folds {
            let (seen, unseen): (Vec<usize>, Vec<usize>) =
                (0..self.asked).partition(|at| fold_of.get(*at) != Some(&fold));
            let model = self.fit(&seen, settings);
            held.extend(unseen.into_iter().filter_map(|at| {
                let (counts, right) = (self.counts.get(at)?, *self.labels.get(at)?);
                let scores = model.scores(counts);
                Some((at, HeldOutScore { scores, right }))
            }));
        }
        held.sort_by_key(|(at, _)| *at);
        held.into_iter().map(|(_, held)| held).collect()
    }
}

/// With a calibration for each half of the texts from the other half, so that calibration is judged on texts it
/// has not seen either.
fn answers(held: &[HeldOutScore], settings: Settings) -> Vec<Answer> {
    let half = |odd: usize| {
        let part = held.iter().enumerate().filter(move |(at, _)| at % 2 == odd);
        part.map(|(_, held)| HeldOutScore {
            scores: held.scores.clone(),
            right: held.right,
        })
    };
    let calibrations = [1, 0].map(|odd| settings.calibration(&half(odd).collect::<Vec<_>>()));
    let answer = |(at, held): (usize, &HeldOutScore)| {
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
    held.iter().enumerate().map(answer).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small corpus for tests.
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
    fn anchors_are_trained_on_in_every_fold_and_never_asked() {
        let of = |label: &str, text: &str| Example {
            text: text.into(),
            label: label.into(),
        };
        let anchors = [of("电梯", "电梯停运困人"), of("电梯", "电梯坏了没人修")];
        let (model, report) = train(&examples(), &anchors, Settings::default()).unwrap();
        assert_eq!(report.texts, 18);
        assert_eq!(model.suggest("楼里电梯停运", 1)[0].label, "电梯");
        // A category that only one text speaks of is known from its anchor when that text is held out.
        let mut examples = examples();
        examples.push(of("电梯", "楼里电梯停运"));
        let recall = |anchors: &[Example]| {
            let report = cross_validate(&examples, anchors, Settings::default()).unwrap();
            report
                .by_label
                .iter()
                .find(|label| label.label == "电梯")
                .unwrap()
                .recall
        };
        assert!(recall(&[]) < 0.5 && recall(&anchors) > 0.5);
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
