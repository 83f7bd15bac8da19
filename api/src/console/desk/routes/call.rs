//! `/console/desk/call`: registers a call. The number is posted and never part of a URL, because URLs are logged.

use actix_web::http::StatusCode;
use actix_web::web::{Payload, Query};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use entity::kinds::{Datum, Role};
use serde::Deserialize;

use crate::city::snapshot::CityHandle;
use crate::console::desk::call::card::Card;
use crate::console::desk::call::entries;
use crate::console::desk::call::hints::Hints;
use crate::console::forms::{Choice, FormFields, Map};
use crate::console::map::{place as map, townships};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::hotline::service::{self, Filer};
use crate::http::idempotency::fingerprint;

const PATH: &str = "/console/desk/call";
/// Entries that stand for a call and belong to its fingerprint.
const FIELDS: [&str; 11] = [
    "caller_phone",
    "delegate",
    "description",
    "address",
    "location",
    "datum",
    "category",
    "occurred_at",
    "confidential",
    "identity_confirmed",
    "remember_number",
];

#[derive(Template)]
#[template(path = "desk_call_hints.html")]
struct HintsPart {
    hints: Option<Hints>,
}

impl askama::filters::HtmlSafe for HintsPart {}

#[derive(Template)]
#[template(path = "desk_call.html")]
struct CallPage {
    frame: PageContext,
    entries: FormFields,
    call_id: String,
    card: Option<Card>,
    hints: HintsPart,
    categories: Vec<Choice>,
    datums: Vec<Choice>,
    map: Map,
    /// The order that was filed last.
    filed: Option<String>,
    trouble: Option<String>,
    wrong: Vec<(String, String)>,
}

impl CallPage {
    async fn of(visitor: &ConsoleUser, fields: FormFields) -> Result<Self> {
        let city = visitor.app.state::<CityHandle>().load();
        let category = fields
            .some("suggested")
            .or(fields.some("category"))
            .unwrap_or_default();
        let datum = fields.some("datum").unwrap_or(Datum::Gcj02.as_str());
        let choice = |value: &str, label: &str, chosen: &str| Choice {
            selected: value == chosen,
            ..Choice::new(value, label)
        };
        let mut categories = vec![choice("", "按文字判断", category)];
        let leaves = city.categories.leaves();
        categories.extend(leaves.map(|leaf| choice(&leaf.code, &leaf.name, category)));
        let call_id = fields.some("call_id").map(str::to_owned);
        Ok(Self {
            frame: visitor.frame(Section::Desk, "登记来电"),
            call_id: call_id.unwrap_or_else(|| format!("desk-{}", uuid::Uuid::new_v4().simple())),
            datums: Datum::ALL
                .iter()
                .map(|one| choice(one.as_str(), one.label(), datum))
                .collect(),
            map: map::choice(&city, &townships::of_city(&visitor.app, visitor.now).await?),
            categories,
            entries: fields,
            card: None,
            hints: HintsPart { hints: None },
            filed: None,
            trouble: None,
            wrong: Vec::new(),
        })
    }

    /// The fault of a field.
    fn fault(&self, name: &str) -> Option<&str> {
        let found = self.wrong.iter().find(|(field, _)| field == name);
        found.map(|(_, detail)| detail.as_str())
    }

    /// The search and the filing name the number differently.
    fn phone_fault(&self) -> Option<&str> {
        self.fault("caller_phone").or_else(|| self.fault("phone"))
    }

    /// Whether the number leads to exactly one delegate, so that the operator can go on with the description.
    fn is_known(&self) -> bool {
        self.card
            .as_ref()
            .is_some_and(|card| card.candidates.iter().any(|one| one.chosen))
    }

    /// Puts a refusal beside its fields, and on top what has no field.
    fn refused(mut self, error: Error) -> Self {
        let Error::Refused(refused) = error else {
            self.trouble = Some("系统出错了，没有登记成功。您填写的内容还在，请稍后再试。".to_owned());
            return self;
        };
        self.wrong = refused
            .errors
            .into_iter()
            .map(|fault| (fault.field, fault.detail))
            .collect();
        self.trouble = Some(match self.wrong.is_empty() {
            true => refused.detail,
            false => "有的内容需要修改，见下面的提示。".to_owned(),
        });
        self
    }
}

#[derive(Debug, Deserialize)]
pub struct CallQuery {
    filed: Option<String>,
}

#[get("/desk/call")]
pub async fn show(visitor: ConsoleUser, query: Query<CallQuery>) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Operator)?;
    let mut shown = CallPage::of(&visitor, FormFields::default()).await?;
    let filed = query.into_inner().filed;
    shown.filed = filed.filter(|number| number.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    page(&shown)
}

/// Finds the caller, checks the draft, or files it. With `X-Part: hints` the answer is the hints only, for the script.
#[post("/desk/call")]
pub async fn take(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    visitor.caller.require(Role::Operator)?;
    let fields = sent.entries;
    if request.headers().contains_key("x-part") {
        let hints = Hints::of(&visitor, &fields).await?;
        return page(&HintsPart { hints });
    }
    let files = fields.text("step") == "file";
    let hints = Hints::of(&visitor, &fields).await?;
    let outcome = match hints.as_ref().is_some_and(Hints::holds_back) {
        true if files => Err(Error::refused(
            crate::error::ErrorKind::Rule,
            "emergency",
            "文字像是紧急情况。请先请来电人拨打下面的电话，勾选确认后再登记。",
        )),
        _ if files => file(&visitor, &fields).await,
        _ => Ok(String::new()),
    };
    let error = match outcome {
        Ok(number) if files => return Ok(see_other(&format!("{PATH}?done=call_filed&filed={number}"))),
        Ok(_) => None,
        Err(error) => Some(error),
    };
    let (card, unknown) = match Card::find(&visitor, &fields).await {
        Ok(card) => (card, None),
        Err(error @ Error::Refused(_)) => (None, Some(error)),
        Err(broken) => return Err(broken.into()),
    };
    let mut shown = CallPage::of(&visitor, fields).await?;
    shown.frame.done = None;
    (shown.card, shown.hints) = (card, HintsPart { hints });
    match error.or(unknown) {
        None => page(&shown),
        Some(error) => {
            let status: StatusCode = error.status_code();
            with_status(status, &shown.refused(error))
        }
    }
}

/// Files the call and returns the order's number.
async fn file(visitor: &ConsoleUser, fields: &FormFields) -> Result<String> {
    let city = visitor.app.state::<CityHandle>().load();
    let call = entries::call(fields, city.zone())?;
    let asked: Vec<(&str, &str)> = FIELDS.iter().map(|name| (*name, fields.text(name))).collect();
    let fingerprint = fingerprint("POST /console/desk/call", &asked);
    let answer = service::file(&visitor.app, Filer::Operator(&visitor.caller), call, fingerprint).await?;
    Ok(answer.body.number)
}
