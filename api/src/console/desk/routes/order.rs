//! Pages of a pending order: open, decide, release.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;

use super::next_address;
use crate::city::snapshot::CityHandle;
use crate::console::desk::forms::{self, DeskForms};
use crate::console::desk::list;
use crate::console::desk::tabs::Tab;
use crate::console::forms::{Form, FormFields};
use crate::console::labels::{self, Markup};
use crate::console::map::place as map;
use crate::console::order::actions::{self, ActionForm};
use crate::console::order::page_model::OrderPageModel;
use crate::console::order::times::RowFormatter;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Error;
use crate::hotline::queue::item::{self, OpenItem};
use crate::hotline::queue::service::{self, CalledParty, ItemContext, PendingRequest as Waits};
use crate::orders::view::read;

/// The moves that can be made here; a note stays on the page, the others end the matter.
const MOVES: [&str; 6] = [
    "dispatch",
    "decide_extension",
    "follow_ups",
    "merge",
    "cancel",
    "notes",
];

#[derive(Template)]
#[template(path = "desk_matter.html")]
struct MatterPage {
    frame: PageContext,
    tab: &'static str,
    list: String,
    address: String,
    order: String,
    sheet: OrderPageModel,
    map: Option<Markup>,
    /// The pending decisions; empty when the matter is done.
    asked: Vec<(&'static str, String)>,
    waits: bool,
    /// Until when it is the visitor's.
    mine: Option<String>,
    /// Who else works on it.
    held: Option<String>,
    /// Name and number of whom to call; no number for a committee.
    call: Option<(String, Option<String>)>,
    forms: Vec<Form>,
}

/// A rejected form: the action, the entries and the error.
struct Refused<'a> {
    action: &'a str,
    entries: &'a FormFields,
    error: &'a Error,
}

fn tab_of(name: &str) -> Result<Tab, PageError> {
    let tab: Tab = name.parse().map_err(|()| PageError::not_found())?;
    if tab.kinds().is_empty() {
        return Err(PageError::not_found());
    }
    Ok(tab)
}

#[get("/desk/{tab}/{number}")]
pub async fn show(visitor: ConsoleUser, path: Path<(String, String)>) -> Result<HttpResponse, PageError> {
    let (tab, number) = path.into_inner();
    let tab = tab_of(&tab)?;
    let matter = item::open(&visitor.app, &visitor.caller, tab.kinds(), &number).await?;
    answer(&visitor, tab, &number, matter, None).await
}

async fn answer(
    visitor: &ConsoleUser,
    tab: Tab,
    number: &str,
    matter: OpenItem,
    refused: Option<Refused<'_>>,
) -> Result<HttpResponse, PageError> {
    let (app, actor) = (&visitor.app, visitor.actor());
    let order = read::detail(app, &actor, number).await?;
    let timeline = read::timeline(app, &actor, number).await?;
    let city = app.state::<CityHandle>().load();
    let (now, zone) = (visitor.now, city.zone());
    let mut frame = visitor.frame(Section::Desk, format!("{} {number}", tab.label()));
    let claim = matter.items.iter().find_map(|item| item.claim.as_ref());
    let until = claim.map(|claim| labels::when(claim.until, now, zone));
    let mine = until.clone().filter(|_| claim.is_some_and(|claim| claim.mine));
    let held = claim.filter(|claim| !claim.mine);
    let offer = DeskForms {
        city: &city,
        order: &order,
        items: &matter.items,
        tab,
        csrf: &frame.csrf,
    };
    let mut forms = Vec::new();
    if mine.is_some() {
        forms.extend(offer.main());
        forms.extend(offer.others());
    }
    let mut status = StatusCode::OK;
    if let Some(refused) = refused {
        status = refused.error.status_code();
        let again = |form: Form| {
            if form.id == refused.action {
                form.refused(refused.entries, refused.error)
            } else {
                form
            }
        };
        forms = forms.into_iter().map(again).collect();
        frame.done = None;
    }
    let times = RowFormatter {
        now,
        zone,
        on_paper: false,
    };
    let page = MatterPage {
        tab: tab.label(),
        list: tab.address(),
        address: tab.page(number),
        order: format!("/console/orders/{number}"),
        map: map::draw(&city, order.area.as_ref(), order.location.as_ref()),
        sheet: OrderPageModel::new(&order, timeline, &times),
        asked: matter
            .items
            .first()
            .map(|item| asked(visitor, item))
            .unwrap_or_default(),
        waits: !matter.items.is_empty(),
        held: held.map(|claim| list::held(&claim.by, &until.unwrap_or_default())),
        mine,
        call: matter.callee.map(call_line),
        forms,
        frame,
    };
    with_status(status, &page)
}

fn call_line(called: CalledParty) -> (String, Option<String>) {
    match called {
        CalledParty::Delegate { name, phone } => (name, Some(phone.expose().to_owned())),
        CalledParty::Committee { name } => (name, None),
    }
}

/// Why the matter is here, fact by fact.
fn asked(visitor: &ConsoleUser, item: &ItemContext) -> Vec<(&'static str, String)> {
    let city = visitor.app.state::<CityHandle>().load();
    let unit = |id| city.unit(id).map(|unit| unit.name.clone()).unwrap_or_default();
    let when = |at| labels::due(at, visitor.now, city.zone());
    let mut facts = match (&item.entry.asked, &item.returned) {
        (Waits::Extension(asked), _) => vec![
            ("申请单位", unit(asked.unit_id)),
            ("申请延长", format!("{} 个工作日", asked.days)),
            ("理由", asked.reason.clone()),
            ("现在的期限", when(asked.due_before)),
        ],
        (Waits::Call(call), _) => {
            let mut facts = vec![("已拨打", format!("{} 次", call.tries))];
            facts.extend(call.outcome.clone().map(|outcome| ("上次", outcome)));
            let later = call.next_at.filter(|from| visitor.now < *from);
            facts.extend(later.map(|from| ("此后再拨才计次", when(from))));
            facts
        }
        (Waits::Unit, Some(returned)) => {
            let mut facts = vec![
                ("退单单位", unit(returned.unit_id)),
                ("退单理由", returned.reason.clone()),
            ];
            facts.extend(returned.proposed_unit_id.map(|id| ("它建议", unit(id))));
            facts
        }
        (Waits::Unit, None) => Vec::new(),
    };
    facts.extend(item.reason.clone().map(|reason| ("为什么待派单", reason)));
    facts.push(("请在此前处理", when(item.entry.act_by)));
    facts
}

/// Opens the matter, which claims it; gives it back; or decides it, and opens the next one.
#[post("/desk/{tab}/{number}/{action}")]
pub async fn act(
    visitor: ConsoleUser,
    path: Path<(String, String, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let (tab, number, action) = path.into_inner();
    let tab = tab_of(&tab)?;
    let (app, caller) = (&visitor.app, &visitor.caller);
    let sent = FormData::read(&visitor, &request, body).await?;
    match action.as_str() {
        "open" => return claim(&visitor, tab, &number).await,
        "release" => {
            service::release(app, caller, &number).await?;
            return Ok(see_other(&next_address(tab, None, "released")));
        }
        action if MOVES.contains(&action) => {}
        _ => return Err(PageError::not_found()),
    }
    let matter = item::open(app, caller, tab.kinds(), &number).await?;
    match make(&visitor, &number, &action, &sent.entries, &matter.items).await {
        Ok(()) if action == "notes" => Ok(see_other(&format!("{}?done=notes", tab.page(&number)))),
        Ok(()) => {
            let next = item::take_next(app, caller, tab.kinds(), &number).await?;
            Ok(see_other(&next_address(tab, next, &action)))
        }
        Err(error @ Error::Refused(_)) => {
            let refused = Refused {
                action: &action,
                entries: &sent.entries,
                error: &error,
            };
            answer(&visitor, tab, &number, matter, Some(refused)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Claims the matter. If another operator holds it, shows the matter and the holder.
async fn claim(visitor: &ConsoleUser, tab: Tab, number: &str) -> Result<HttpResponse, PageError> {
    match service::claim(&visitor.app, &visitor.caller, number).await {
        Ok(_) => Ok(see_other(&tab.page(number))),
        Err(error) if error.code() == Some("claimed_by_another") => Ok(see_other(&tab.page(number))),
        Err(error) if error.code() == Some("nothing_waits") => {
            Ok(see_other(&next_address(tab, None, "gone")))
        }
        Err(error) => Err(error.into()),
    }
}

async fn make(
    visitor: &ConsoleUser,
    number: &str,
    action: &str,
    entries: &FormFields,
    items: &[ItemContext],
) -> crate::error::Result<()> {
    let dispatched;
    let entries = if action == "dispatch" {
        dispatched = forms::dispatch(items, entries)?;
        &dispatched
    } else {
        entries
    };
    let asked = ActionForm {
        app: &visitor.app,
        actor: &visitor.actor(),
        number,
        entries,
        photos: Vec::new(),
        files: Vec::new(),
    };
    actions::perform(action, asked).await?;
    Ok(())
}
