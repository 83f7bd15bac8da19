//! `/console/work`

use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use askama::Template;
use entity::kinds::Role;
use serde::Deserialize;

use crate::city::snapshot::CityHandle;
use crate::console::orders::rows::{Row, row};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other};
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::encoded;
use crate::error::Result;
use crate::http::paging::Paging;
use crate::orders::search::filter::ListQuery;
use crate::orders::search::list;
use crate::supervision::{measures, opinions};

const PATH: &str = "/console/work";
/// Orders on a page.
const PAGE: u64 = 30;
/// Up to so many tasks are counted.
const TASKS: u64 = 100;
/// A first queue of so many orders leaves room for the next one.
const SHORT: usize = 6;

/// A queue: its name in the address and in the order list, its title, whether clocks sort it, the text when it is empty.
struct Queue {
    name: &'static str,
    title: &'static str,
    by_due: bool,
    about: &'static str,
    empty: &'static str,
}

const QUEUES: [Queue; 5] = [
    Queue {
        name: "to_accept",
        title: "待签收",
        by_due: true,
        about: "派给本单位、还没有签收的工单，签收期限最近的在前。",
        empty: "没有待签收的工单。",
    },
    Queue {
        name: "in_progress",
        title: "办理中",
        by_due: true,
        about: "已签收、还没有答复的工单，办结期限最近的在前。",
        empty: "没有办理中的工单。",
    },
    Queue {
        name: "due_soon",
        title: "将到期",
        by_due: true,
        about: "本单位主办、亮黄灯或红灯的工单：临近到期和已经超期的。",
        empty: "没有将到期的工单，各项期限都在正常范围。",
    },
    Queue {
        name: "to_answer",
        title: "待答复督办",
        by_due: false,
        about: "人大常委会发出督办单、还没有书面答复的工单。",
        empty: "没有待答复的督办单。",
    },
    Queue {
        name: "sent_back",
        title: "被退回",
        by_due: false,
        about: "代表不满意须重新办理、基本满意须补充办理，以及退单后由坐席终审派回的工单。",
        empty: "没有被退回的工单。",
    },
];

impl Queue {
    fn query(&self) -> ListQuery {
        ListQuery {
            queue: Some(self.name.to_owned()),
            sort: self.by_due.then(|| "due".to_owned()),
            ..ListQuery::default()
        }
    }
}

struct Tile {
    href: String,
    title: &'static str,
    count: u64,
    on: bool,
    /// Something that cannot wait.
    urgent: bool,
}

#[derive(Template)]
#[template(path = "work.html")]
struct WorkPage {
    frame: PageContext,
    tiles: Vec<Tile>,
    /// Opinions and measures that the unit owes to the committee.
    tasks: usize,
    about: &'static str,
    empty: &'static str,
    rows: Vec<Row>,
    ticks: bool,
    more: Option<String>,
    next: Option<NextQueue>,
}

/// The queue below a short one on the landing page.
struct NextQueue {
    href: String,
    title: &'static str,
    about: &'static str,
    rows: Vec<Row>,
}

#[derive(Debug, Default, Deserialize)]
pub struct WorkQuery {
    queue: Option<String>,
    cursor: Option<String>,
}

/// The queues of the caller's unit, and the orders of one of them: the first that is not empty unless one is asked for. Where
/// that one is short, the next one follows.
#[get("/work")]
pub async fn show(visitor: ConsoleUser, query: Query<WorkQuery>) -> Result<HttpResponse, PageError> {
    if visitor.caller.role != Role::Handler {
        return Ok(see_other("/console"));
    }
    let WorkQuery { queue, cursor } = query.into_inner();
    let is_landing = queue.as_deref().is_none_or(str::is_empty);
    let counts = counts(&visitor).await?;
    let named = match queue.filter(|name| !name.is_empty()) {
        Some(name) => Some(
            QUEUES
                .iter()
                .position(|queue| queue.name == name)
                .ok_or_else(PageError::not_found)?,
        ),
        None => counts.iter().position(|count| *count > 0),
    };
    let at = named.unwrap_or_default();
    let tile = |(index, (queue, count)): (usize, (&Queue, &u64))| Tile {
        href: format!("{PATH}?queue={}", queue.name),
        title: queue.title,
        count: *count,
        on: index == at,
        urgent: *count > 0 && matches!(queue.name, "due_soon" | "to_answer" | "sent_back"),
    };
    let tiles = QUEUES.iter().zip(&counts).enumerate().map(tile).collect();
    let shown = QUEUES.get(at).ok_or_else(PageError::not_found)?;
    let paging = Paging {
        limit: Some(PAGE),
        cursor,
    };
    let found = list::list(&visitor.app, &visitor.actor(), &shown.query(), &paging).await?;
    let city = visitor.app.state::<CityHandle>().load();
    let more = found
        .next_cursor
        .map(|cursor| format!("{PATH}?queue={}&cursor={}", shown.name, encoded(&cursor)));
    let rows = found.items.into_iter();
    let rows: Vec<Row> = rows.map(|order| row(order, visitor.now, city.zone())).collect();
    let next = if is_landing && rows.len() <= SHORT {
        next_queue(&visitor, &counts, at, &rows).await?
    } else {
        None
    };
    page(&WorkPage {
        frame: visitor.frame(Section::Work, "待办"),
        tiles,
        tasks: tasks(&visitor).await?,
        about: shown.about,
        empty: shown.empty,
        rows,
        ticks: false,
        more,
        next,
    })
}

/// The first queue after the one at `at` that has orders, without those of `above`.
async fn next_queue(
    visitor: &ConsoleUser,
    counts: &[u64],
    at: usize,
    above: &[Row],
) -> Result<Option<NextQueue>> {
    let mut later = QUEUES.iter().zip(counts).skip(at + 1);
    let Some((queue, _)) = later.find(|(_, count)| **count > 0) else {
        return Ok(None);
    };
    let paging = Paging {
        limit: Some(PAGE),
        cursor: None,
    };
    let found = list::list(&visitor.app, &visitor.actor(), &queue.query(), &paging).await?;
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let rows = found.items.into_iter().map(|order| row(order, visitor.now, zone));
    let rows: Vec<Row> = rows
        .filter(|row| above.iter().all(|shown| shown.number != row.number))
        .collect();
    Ok((!rows.is_empty()).then(|| NextQueue {
        href: format!("{PATH}?queue={}", queue.name),
        title: queue.title,
        about: queue.about,
        rows,
    }))
}

/// One count for each queue.
async fn counts(visitor: &ConsoleUser) -> Result<Vec<u64>> {
    let mut counts = Vec::new();
    for queue in &QUEUES {
        counts.push(list::count(&visitor.app, &visitor.actor(), &queue.query()).await?);
    }
    Ok(counts)
}

async fn tasks(visitor: &ConsoleUser) -> Result<usize> {
    let (app, caller) = (&visitor.app, &visitor.caller);
    let paging = Paging {
        limit: Some(TASKS),
        cursor: None,
    };
    let opinions = opinions::view::list(app, caller, true, &paging).await?;
    let measures = measures::view::list(app, caller, true, &paging).await?;
    Ok(opinions.items.len() + measures.items.len())
}
