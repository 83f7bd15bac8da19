//! Pages of content under review: open, decide, release.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use entity::ids::ContentCheckId;

use super::next_address;
use crate::city::snapshot::CityHandle;
use crate::console::desk::tabs::Tab;
use crate::console::desk::{forms, list};
use crate::console::forms::{Form, FormFields};
use crate::console::labels;
use crate::console::order::video::ShownVideo;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::content::claims;
use crate::content::review::{self, ReviewItem};
use crate::error::{Error, ErrorKind, FieldError};
use crate::photos::service::links;

/// A picture with what WeChat says of it.
struct Picture {
    large: String,
    thumb: String,
    caption: String,
}

#[derive(Template)]
#[template(path = "desk_review.html")]
struct ReviewPage {
    frame: PageContext,
    list: String,
    address: String,
    title: String,
    text: String,
    facts: Vec<(&'static str, String)>,
    pictures: Vec<Picture>,
    video: Option<ShownVideo>,
    waits: bool,
    mine: Option<String>,
    held: Option<String>,
    form: Option<Form>,
}

#[get("/desk/reviews/{id}")]
pub async fn show(visitor: ConsoleUser, id: Path<ContentCheckId>) -> Result<HttpResponse, PageError> {
    let reviewed = review::show(&visitor.app, &visitor.caller, *id).await?;
    answer(&visitor, reviewed, None, StatusCode::OK).await
}

async fn answer(
    visitor: &ConsoleUser,
    (check, photos): ReviewItem,
    refused: Option<(&FormFields, &Error)>,
    status: StatusCode,
) -> Result<HttpResponse, PageError> {
    let (app, key) = (&visitor.app, check.id.to_string());
    let zone = app.state::<CityHandle>().load().zone();
    let claim = claims::of(app, &visitor.caller, [check.id]).await?.remove(&key);
    let until = claim
        .as_ref()
        .map(|claim| labels::when(claim.until, visitor.now, zone));
    let waits = claims::is_open(&check);
    let mine = until
        .clone()
        .filter(|_| waits && claim.as_ref().is_some_and(|claim| claim.mine));
    let held = claim.filter(|claim| waits && !claim.mine);
    let mut pictures = Vec::with_capacity(photos.len());
    for (index, (picture, photo)) in (1..).zip(photos) {
        let (large, thumb) = links(app, &photo).await?;
        let said =
            labels::content_label(picture.label).map_or_else(String::new, |label| format!("：{label}"));
        pictures.push(Picture {
            large,
            thumb,
            caption: format!("照片 {index}{said}"),
        });
    }
    let video = review::video_of(app, &check).await?;
    let video = video.as_ref().map(ShownVideo::from);
    let frame = visitor.frame(Section::Desk, check.title.clone());
    let address = Tab::Reviews.page(&key);
    let form = mine.is_some().then(|| forms::review(&address, &frame.csrf));
    let form = match refused {
        Some((entries, error)) => form.map(|form| form.refused(entries, error)),
        None => form,
    };
    let mut facts = vec![
        ("提交时间", labels::when(check.created_at, visitor.now, zone)),
        ("检查结果", list::check_state(check.state).to_owned()),
    ];
    facts.extend(labels::content_label(check.text_label).map(|label| ("文字涉及", label.to_owned())));
    let page = ReviewPage {
        list: Tab::Reviews.address(),
        address,
        title: check.title,
        text: check.text,
        facts,
        pictures,
        video,
        waits,
        held: held.map(|claim| list::held(&claim.by, &until.unwrap_or_default())),
        mine,
        form,
        frame,
    };
    with_status(status, &page)
}

#[post("/desk/reviews/{id}/{action}")]
pub async fn act(
    visitor: ConsoleUser,
    path: Path<(ContentCheckId, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let (id, action) = path.into_inner();
    let (app, caller) = (&visitor.app, &visitor.caller);
    let sent = FormData::read(&visitor, &request, body).await?;
    let page = Tab::Reviews.page(&id.to_string());
    match action.as_str() {
        "open" => match claims::claim(app, caller, id).await {
            Ok(()) => return Ok(see_other(&page)),
            // The page says who has it, or what was decided.
            Err(error) if error.kind() == Some(ErrorKind::Conflict) => return Ok(see_other(&page)),
            Err(error) => return Err(error.into()),
        },
        "release" => {
            claims::release(app, caller, id).await?;
            return Ok(see_other(&next_address(Tab::Reviews, None, "released")));
        }
        "decision" => {}
        _ => return Err(PageError::not_found()),
    }
    let decided = match sent.entries.text("result") {
        "pass" => review::decide(app, caller, id, true).await,
        "refuse" => review::decide(app, caller, id, false).await,
        _ => Err(Error::invalid(vec![FieldError::new(
            "result",
            "required",
            "请选择一项。",
        )])),
    };
    match decided {
        Ok(_) => {
            let next = claims::take_next(app, caller, id).await?;
            let next = next.map(|id| id.to_string());
            Ok(see_other(&next_address(Tab::Reviews, next, "reviewed")))
        }
        Err(error @ Error::Refused(_)) => {
            let reviewed = review::show(app, caller, id).await?;
            let refused = Some((&sent.entries, &error));
            answer(&visitor, reviewed, refused, error.status_code()).await
        }
        Err(error) => Err(error.into()),
    }
}
