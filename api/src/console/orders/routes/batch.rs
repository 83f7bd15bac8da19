//! Batch actions on the list of orders: urge, track, hand to a committee, add to a matter.

use crate::city::snapshot::CityHandle;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, post};
use askama::Template;
use entity::kinds::{CampaignStatus, Role};

use crate::console::campaigns::committees;
use crate::console::forms::{Choice, FormFields};
use crate::console::orders::filters::PATH;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::http::fields::invalid;
use crate::http::idempotency::fingerprint;
use crate::http::paging::Paging;
use crate::supervision::batch::{self, BatchAction, BatchItem, BatchRequest};
use crate::supervision::campaigns::CampaignFilter;
use crate::supervision::campaigns::service;

/// Matters to choose from.
const MAX_MATTERS: u64 = 100;

/// The bar below the list; only supervisors have it.
pub struct BatchBar {
    /// Makes sending the same selection twice do it once.
    pub key: String,
    pub committees: Vec<Choice>,
    pub matters: Vec<Choice>,
}

/// Loads the choices of the batch bar.
pub async fn bar(visitor: &ConsoleUser) -> Result<Option<BatchBar>> {
    if visitor.caller.role != Role::Supervisor {
        return Ok(None);
    }
    let city = visitor.app.state::<CityHandle>().load();
    let filter = CampaignFilter {
        status: Some(CampaignStatus::Open),
        ..CampaignFilter::default()
    };
    let paging = Paging {
        limit: Some(MAX_MATTERS),
        cursor: None,
    };
    let open = service::list(&visitor.app, &visitor.caller, filter, &paging).await?;
    let mut matters = vec![Choice::new("", "选择专项监督")];
    matters.extend(
        open.items
            .into_iter()
            .map(|(row, _)| Choice::new(row.id.to_string(), row.title)),
    );
    Ok(Some(BatchBar {
        key: uuid::Uuid::new_v4().to_string(),
        committees: committees(&city, "选择委员会", ""),
        matters,
    }))
}

#[derive(Template)]
#[template(path = "batch.html")]
struct BatchPage {
    frame: PageContext,
    done: usize,
    refused: Vec<(String, String)>,
    back: &'static str,
}

#[post("/orders/batch")]
pub async fn perform(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let asked = read(&sent.entries)?;
    // Another selection on the same page is another request.
    let key = sent.entries.some("key").map(|key| fingerprint(key, &asked));
    let items = match key {
        Some(key) => {
            let answer = batch::perform_once(&visitor.app, &visitor.caller, &key, asked).await?;
            answer.body.items
        }
        None => batch::perform(&visitor.app, &visitor.caller, asked).await?,
    };
    let (done, refused): (Vec<BatchItem>, Vec<BatchItem>) = items.into_iter().partition(|item| item.ok);
    if refused.is_empty() {
        return Ok(see_other(&format!("{PATH}?done=batch_done")));
    }
    let refused = refused
        .into_iter()
        .filter_map(|item| Some((item.number, item.problem?.detail)));
    page(&BatchPage {
        frame: visitor.frame(Section::Orders, "批量处理结果"),
        done: done.len(),
        refused: refused.collect(),
        back: PATH,
    })
}

fn read(entries: &FormFields) -> Result<BatchRequest> {
    let action = match entries.text("action") {
        "urge" => BatchAction::Urge,
        "track" => BatchAction::Track,
        "assign_committee" => BatchAction::AssignCommittee,
        "add_to_campaign" => BatchAction::AddToCampaign,
        _ => return Err(invalid("action", "required", "请选择要做的事。")),
    };
    let campaign = entries.some("campaign").map(str::parse).transpose();
    Ok(BatchRequest {
        numbers: entries.all("numbers").map(str::to_owned).collect(),
        action,
        note: entries.some("note").map(str::to_owned),
        phoned: entries.ticked("phoned"),
        committee: entries.some("committee").map(str::to_owned),
        campaign: campaign.map_err(|_| Error::not_found())?,
    })
}
