//! The one reader of `multipart/form-data`: at most 32 fields, 64 KiB of text in all, files within a limit that the
//! caller states and within the process's budget of memory for bodies.

use std::cell::Cell;
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::error::PayloadError;
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, ErrorKind, FieldError, Result};

pub const MAX_FIELDS: usize = 32;
pub const MAX_TEXT_BYTES: usize = 64 * 1024;
/// Bytes of a text field beside a file.
pub const MAX_FIELD_BYTES: usize = 256;
/// Read beyond a limit, so that the sender hears why it is refused instead of a broken connection.
const DRAIN_BYTES: usize = 1024 * 1024;
const RETRY_SECS: u64 = 5;
/// Read before the first field: its head stands in the first packet, and what may come before it is of no use.
const PREAMBLE_BYTES: usize = 256 * 1024;

/// Memory for the bytes of files that are being received or wait to be decoded.
#[derive(Clone, Debug)]
pub struct BodyMemory {
    all: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
}

const UNIT: usize = 64 * 1024;
const ALL_UNITS: usize = (384 << 20) / UNIT;
/// The share of all callers without an account together.
const STRANGERS_UNITS: usize = ALL_UNITS / 2;

impl Default for BodyMemory {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(ALL_UNITS)),
            strangers: Arc::new(Semaphore::new(STRANGERS_UNITS)),
        }
    }
}

impl BodyMemory {
    /// Counts bytes that were received in another way than by a form.
    /// # Errors
    /// `busy` (503) if the budget is used up.
    pub fn of_bytes(&self, bytes: Bytes) -> Result<FileBytes> {
        let mut share = self.begin(false);
        share.grow_to(bytes.len())?;
        Ok(FileBytes { bytes, share })
    }

    /// Begins a file that holds no memory yet.
    #[must_use]
    pub fn begin(&self, caller_has_account: bool) -> BodyShare {
        BodyShare {
            memory: self.clone(),
            is_stranger: !caller_has_account,
            held: Vec::new(),
            units: 0,
        }
    }
}

/// One file's share of the budget, given back when it is dropped.
#[derive(Debug)]
pub struct BodyShare {
    memory: BodyMemory,
    is_stranger: bool,
    held: Vec<OwnedSemaphorePermit>,
    units: usize,
}

impl BodyShare {
    /// # Errors
    /// `busy` (503) if the budget is used up.
    fn grow_to(&mut self, bytes: usize) -> Result<()> {
        let wanted = bytes.div_ceil(UNIT);
        if wanted <= self.units {
            return Ok(());
        }
        let more = u32::try_from(wanted - self.units).unwrap_or(u32::MAX);
        let take = |pool: &Arc<Semaphore>| {
            let permit = Arc::clone(pool).try_acquire_many_owned(more);
            permit.map_err(|_| busy())
        };
        if self.is_stranger {
            self.held.push(take(&self.memory.strangers)?);
        }
        self.held.push(take(&self.memory.all)?);
        self.units = wanted;
        Ok(())
    }
}

/// The bytes of a file, with the memory that they take.
#[derive(Debug)]
pub struct FileBytes {
    pub bytes: Bytes,
    /// Keep it until the bytes are stored or dropped.
    pub share: BodyShare,
}

/// A form while it is read.
pub struct BoundedForm {
    form: Multipart,
    /// Set with the first field.
    has_begun: Rc<Cell<bool>>,
    fields: usize,
    text_bytes: usize,
}

/// One field of the form. It must be read before the next one is asked for.
pub struct BoundedField {
    field: Field,
    text_left: usize,
}

impl BoundedForm {
    #[must_use]
    pub fn new(request: &HttpRequest, payload: Payload) -> Self {
        let has_begun = Rc::new(Cell::new(false));
        let body = limit_preamble(payload, Rc::clone(&has_begun));
        Self {
            form: Multipart::new(request.headers(), body),
            has_begun,
            fields: 0,
            text_bytes: 0,
        }
    }

    /// Returns the next field, `None` at the end of the form.
    /// # Errors
    /// `not_multipart` (415), `malformed_form` (400), `too_many_fields` (413).
    pub async fn next(&mut self) -> Result<Option<BoundedField>> {
        let Some(field) = self.form.try_next().await.map_err(unreadable)? else {
            return Ok(None);
        };
        self.has_begun.set(true);
        self.fields += 1;
        if self.fields > MAX_FIELDS {
            let detail = format!("表单的字段太多，最多 {MAX_FIELDS} 个。");
            return Err(Error::refused(ErrorKind::TooLarge, "too_many_fields", detail));
        }
        Ok(Some(BoundedField {
            field,
            text_left: MAX_TEXT_BYTES.saturating_sub(self.text_bytes),
        }))
    }

    /// Reads a text field; names count as text too.
    /// # Errors
    /// `body_too_large` (413) beyond `max` bytes or beyond the form's 64 KiB.
    pub async fn text(&mut self, mut field: BoundedField, max: usize) -> Result<String> {
        let name = field.name().len();
        let limit = max.min(field.text_left.saturating_sub(name));
        let bytes = read(&mut field.field, limit, None).await?.ok_or_else(too_large)?;
        self.text_bytes += name + bytes.len();
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| malformed("not UTF-8"))?;
        if text.contains('\0') {
            return Err(malformed("有空字符（NUL）"));
        }
        Ok(text)
    }
}

/// The text fields that came beside a file, by name.
#[derive(Debug, Default)]
pub struct TextFields(Vec<(String, String)>);

impl TextFields {
    /// Reads the field's text, without blanks at its ends.
    /// # Errors
    /// Those of [`BoundedForm::text`], beyond 256 bytes.
    pub async fn read(&mut self, form: &mut BoundedForm, field: BoundedField) -> Result<()> {
        let name = field.name().to_owned();
        let text = form.text(field, MAX_FIELD_BYTES).await?;
        self.0.push((name, text.trim().to_owned()));
        Ok(())
    }

    /// Returns the first field of this name; `None` if it is missing or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self
            .0
            .iter()
            .find(|(given, text)| given == name && !text.is_empty());
        found.map(|(_, text)| text.as_str())
    }

    /// Reads a field as another type; `None` if it is missing or empty.
    /// # Errors
    /// `malformed` (422) with `detail`, if the text cannot be read.
    pub fn parse<T: FromStr>(&self, name: &str, detail: &str) -> Result<Option<T>> {
        let parsed = self.get(name).map(str::parse::<T>).transpose();
        parsed.map_err(|_| Error::invalid(vec![FieldError::new(name, "malformed", detail)]))
    }
}

impl BoundedField {
    #[must_use]
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// Returns the file's name; `None` for a text field.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.field
            .content_disposition()
            .and_then(|field| field.get_filename())
    }

    /// Reads a file. Returns `None` if it has more than `max` bytes.
    /// # Errors
    /// `malformed_form` (400), `busy` (503) if the budget for bodies is used up.
    pub async fn file(mut self, max: usize, mut share: BodyShare) -> Result<Option<FileBytes>> {
        let bytes = read(&mut self.field, max, Some(&mut share)).await?;
        Ok(bytes.map(|bytes| FileBytes { bytes, share }))
    }

    /// Writes a file to disk part by part; returns its length, or `None` if it has more than `max` bytes.
    /// # Errors
    /// `malformed_form` (400); an error of the disk.
    pub async fn into_file(mut self, max: usize, mut file: tokio::fs::File) -> Result<Option<usize>> {
        write(&mut self.field, max, &mut file).await
    }
}

/// The body, which ends with an error if the first field does not come early. A sender that never pauses would otherwise be
/// read for ever.
fn limit_preamble(
    body: Payload,
    has_begun: Rc<Cell<bool>>,
) -> impl Stream<Item = Result<Bytes, PayloadError>> + 'static {
    let mut before = 0_usize;
    body.map(move |chunk| {
        let chunk = chunk?;
        if !has_begun.get() {
            before += chunk.len();
            if before > PREAMBLE_BYTES {
                return Err(PayloadError::Overflow);
            }
        }
        Ok(chunk)
    })
}

/// Writes a field to a file, `None` if there is more than `max` bytes.
async fn write(field: &mut Field, max: usize, file: &mut tokio::fs::File) -> Result<Option<usize>> {
    let (mut bytes, mut beyond) = (0, 0);
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(unreadable)?;
        if beyond > 0 || bytes + chunk.len() > max {
            beyond += chunk.len();
            if beyond > DRAIN_BYTES {
                break;
            }
            continue;
        }
        file.write_all(&chunk).await.map_err(anyhow::Error::from)?;
        bytes += chunk.len();
    }
    file.flush().await.map_err(anyhow::Error::from)?;
    Ok((beyond == 0).then_some(bytes))
}

/// The bytes of a field, `None` if there are more than `max`.
async fn read(field: &mut Field, max: usize, mut share: Option<&mut BodyShare>) -> Result<Option<Bytes>> {
    let mut bytes = BytesMut::new();
    let mut beyond = 0;
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(unreadable)?;
        if beyond > 0 || bytes.len() + chunk.len() > max {
            bytes = BytesMut::new();
            beyond += chunk.len();
            if beyond > DRAIN_BYTES {
                break;
            }
            continue;
        }
        if let Some(share) = share.as_deref_mut() {
            share.grow_to(bytes.len() + chunk.len())?;
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((beyond == 0).then(|| bytes.freeze()))
}

fn busy() -> Error {
    let kind = ErrorKind::Unavailable {
        retry_after_secs: RETRY_SECS,
    };
    Error::refused(kind, "busy", "上传的人太多，请稍后再试。")
}

fn too_large() -> Error {
    Error::refused(ErrorKind::TooLarge, "body_too_large", "提交的内容太大。")
}

#[must_use]
pub fn malformed(reason: &str) -> Error {
    let detail = format!("提交的内容无法读取：{reason}");
    Error::refused(ErrorKind::Malformed, "malformed_form", detail)
}

fn unreadable(error: MultipartError) -> Error {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => {
            let detail = "请以 multipart/form-data 提交。";
            Error::refused(ErrorKind::UnsupportedMedia, "not_multipart", detail)
        }
        other => malformed(&other.to_string()),
    }
}
