//! A trained model, and its file format. Weights take one byte each and are stored by feature, so that scoring reads one
//! row of the matrix per feature of the text.

use serde::{Deserialize, Serialize};

use super::calibration::Calibration;
use super::features::{self, Counts};
use super::linear::LinearModel;
use super::vocabulary::{Row, Vocabulary};

/// A category, and how likely it is the right one.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked<'m> {
    pub label: &'m str,
    /// 0 to 1; of all texts of which 0.8 is said, about four in five are of this category.
    pub confidence: f32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    labels: Vec<String>,
    vocabulary: Vocabulary,
    /// One row per feature, one column per category.
    weights: Vec<i8>,
    /// Value of one unit in each column.
    scales: Vec<f32>,
    biases: Vec<f32>,
    calibration: Calibration,
    /// Of the texts that it was made of.
    fingerprint: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("this is no model, or one of another release")]
    Kind,
    #[error("the model is damaged")]
    Damaged,
}

/// The first bytes of a model; the digit is the format's.
const MAGIC: [u8; 4] = *b"ZTC1";

#[derive(Serialize, Deserialize)]
struct SerializedModel<'b> {
    labels: Vec<String>,
    texts: u32,
    /// Differences between neighbours: small numbers take few bytes.
    features: Vec<u32>,
    frequencies: Vec<u32>,
    weights: &'b [u8],
    scales: Vec<f32>,
    biases: Vec<f32>,
    calibration: Calibration,
    fingerprint: u64,
}

impl Model {
    #[must_use]
    pub(super) fn assemble(
        labels: Vec<String>,
        vocabulary: Vocabulary,
        models: &[LinearModel],
        fingerprint: u64,
    ) -> Self {
        let scale = |model: &LinearModel| {
            let greatest = model.weights.iter().fold(0.0_f32, |most, w| most.max(w.abs()));
            greatest.max(f32::MIN_POSITIVE) / f32::from(i8::MAX)
        };
        let scales: Vec<f32> = models.iter().map(scale).collect();
        let mut weights = Vec::with_capacity(vocabulary.len() * models.len());
        for at in 0..vocabulary.len() {
            for (model, scale) in models.iter().zip(&scales) {
                let weight = model.weights.get(at).copied().unwrap_or_default();
                weights.push((weight / scale).round() as i8);
            }
        }
        Self {
            labels,
            vocabulary,
            weights,
            scales,
            biases: models.iter().map(|model| model.bias).collect(),
            calibration: Calibration::none(),
            fingerprint,
        }
    }

    #[must_use]
    pub(super) fn calibrated(self, calibration: Calibration) -> Self {
        Self { calibration, ..self }
    }

    /// The categories in the order of its columns.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// How many features it knows.
    #[must_use]
    pub fn features(&self) -> usize {
        self.vocabulary.len()
    }

    /// Returns the likeliest categories, best first; empty if the text has no known feature. Takes some ten
    /// microseconds for a short text, and the reading of the dictionary the first time in a process.
    #[must_use]
    pub fn suggest(&self, text: &str, most: usize) -> Vec<Ranked<'_>> {
        let row = self.vocabulary.row(&features::count(text));
        if row.is_empty() {
            return Vec::new();
        }
        let given = self.calibration.confidences(&self.scores_of(&row));
        let mut ranked: Vec<Ranked<'_>> = self
            .labels
            .iter()
            .zip(given)
            .map(|(label, confidence)| Ranked { label, confidence })
            .collect();
        // Stable: equals stay in the order of the categories.
        ranked.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        ranked.truncate(most);
        ranked
    }

    /// Returns the raw scores, one per category.
    #[must_use]
    pub(super) fn scores(&self, counts: &Counts) -> Vec<f32> {
        self.scores_of(&self.vocabulary.row(counts))
    }

    fn scores_of(&self, row: &Row) -> Vec<f32> {
        let width = self.labels.len();
        let mut sums = vec![0.0_f32; width];
        for (at, value) in row {
            let begin = *at as usize * width;
            let weights = self.weights.get(begin..begin + width).unwrap_or_default();
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += value * f32::from(*weight);
            }
        }
        let scaled = sums.iter().zip(&self.scales).zip(&self.biases);
        scaled.map(|((sum, scale), bias)| sum * scale + bias).collect()
    }

    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (texts, features, frequencies) = self.vocabulary.parts();
        let mut before = 0;
        let mut distance = |feature: &u32| feature - std::mem::replace(&mut before, *feature);
        let weights: Vec<u8> = self.weights.iter().map(|weight| weight.cast_unsigned()).collect();
        let serialized = SerializedModel {
            labels: self.labels.clone(),
            texts,
            features: features.iter().map(&mut distance).collect(),
            frequencies: frequencies.to_vec(),
            weights: &weights,
            scales: self.scales.clone(),
            biases: self.biases.clone(),
            calibration: self.calibration.clone(),
            fingerprint: self.fingerprint,
        };
        // Numbers and strings can always be written.
        postcard::to_extend(&serialized, MAGIC.to_vec()).unwrap_or_default()
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LoadError> {
        let body = bytes.strip_prefix(&MAGIC).ok_or(LoadError::Kind)?;
        let serialized: SerializedModel<'_> = postcard::from_bytes(body).map_err(|_| LoadError::Damaged)?;
        let width = serialized.labels.len();
        let sound = width > 1
            && serialized.scales.len() == width
            && serialized.biases.len() == width
            && serialized.frequencies.len() == serialized.features.len()
            && Some(serialized.weights.len()) == serialized.features.len().checked_mul(width)
            && serialized.calibration.is_sound();
        if !sound {
            return Err(LoadError::Damaged);
        }
        let mut feature = 0_u32;
        let mut features = Vec::with_capacity(serialized.features.len());
        for distance in serialized.features {
            feature = feature.checked_add(distance).ok_or(LoadError::Damaged)?;
            features.push(feature);
        }
        Ok(Self {
            labels: serialized.labels,
            vocabulary: Vocabulary::from_parts(serialized.texts, features, serialized.frequencies),
            weights: serialized.weights.iter().map(|byte| byte.cast_signed()).collect(),
            scales: serialized.scales,
            biases: serialized.biases,
            calibration: serialized.calibration,
            fingerprint: serialized.fingerprint,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::training::{Settings, tests::examples, train};

    fn model() -> Model {
        train(&examples(), &[], Settings::default()).unwrap().0
    }

    #[test]
    fn a_model_written_and_read_is_the_same() {
        let model = model();
        assert_eq!(Model::from_bytes(&model.to_bytes()).unwrap(), model);
    }

    #[test]
    fn what_is_no_model_is_refused() {
        let bytes = model().to_bytes();
        assert!(matches!(Model::from_bytes(b"code,text"), Err(LoadError::Kind)));
        assert!(matches!(
            Model::from_bytes(&bytes[..bytes.len() / 2]),
            Err(LoadError::Damaged)
        ));
    }

    #[test]
    fn the_best_comes_first_and_nothing_is_said_of_nothing() {
        let model = model();
        let ranked = model.suggest("楼下路灯坏了不亮", 2);
        assert_eq!(ranked[0].label, "路灯");
        assert!(ranked.len() == 2 && ranked[0].confidence > ranked[1].confidence);
        assert!(model.suggest("希望领导关心一下", 2).is_empty());
        assert!(model.suggest("", 2).is_empty());
    }
}
