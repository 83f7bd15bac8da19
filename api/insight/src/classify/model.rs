//! A trained model, and its file format.
//!
//! Weights take one byte each and are stored by feature, so that scoring reads one row of the matrix per feature of the
//! text. Most features say something about few categories: small weights are left out, which makes room for rare
//! features, and those of real wording are rare.

use std::borrow::Cow;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};

use super::calibration::Calibration;
use super::features::{self, Counts};
use super::linear::LinearModel;
use super::vocabulary::{Row, Vocabulary};

/// A category, and how likely it is the right one.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked<'m> {
    /// The category.
    pub label: &'m str,
    /// 0 to 1; of all texts of which 0.8 is said, about four in five are of this category.
    pub confidence: f32,
}

/// A trained model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    labels: Vec<String>,
    vocabulary: Vocabulary,
    /// Where the weights of each feature begin; one more than there are features.
    starts: Vec<u32>,
    /// The category of each weight.
    columns: Vec<u16>,
    weights: Vec<i8>,
    /// Value of one unit in each column.
    scales: Vec<f32>,
    biases: Vec<f32>,
    calibration: Calibration,
    /// Of the texts that it was made of.
    fingerprint: u64,
}

/// Why bytes are no model.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It does not begin like a model, or is of another version.
    #[error("this is no model, or one of another release")]
    Kind,
    /// It begins like a model and does not go on like one.
    #[error("the model is damaged")]
    Damaged,
}

/// The first bytes of a model; the digit is the format's. What follows them is compressed.
const MAGIC: [u8; 4] = *b"ZTC3";
/// Those of a model of an older release, which is not compressed.
const UNCOMPRESSED_MAGIC: [u8; 4] = *b"ZTC2";
/// A model that is larger when unpacked is damaged.
const MAX_UNPACKED_BYTES: u64 = 64 * 1024 * 1024;

/// Weights below this, of 127 at the most, are left out.
const LEAST_WEIGHT: i8 = 2;

/// Returns the bytes after the magic ones, without compression.
fn unpack(bytes: &[u8]) -> Result<Cow<'_, [u8]>, LoadError> {
    if let Some(body) = bytes.strip_prefix(&UNCOMPRESSED_MAGIC) {
        return Ok(Cow::Borrowed(body));
    }
    let packed = bytes.strip_prefix(&MAGIC).ok_or(LoadError::Kind)?;
    let mut body = Vec::new();
    let mut reader = ZlibDecoder::new(packed).take(MAX_UNPACKED_BYTES);
    reader.read_to_end(&mut body).map_err(|_| LoadError::Damaged)?;
    Ok(Cow::Owned(body))
}

#[derive(Serialize, Deserialize)]
struct SerializedModel<'b> {
    labels: Vec<String>,
    texts: u32,
    /// Differences between neighbours: small numbers take few bytes.
    features: Vec<u32>,
    frequencies: Vec<u32>,
    /// How many weights each feature has.
    counts: Vec<u16>,
    columns: Vec<u16>,
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
        let (mut starts, mut columns, mut weights) = (vec![0], Vec::new(), Vec::new());
        for at in 0..vocabulary.len() {
            for (column, (model, scale)) in (0_u16..).zip(models.iter().zip(&scales)) {
                let weight = model.weights.get(at).copied().unwrap_or_default();
                let weight = (weight / scale).round() as i8;
                if weight.unsigned_abs() >= LEAST_WEIGHT.unsigned_abs() {
                    columns.push(column);
                    weights.push(weight);
                }
            }
            starts.push(u32::try_from(weights.len()).unwrap_or(u32::MAX));
        }
        Self {
            labels,
            vocabulary,
            starts,
            columns,
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

    /// Returns a hash of the model's content.
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
        let mut sums = vec![0.0_f32; self.labels.len()];
        for (at, value) in row {
            let start = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
            let range = start(*at as usize)..start(*at as usize + 1);
            let columns = self.columns.get(range.clone()).unwrap_or_default();
            let weights = self.weights.get(range).unwrap_or_default();
            for (column, weight) in columns.iter().zip(weights) {
                if let Some(sum) = sums.get_mut(usize::from(*column)) {
                    *sum += value * f32::from(*weight);
                }
            }
        }
        let scaled = sums.iter().zip(&self.scales).zip(&self.biases);
        scaled.map(|((sum, scale), bias)| sum * scale + bias).collect()
    }

    /// Serializes the model.
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
            counts: self
                .starts
                .iter()
                .zip(self.starts.iter().skip(1))
                .map(|(start, end)| u16::try_from(end - start).unwrap_or(u16::MAX))
                .collect(),
            columns: self.columns.clone(),
            weights: &weights,
            scales: self.scales.clone(),
            biases: self.biases.clone(),
            calibration: self.calibration.clone(),
            fingerprint: self.fingerprint,
        };
        // Numbers and strings can always be written, and a vector takes what it is given.
        let body = postcard::to_extend(&serialized, Vec::new()).unwrap_or_default();
        let mut packed = ZlibEncoder::new(MAGIC.to_vec(), Compression::best());
        let written = packed.write_all(&body).and_then(|()| packed.finish());
        written.unwrap_or_default()
    }

    /// Reads a serialized model.
    /// # Errors
    /// See [`LoadError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LoadError> {
        let body = unpack(bytes)?;
        let serialized: SerializedModel<'_> = postcard::from_bytes(&body).map_err(|_| LoadError::Damaged)?;
        let width = serialized.labels.len();
        let sound = width > 1
            && serialized.scales.len() == width
            && serialized.biases.len() == width
            && serialized.frequencies.len() == serialized.features.len()
            && serialized.counts.len() == serialized.features.len()
            && serialized.columns.len() == serialized.weights.len()
            && serialized
                .columns
                .iter()
                .all(|column| usize::from(*column) < width)
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
        let mut starts = vec![0_u32];
        let mut end = 0_u32;
        for count in &serialized.counts {
            end = end.checked_add(u32::from(*count)).ok_or(LoadError::Damaged)?;
            starts.push(end);
        }
        if end as usize != serialized.weights.len() {
            return Err(LoadError::Damaged);
        }
        Ok(Self {
            labels: serialized.labels,
            vocabulary: Vocabulary::from_parts(serialized.texts, features, serialized.frequencies),
            starts,
            columns: serialized.columns,
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
    fn a_model_of_an_older_release_is_read() {
        let model = model();
        let mut old = UNCOMPRESSED_MAGIC.to_vec();
        old.extend_from_slice(&unpack(&model.to_bytes()).unwrap());
        assert_eq!(Model::from_bytes(&old).unwrap(), model);
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
