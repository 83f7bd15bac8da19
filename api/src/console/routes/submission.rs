//! A submitted form: the token is checked first, then texts are read and photos are stored.

use crate::http::multipart::BodyMemory;
use crate::photos::limits::{MAX_PHOTOS, too_many};
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, BytesMut, Payload, Query};
use entity::ids::{FileId, PhotoId};
use futures_util::StreamExt as _;
use subtle::ConstantTimeEq as _;

use super::page::PageError;
use super::visitor::ConsoleUser;
use crate::console::forms::{FormFields, KEPT_PHOTOS};
use crate::console::page_context;
use crate::error::{Error, ErrorKind, Result};
use crate::files::attach::{MAX_FILES, Refused as AttachRefused};
use crate::files::content::{MAX_BYTES, Refused as FileRefused};
use crate::files::upload;
use crate::http::multipart::{BoundedField, BoundedForm, FileBytes, MAX_TEXT_BYTES};
use crate::photos::intake::{Limits, Refused};
use crate::photos::service::{self, DeclaredMetadata};

/// The texts of one form without files: a pasted table is one of them.
const MAX_PLAIN_BYTES: usize = 256 * 1024;
/// The field of documents that are stored.
const ATTACHMENTS: &str = "attachments";

/// The expected files of a form.
#[derive(Clone, Copy)]
enum Files {
    Photos,
    /// One document of so many bytes at most.
    Document(usize),
}

/// A file that is read and not stored.
#[derive(Debug)]
pub struct Document {
    pub name: String,
    pub bytes: Bytes,
}

impl Document {
    /// Its text; a byte order mark is none.
    pub fn text(&self) -> Result<&str> {
        let text = std::str::from_utf8(&self.bytes).map_err(|_| {
            let detail = "文件不是 UTF-8 编码的文本。请在表格软件里另存为“CSV UTF-8”。";
            Error::refused(ErrorKind::Rule, "not_utf8", detail)
        })?;
        Ok(text.trim_start_matches('\u{feff}'))
    }
}

/// A form's content.
#[derive(Debug, Default)]
pub struct FormData {
    pub entries: FormFields,
    pub photos: Vec<PhotoId>,
    pub document: Option<Document>,
    /// Documents already stored, from fields named `attachments`.
    pub files: Vec<FileId>,
    /// Why a photo was not taken; the rest of the form is there all the same, to be shown again.
    pub photo_refused: Option<Error>,
}

impl FormData {
    /// Reads either kind of form. The token stands first in every form, so no file is taken in without it.
    pub async fn read(
        visitor: &ConsoleUser,
        request: &HttpRequest,
        payload: Payload,
    ) -> Result<Self, PageError> {
        Self::with_files(visitor, request, payload, Files::Photos).await
    }

    /// Reads a form whose file is a document, which is not stored.
    pub async fn with_document(
        visitor: &ConsoleUser,
        request: &HttpRequest,
        payload: Payload,
        most_bytes: usize,
    ) -> Result<Self, PageError> {
        Self::with_files(visitor, request, payload, Files::Document(most_bytes)).await
    }

    async fn with_files(
        visitor: &ConsoleUser,
        request: &HttpRequest,
        payload: Payload,
        files: Files,
    ) -> Result<Self, PageError> {
        let multipart = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("multipart/form-data"));
        let mut sent = if multipart {
            read_multipart(visitor, BoundedForm::new(request, payload), files).await?
        } else {
            let entries = read_texts(payload).await?;
            check_token(visitor, &entries)?;
            Self {
                entries,
                ..Self::default()
            }
        };
        for id in sent.entries.all(KEPT_PHOTOS).flat_map(|text| text.split(',')) {
            if let Ok(id) = id.trim().parse()
                && !sent.photos.contains(&id)
            {
                sent.photos.push(id);
            }
        }
        Ok(sent)
    }
}

/// The texts of a form without a session: its token is checked by whoever made it.
pub async fn read_texts(mut payload: Payload) -> Result<FormFields> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        body.extend_from_slice(&chunk.map_err(|_| malformed())?);
        if body.len() > MAX_PLAIN_BYTES {
            return Err(too_large());
        }
    }
    let text = std::str::from_utf8(&body).map_err(|_| malformed())?;
    let pairs = Query::<Vec<(String, String)>>::from_query(text).map_err(|_| malformed())?;
    Ok(FormFields::new(pairs.into_inner()))
}

fn check_token(visitor: &ConsoleUser, entries: &FormFields) -> Result<()> {
    check(&page_context::form_token(&visitor.app, &visitor.caller), entries)
}

/// The form's token must be this one.
pub fn check(wanted: &str, entries: &FormFields) -> Result<()> {
    let given = entries.text("csrf");
    if bool::from(wanted.as_bytes().ct_eq(given.as_bytes())) {
        return Ok(());
    }
    let detail = "页面已过期，请返回上一页，刷新后重新提交。";
    Err(Error::refused(ErrorKind::Forbidden, "form_expired", detail))
}

async fn read_multipart(visitor: &ConsoleUser, mut form: BoundedForm, files: Files) -> Result<FormData> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut sent = FormData::default();
    let mut checked = false;
    while let Some(field) = form.next().await? {
        if field.file_name().is_none() {
            let name = field.name().to_owned();
            pairs.push((name, form.text(field, MAX_TEXT_BYTES).await?));
            if !checked {
                check_token(visitor, &FormFields::new(pairs.clone()))?;
                checked = true;
            }
            continue;
        }
        if !checked {
            check_token(visitor, &FormFields::default())?;
        }
        take_file(visitor, field, files, &mut sent).await?;
    }
    if !checked {
        check_token(visitor, &FormFields::default())?;
    }
    sent.entries = FormFields::new(pairs);
    Ok(sent)
}

async fn take_file(
    visitor: &ConsoleUser,
    field: BoundedField,
    files: Files,
    sent: &mut FormData,
) -> Result<()> {
    if let Files::Document(most_bytes) = files {
        let name = field.file_name().unwrap_or_default().to_owned();
        let file = read_file(visitor, field, most_bytes)
            .await?
            .ok_or_else(too_large)?;
        if !file.bytes.is_empty() {
            let bytes = file.bytes;
            sent.document = Some(Document { name, bytes });
        }
        return Ok(());
    }
    if field.name() == ATTACHMENTS {
        return take_attachment(visitor, field, sent).await;
    }
    if sent.photos.len() == MAX_PHOTOS {
        return Err(Error::refused(
            ErrorKind::Rule,
            "too_many_photos",
            too_many(MAX_PHOTOS),
        ));
    }
    match take_photo(visitor, field).await {
        Ok(id) => sent.photos.extend(id),
        Err(error @ Error::Refused(_)) => {
            sent.photo_refused = sent.photo_refused.take().or(Some(error));
        }
        Err(broken) => return Err(broken),
    }
    Ok(())
}

/// Stores a document; a field that was left empty is none.
async fn take_attachment(visitor: &ConsoleUser, field: BoundedField, sent: &mut FormData) -> Result<()> {
    if sent.files.len() == MAX_FILES {
        return Err(AttachRefused::TooMany.into());
    }
    let name = field.file_name().unwrap_or_default().to_owned();
    let file = read_file(visitor, field, MAX_BYTES).await?;
    let file = file.ok_or(FileRefused::TooLarge)?;
    if file.bytes.is_empty() {
        return Ok(());
    }
    let (app, owner) = (&visitor.app, visitor.caller.person);
    let _permit = upload::acquire_permit().await?;
    match upload::store(app, owner, &name, file.bytes.clone(), visitor.now).await {
        Ok(row) => sent.files.push(row.id),
        Err(error @ Error::Refused(_)) => {
            sent.photo_refused = sent.photo_refused.take().or(Some(error));
        }
        Err(broken) => return Err(broken),
    }
    Ok(())
}

/// A file field that was left empty is no photo.
async fn take_photo(visitor: &ConsoleUser, field: BoundedField) -> Result<Option<PhotoId>> {
    let file = read_file(visitor, field, Limits::default().max_bytes).await?;
    let file = file.ok_or(Refused::TooLarge)?;
    if file.bytes.is_empty() {
        return Ok(None);
    }
    let owner = Some(visitor.caller.person);
    let stored = service::store(
        &visitor.app,
        owner,
        &file,
        DeclaredMetadata::default(),
        visitor.now,
    )
    .await?;
    Ok(Some(stored.photo.id))
}

async fn read_file(visitor: &ConsoleUser, field: BoundedField, max: usize) -> Result<Option<FileBytes>> {
    field
        .file(max, visitor.app.state::<BodyMemory>().begin(true))
        .await
}

fn malformed() -> Error {
    Error::refused(ErrorKind::Malformed, "malformed_form", "提交的内容无法读取。")
}

fn too_large() -> Error {
    Error::refused(ErrorKind::TooLarge, "body_too_large", "提交的内容太大。")
}
