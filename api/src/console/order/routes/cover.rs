//! `/console/orders/{number}/photos/{id}`: a photo, large, with the parts to cover drawn on it.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use entity::ids::PhotoId;
use entity::kinds::Role;

use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::orders::actions::ActionRequest;
use crate::orders::actions::cover_photo::cover_photo;
use crate::orders::view::read;
use pixels::Rectangle;

#[derive(Template)]
#[template(path = "order_photo.html")]
struct PhotoPage {
    frame: PageContext,
    number: String,
    action: String,
    large: String,
    /// For those entitled to evidence.
    original: String,
    version: i32,
    trouble: Option<String>,
}

#[get("/orders/{number}/photos/{id}")]
pub async fn show(visitor: ConsoleUser, path: Path<(String, PhotoId)>) -> Result<HttpResponse, PageError> {
    let (number, id) = path.into_inner();
    answer(&visitor, &number, id, None).await
}

async fn answer(
    visitor: &ConsoleUser,
    number: &str,
    id: PhotoId,
    refused: Option<&Error>,
) -> Result<HttpResponse, PageError> {
    visitor.caller.require_any(&[Role::Operator, Role::Handler])?;
    let order = read::detail(&visitor.app, &visitor.actor(), number).await?;
    let photo = order.photos.iter().find(|photo| photo.id == id);
    let photo = photo.ok_or_else(PageError::not_found)?;
    let trouble = refused.map(|error| match error {
        Error::Refused(refused) => match refused.errors.first() {
            Some(fault) => fault.detail.clone(),
            None => refused.detail.clone(),
        },
        _ => "系统出错了，没有保存。请稍后再试。".to_owned(),
    });
    let status = refused.map_or(StatusCode::OK, |error| error.status_code());
    with_status(
        status,
        &PhotoPage {
            frame: visitor.frame(Section::Orders, "遮挡照片"),
            action: format!("/console/orders/{number}/photos/{id}"),
            large: photo.urls.large.clone(),
            original: format!("/api/v1/photos/{id}/original"),
            version: order.version,
            number: order.number,
            trouble,
        },
    )
}

/// Covers the parts that the form names: `x,y,width,height` in fractions, separated by blanks.
#[post("/orders/{number}/photos/{id}")]
pub async fn cover(
    visitor: ConsoleUser,
    path: Path<(String, PhotoId)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let (number, id) = path.into_inner();
    let sent = FormData::read(&visitor, &request, body).await?;
    let version = sent.entries.text("version").parse().ok();
    let actor = visitor.actor();
    let asked = ActionRequest::new(&visitor.app, &actor, &number, version);
    match cover_photo(asked, id, rectangles(sent.entries.text("rectangles"))).await {
        Ok(order) => Ok(see_other(&format!(
            "/console/orders/{}?done=cover_photo",
            order.number
        ))),
        Err(error) => answer(&visitor, &number, id, Some(&error)).await,
    }
}

fn rectangles(text: &str) -> Vec<Rectangle> {
    let rectangle = |part: &str| {
        let numbers: Vec<f64> = part.split(',').filter_map(|number| number.parse().ok()).collect();
        match numbers.as_slice() {
            [x, y, width, height] => Some(Rectangle {
                x: *x,
                y: *y,
                width: *width,
                height: *height,
            }),
            _ => None,
        }
    };
    text.split_whitespace().filter_map(rectangle).collect()
}
