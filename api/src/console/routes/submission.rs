//! What a form of ours sent: its token checked before anything else, its texts, and photos already stored.

use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{BytesMut, Payload, Query};
use entity::ids::PhotoId;
use futures_util::{StreamExt as _, TryStreamExt as _};
use subtle::ConstantTimeEq as _;

use super::page::PageError;
use super::visitor::Visitor;
use crate::console::forms::{Entries, KEPT_PHOTOS};
use crate::console::frame;
use crate::error::{Error, Kind, Result};
use crate::photos::intake::{Limits, Refused};
use crate::photos::service::{self, Claims};

/// The texts of one form together.
const MAX_TEXT_BYTES: usize = 256 * 1024;
/// As many as an order takes at once.
const MAX_PHOTOS: usize = 9;

/// A form's content.
#[derive(Debug, Default)]
pub struct Submission {
    pub entries: Entries,
    pub photos: Vec<PhotoId>,
    /// Why a photo was not taken; the rest of the form is there all the same, to be shown again.
    pub photo_refused: Option<Error>,
}

impl Submission {
    /// Reads either kind of form. The token stands first in every form, so no file is taken in without it.
    pub async fn read(visitor: &Visitor, request: &HttpRequest, payload: Payload) -> Result<Self, PageError> {
        let multipart = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("multipart/form-data"));
        let mut sent = if multipart {
            read_multipart(visitor, Multipart::new(request.headers(), payload)).await?
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
pub async fn read_texts(mut payload: Payload) -> Result<Entries> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        body.extend_from_slice(&chunk.map_err(|_| malformed())?);
        if body.len() > MAX_TEXT_BYTES {
            return Err(too_large());
        }
    }
    let text = std::str::from_utf8(&body).map_err(|_| malformed())?;
    let pairs = Query::<Vec<(String, String)>>::from_query(text).map_err(|_| malformed())?;
    Ok(Entries::new(pairs.into_inner()))
}

fn check_token(visitor: &Visitor, entries: &Entries) -> Result<()> {
    check(&frame::form_token(&visitor.app, &visitor.caller), entries)
}

/// The form's token must be this one.
pub fn check(wanted: &str, entries: &Entries) -> Result<()> {
    let given = entries.text("csrf");
    if bool::from(wanted.as_bytes().ct_eq(given.as_bytes())) {
        return Ok(());
    }
    let detail = "页面已过期，请返回上一页，刷新后重新提交。";
    Err(Error::refused(Kind::Forbidden, "form_expired", detail))
}

async fn read_multipart(visitor: &Visitor, mut form: Multipart) -> Result<Submission> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let (mut photos, mut photo_refused) = (Vec::new(), None);
    let mut checked = false;
    while let Some(mut field) = form.try_next().await.map_err(|_| malformed())? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field
            .content_disposition()
            .is_some_and(|disposition| disposition.get_filename().is_some());
        if !is_file {
            let held: usize = pairs.iter().map(|(name, text)| name.len() + text.len()).sum();
            let room = MAX_TEXT_BYTES.saturating_sub(held);
            let text = read_field(&mut field, room, too_large).await?;
            let text = String::from_utf8(text.to_vec()).map_err(|_| malformed())?;
            pairs.push((name, text));
            if !checked {
                check_token(visitor, &Entries::new(pairs.clone()))?;
                checked = true;
            }
            continue;
        }
        if !checked {
            check_token(visitor, &Entries::default())?;
        }
        if photos.len() == MAX_PHOTOS {
            let detail = "一次最多上传 9 张照片。";
            return Err(Error::refused(Kind::Rule, "too_many_photos", detail));
        }
        match take_photo(visitor, &mut field).await {
            Ok(id) => photos.extend(id),
            Err(error @ Error::Refused(_)) => photo_refused = photo_refused.or(Some(error)),
            Err(broken) => return Err(broken),
        }
    }
    if !checked {
        check_token(visitor, &Entries::default())?;
    }
    Ok(Submission {
        entries: Entries::new(pairs),
        photos,
        photo_refused,
    })
}

/// A file field that was left empty is no photo.
async fn take_photo(visitor: &Visitor, field: &mut Field) -> Result<Option<PhotoId>> {
    let app = &visitor.app;
    let _turn = app.darkroom.entrance().await?;
    let bytes = read_field(field, Limits::default().max_bytes, || Refused::TooLarge.into()).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let owner = Some(visitor.caller.person);
    let stored = service::store(app, owner, bytes.freeze(), Claims::default(), visitor.now).await?;
    Ok(Some(stored.photo.id))
}

async fn read_field(field: &mut Field, limit: usize, refusal: impl Fn() -> Error) -> Result<BytesMut> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = field.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| malformed())?);
        if bytes.len() > limit {
            return Err(refusal());
        }
    }
    Ok(bytes)
}

fn malformed() -> Error {
    Error::refused(Kind::Malformed, "malformed_form", "提交的内容无法读取。")
}

fn too_large() -> Error {
    Error::refused(Kind::TooLarge, "body_too_large", "提交的内容太大。")
}
