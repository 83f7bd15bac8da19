//! A table that a form hands in: a file, a file carried from the preview, or pasted text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::console::forms::{Form, FormFields};
use crate::console::routes::submission::FormData;

/// Longest file that a form carries from the preview to the import, so that it need not be chosen again. In base64 it
/// stays below what the texts of a form may be together.
pub const MAX_CARRIED_BYTES: usize = 180 * 1024;
/// Largest file that a form takes.
pub const MAX_FILE_BYTES: usize = MAX_FILE_MB << 20;
/// This limit in megabytes, for texts.
pub const MAX_FILE_MB: usize = 20;
const MAX_NAME_CHARS: usize = 60;
const FILE_NAME: &str = "file_name";
const FILE_DATA: &str = "file_data";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upload {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Upload {
    /// A chosen file takes precedence over the text.
    pub fn of(sent: &FormData) -> Option<Self> {
        match &sent.document {
            Some(document) => Some(Self {
                name: document.name.chars().take(MAX_NAME_CHARS).collect(),
                bytes: document.bytes.to_vec(),
            }),
            None => Self::of_texts(&sent.entries),
        }
    }

    fn of_texts(entries: &FormFields) -> Option<Self> {
        if let Some(text) = entries.some("text") {
            return Some(Self {
                name: "粘贴的内容".to_owned(),
                bytes: text.as_bytes().to_vec(),
            });
        }
        let bytes = STANDARD.decode(entries.some(FILE_DATA)?).ok()?;
        let name = entries.some(FILE_NAME).unwrap_or_default();
        Some(Self {
            name: name.chars().take(MAX_NAME_CHARS).collect(),
            bytes,
        })
    }

    /// Whether the form can carry it.
    pub fn is_carried(&self) -> bool {
        self.bytes.len() <= MAX_CARRIED_BYTES
    }

    /// The form with the file in it, if it is small enough.
    pub fn carry(&self, form: Form) -> Form {
        if !self.is_carried() {
            return form;
        }
        form.carry(FILE_NAME, self.name.clone())
            .carry(FILE_DATA, STANDARD.encode(&self.bytes))
    }
}
