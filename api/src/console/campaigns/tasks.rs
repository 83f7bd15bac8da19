//! Tasks of a unit: opinions to reply to, measures to carry out.

use crate::city::snapshot::CityHandle;
use askama::Template;

use crate::console::campaigns::page_model::Refused;
use crate::console::campaigns::rows::{MeasureRow, OpinionRow, RowFormatter};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::PageError;
use crate::console::routes::visitor::ConsoleUser;
use crate::http::paging::Paging;
use crate::supervision::measures::view as measures;
use crate::supervision::opinions::view as opinions;

pub const PATH: &str = "/console/tasks";
/// As many of each are shown.
const LIMIT: u64 = 100;

#[derive(Template)]
#[template(path = "tasks.html")]
pub struct TasksPage {
    frame: PageContext,
    opinions: Vec<OpinionRow>,
    ledger: Vec<MeasureRow>,
}

pub async fn page(visitor: &ConsoleUser, refused: Refused<'_>) -> Result<TasksPage, PageError> {
    let city = visitor.app.state::<CityHandle>().load();
    let frame = visitor.frame(Section::Tasks, "监督任务");
    let paging = Paging {
        limit: Some(LIMIT),
        cursor: None,
    };
    let opinions = opinions::list(&visitor.app, &visitor.caller, false, &paging).await?;
    let measures = measures::list(&visitor.app, &visitor.caller, false, &paging).await?;
    let formatter = RowFormatter {
        city: &city,
        visitor,
        csrf: &frame.csrf,
    };
    Ok(TasksPage {
        opinions: opinions
            .items
            .iter()
            .map(|row| formatter.opinion(row).restored(refused))
            .collect(),
        ledger: measures
            .items
            .iter()
            .map(|row| formatter.measure(row).restored(refused))
            .collect(),
        frame,
    })
}
