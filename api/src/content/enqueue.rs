//! Hands something that is about to be published to the check, in the transaction that stores it.

use chrono::{DateTime, Utc};
use entity::ids::{ContentCheckId, ContentPictureId, PhotoId};
use entity::kinds::{ContentCheck, ContentSubject};
use entity::{content_check, content_picture};
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use uuid::Uuid;

use crate::app::App;
use crate::content::{apply_result, result, store};
use crate::error::Result;
use crate::jobs::queue::{self, NewJob};
use crate::sealing::OpenId;
use crate::sealing::Sealer;

/// Has WeChat check a text.
pub struct CheckText;

/// Has WeChat check a picture. It runs again when a verdict should have come.
pub struct CheckPicture;

/// Content to be checked, its place and its author's openid.
pub struct Publication<'a> {
    pub subject: ContentSubject,
    pub subject_id: Uuid,
    /// For those who review it, e.g. the site's name.
    pub title: String,
    pub text: &'a str,
    pub photos: &'a [PhotoId],
    /// None: WeChat cannot be asked, so a person looks.
    pub openid: Option<&'a OpenId>,
}

/// Inserts the check and its jobs, and returns its state: `Pending`, or `Unavailable` if WeChat cannot be called. Wake
/// the job runner after the commit.
pub async fn enqueue_check(
    app: &App,
    txn: &impl ConnectionTrait,
    publication: Publication<'_>,
    now: DateTime<Utc>,
) -> Result<ContentCheck> {
    let id = ContentCheckId::generate();
    let text_state = state_if_possible(publication.openid.is_some());
    let picture_state = picture_state(app, publication.openid);
    let state = initial_state(app, publication.openid, publication.photos);
    let openid = publication.openid.filter(|_| state == ContentCheck::Pending);
    let sealed = openid.map(|openid| app.state::<Sealer>().seal(openid.expose().as_bytes()));
    let row = content_check::ActiveModel {
        id: Set(id),
        subject: Set(publication.subject),
        subject_id: Set(publication.subject_id),
        title: Set(publication.title.clone()),
        text: Set(publication.text.to_owned()),
        state: Set(state),
        text_state: Set(text_state),
        text_label: Set(None),
        text_attempts: Set(0),
        openid_sealed: Set(sealed.transpose().map_err(anyhow::Error::from)?),
        decided_by: Set(None),
        decided_at: Set(None),
        created_at: Set(now),
        settled_at: Set((state != ContentCheck::Pending).then_some(now)),
    };
    let pictures = publication
        .photos
        .iter()
        .map(|photo| content_picture::ActiveModel {
            id: Set(ContentPictureId::generate()),
            check_id: Set(id),
            photo_id: Set(*photo),
            state: Set(picture_state),
            label: Set(None),
            trace_id: Set(None),
            attempts: Set(0),
            asked_at: Set(None),
        });
    let pictures: Vec<_> = pictures.collect();
    let mut jobs = Vec::new();
    if text_state == ContentCheck::Pending {
        jobs.push(NewJob::of::<CheckText>(&id, now)?);
    }
    if picture_state == ContentCheck::Pending {
        for row in &pictures {
            jobs.push(NewJob::of::<CheckPicture>(row.id.as_ref(), now)?);
        }
    }
    store::insert(txn, row, pictures).await?;
    for job in jobs {
        queue::enqueue(txn, job, now).await?;
    }
    if result::needs_review(state) {
        apply_result::notify_operators(app, txn, &publication.title, publication.text, now).await?;
    }
    Ok(state)
}

/// Returns the initial state of such a check.
#[must_use]
pub fn initial_state(app: &App, openid: Option<&OpenId>, photos: &[PhotoId]) -> ContentCheck {
    let pictures = photos.iter().map(|_| picture_state(app, openid));
    result::worst_of([state_if_possible(openid.is_some())].into_iter().chain(pictures))
}

/// Returns the initial state of a picture. The verdict arrives as a push; without push there is nothing to wait for.
fn picture_state(app: &App, openid: Option<&OpenId>) -> ContentCheck {
    state_if_possible(openid.is_some() && app.config.wechat.push_token.is_some())
}

fn state_if_possible(possible: bool) -> ContentCheck {
    if possible {
        ContentCheck::Pending
    } else {
        ContentCheck::Unavailable
    }
}
