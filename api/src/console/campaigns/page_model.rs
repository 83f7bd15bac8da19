//! One matter under supervision as its page shows it.

use crate::city::snapshot::CityHandle;
use askama::Template;
use entity::campaign;
use entity::kinds::Role;

use crate::console::campaigns::forms;
use crate::console::campaigns::rows::{
    ActivityRow, CountyRow, DiaryRow, MeasureRow, OpinionRow, OrderRow, RowFormatter, Step, county,
};
use crate::console::forms::{Form, FormFields};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::PageError;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Error;
use crate::photos::service::converts_heic;
use crate::supervision::campaigns::rebound::LookBack;
use crate::supervision::campaigns::view::{self, CampaignView};

#[derive(Template)]
#[template(path = "campaign.html")]
pub struct CampaignPage {
    frame: PageContext,
    steps: Vec<Step>,
    facts: Vec<(&'static str, String)>,
    open_items: Vec<String>,
    counties: Vec<CountyRow>,
    activities: Vec<ActivityRow>,
    opinions: Vec<OpinionRow>,
    ledger: Vec<MeasureRow>,
    votes: Vec<String>,
    look_back: Option<LookBack>,
    watched: Vec<(String, String)>,
    orders: Vec<OrderRow>,
    diary: Vec<DiaryRow>,
    forms: Vec<Form>,
}

/// The form that was refused, by its id, with what was typed.
pub type Refused<'a> = Option<(&'a str, &'a FormFields, &'a Error)>;

/// The form as it was filled in, if it is the one that was refused.
pub(super) fn restore_form(form: Form, refused: Refused<'_>) -> Form {
    match refused {
        Some((id, entries, error)) if form.id == id => form.refused(entries, error),
        _ => form,
    }
}

/// The rows of a list that only a whole campaign has.
fn each<'a, View: 'a, Row>(views: &'a Option<Vec<View>>, row: impl FnMut(&'a View) -> Row) -> Vec<Row> {
    views.iter().flatten().map(row).collect()
}

/// A text in which opinions have the numbers that stand on their papers, not those of paths.
fn on_paper(text: &str, campaign: &CampaignView) -> String {
    let opinions = campaign.opinions.iter().flatten();
    opinions.fold(text.to_owned(), |text, opinion| {
        text.replace(&opinion.no, &opinion.document_number)
    })
}

pub async fn page(
    visitor: &ConsoleUser,
    row: campaign::Model,
    refused: Refused<'_>,
) -> Result<CampaignPage, PageError> {
    let city = visitor.app.state::<CityHandle>().load();
    let may_change = visitor.caller.role == Role::Supervisor;
    let campaign = view::whole(&visitor.app, row).await?;
    let frame = visitor.frame(Section::Campaigns, campaign.title.clone());
    let formatter = RowFormatter {
        city: &city,
        visitor,
        csrf: &frame.csrf,
    };
    let forms = if may_change {
        let heic = converts_heic(&visitor.app);
        let forms = forms::of_campaign(&city, &campaign, &frame.csrf).into_iter();
        forms.map(|form| form.offer_heic(heic)).collect()
    } else {
        Vec::new()
    };
    let mut activities = each(&campaign.activities, |row| formatter.activity(row));
    activities.reverse();
    let mut diary = each(&campaign.diary, |entry| formatter.diary(entry));
    for row in &mut diary {
        row.what = on_paper(&row.what, &campaign);
    }
    diary.reverse();
    let watched = campaign.watch_list.iter();
    Ok(CampaignPage {
        steps: formatter.steps(&campaign),
        facts: formatter.facts(&campaign),
        open_items: each(&campaign.open_items, |item| on_paper(&item.describe(), &campaign)),
        counties: each(&campaign.counties, county),
        activities,
        opinions: each(&campaign.opinions, |row| formatter.opinion(row).restored(refused)),
        ledger: each(&campaign.ledger, |row| formatter.measure(row).restored(refused)),
        votes: each(&campaign.votes, |vote| formatter.vote(vote)),
        look_back: campaign.look_back.clone(),
        watched: watched
            .map(|one| (one.name.clone(), one.reason.clone()))
            .collect(),
        orders: each(&campaign.orders, |order| formatter.order(order)),
        diary,
        forms: forms
            .into_iter()
            .map(|form| restore_form(form, refused))
            .collect(),
        frame,
    })
}

impl OpinionRow {
    #[must_use]
    pub fn restored(mut self, refused: Refused<'_>) -> Self {
        self.form = self.form.map(|form| restore_form(form, refused));
        self
    }
}

impl MeasureRow {
    #[must_use]
    pub fn restored(mut self, refused: Refused<'_>) -> Self {
        self.form = self.form.map(|form| restore_form(form, refused));
        self
    }
}
