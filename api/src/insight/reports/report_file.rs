//! Parts of a report's file, whatever its format.

use std::collections::HashMap;

use entity::ids::PhotoId;

use crate::insight::reports::body::Body;
use crate::insight::reports::facts::ReportFact;
use crate::photos::embed::EmbeddedPhoto;

pub struct ReportFile {
    pub body: Body,
    /// For the workbook only.
    pub facts: Vec<ReportFact>,
    pub photos: HashMap<PhotoId, EmbeddedPhoto>,
    pub stamp: Stamp,
}

/// The parts of a report besides its body.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// 期号; none before it is issued.
    pub number: Option<String>,
    /// In full.
    pub date: String,
    /// Short code of the record's checkpoint, for the foot. `None` before the first checkpoint.
    pub record: Option<String>,
}
