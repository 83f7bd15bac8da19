//! An order in the words of its page.

use entity::ids::PhotoId;
use entity::kinds::{Light, PersonLevel, PhotoRole, PlaceRelation, Satisfaction, Status};
use serde_json::Value;

use crate::console::labels::{self, Markup};
use crate::console::order::headline::headline;
use crate::console::order::times::RowFormatter;
use crate::console::order::video::ShownVideo;
use crate::console::orders::rows::{decision_line, order_marks};
use crate::orders::view::read::TimelineItem;
use crate::orders::view::{DeadlineView, OrderPhoto, OrderView, ReplyView};

#[derive(Clone, Debug)]
pub struct Photo {
    pub id: PhotoId,
    pub thumb: String,
    pub large: String,
    /// Says what it shows, for those who cannot see it.
    pub caption: String,
    pub flags: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub title: String,
    pub at: String,
    pub who: String,
    pub note: Option<String>,
    pub photos: Vec<Photo>,
    /// Where the order's status changed.
    pub key: bool,
    pub round: Option<i32>,
}

#[derive(Clone, Debug)]
pub struct Clock {
    pub title: String,
    pub lamp: Markup,
    pub due: String,
    pub state: String,
    /// The sum that a clerk can check.
    pub explanation: String,
    pub provisional: bool,
}

#[derive(Clone, Debug)]
pub struct Reply {
    pub unit: String,
    pub at: String,
    pub public: String,
    pub account: Option<String>,
    pub contacted: Option<String>,
    pub decisions: Vec<(String, Option<String>)>,
    pub supplementary: bool,
    pub round: i32,
}

#[derive(Clone, Debug)]
pub struct Verdict {
    pub result: &'static str,
    pub solved: &'static str,
    pub process: Option<&'static str>,
    pub comment: Option<String>,
    pub at: String,
    pub round: i32,
}

#[derive(Clone, Debug)]
pub struct Charge {
    pub unit: String,
    pub role: &'static str,
    pub status: &'static str,
    pub requirement: Option<String>,
    pub account: Option<String>,
    pub round: i32,
}

#[derive(Clone, Debug)]
pub struct Issued {
    pub number: String,
    pub href: String,
    pub level: &'static str,
    pub requirement: String,
    pub due: String,
    pub answer: Option<String>,
}

#[derive(Clone, Debug)]
pub struct OrderPageModel {
    pub number: String,
    /// The problem in a line.
    pub title: String,
    pub status: &'static str,
    pub lamp: Option<Markup>,
    pub due: String,
    pub marks: Vec<String>,
    pub description: String,
    pub facts: Vec<(&'static str, String)>,
    pub before: Vec<Photo>,
    pub after: Vec<Photo>,
    pub video: Option<ShownVideo>,
    pub replies: Vec<Reply>,
    pub verdicts: Vec<Verdict>,
    pub clocks: Vec<Clock>,
    pub why: Vec<(&'static str, String)>,
    pub charges: Vec<Charge>,
    pub issued: Vec<Issued>,
    pub steps: Vec<Step>,
    pub merged_into: Option<String>,
    /// Whether the reader may cover parts of photos.
    pub covers: bool,
}

impl OrderPageModel {
    #[must_use]
    pub fn new(order: &OrderView, timeline: Vec<TimelineItem>, teller: &RowFormatter) -> Self {
        let now = teller.now;
        let over = order.status.is_over();
        let due = order.due_at.filter(|_| !over);
        let photos = |roles: &[PhotoRole]| -> Vec<Photo> {
            let of_role = order.photos.iter().filter(|photo| roles.contains(&photo.role));
            of_role.map(shown_photo).collect()
        };
        Self {
            number: order.number.clone(),
            title: headline(&order.description),
            status: order.status.label(),
            lamp: due.map(|due| labels::light_badge(order.light, &labels::left(due.to_utc(), now))),
            due: due.map(|due| teller.due(due)).unwrap_or_default(),
            marks: order_marks(order),
            description: order.description.clone(),
            facts: facts(order, teller),
            before: photos(&[PhotoRole::Before, PhotoRole::Evidence]),
            after: photos(&[PhotoRole::After]),
            video: order.video.as_ref().map(ShownVideo::from),
            replies: order
                .replies
                .iter()
                .rev()
                .map(|reply| shown_reply(reply, teller))
                .collect(),
            verdicts: verdicts(order, teller),
            clocks: order
                .deadlines
                .iter()
                .rev()
                .map(|clock| shown_clock(clock, teller))
                .collect(),
            why: why(order),
            charges: charges(order),
            issued: issued(order, teller),
            steps: timeline
                .into_iter()
                .rev()
                .map(|item| step(item, order, teller))
                .collect(),
            merged_into: order.merged_into.clone(),
            covers: false,
        }
    }
}

fn facts(order: &OrderView, teller: &RowFormatter) -> Vec<(&'static str, String)> {
    let name = |area: &Option<crate::orders::view::AreaView>| area.as_ref().map(|area| area.name.clone());
    let place: Vec<String> = [name(&order.area), name(&order.township), order.zone.clone()]
        .into_iter()
        .flatten()
        .collect();
    let reporter = match &order.reporter {
        Some(reporter) => {
            let level = reporter.level.map(PersonLevel::label).unwrap_or_default();
            format!("{} {level}", reporter.name)
        }
        None => "保密".to_owned(),
    };
    let category = order.category.name.clone().unwrap_or_else(|| "未定".to_owned());
    let source = order.category.source.label();
    let mut facts = vec![
        ("类别", format!("{category}（{source}）")),
        (
            "区域",
            if place.is_empty() {
                "不详".to_owned()
            } else {
                place.join(" · ")
            },
        ),
    ];
    facts.extend(order.address.clone().map(|address| ("地点", address)));
    facts.push(("反映人", reporter.trim().to_owned()));
    facts.push(("渠道", order.channel.label().to_owned()));
    facts.push(("提交", teller.when(order.created_at)));
    facts.extend(order.occurred_at.map(|at| ("发生", teller.when(at))));
    if order.tracked {
        facts.extend(order.committee.clone().map(|committee| ("跟踪", committee)));
    }
    facts
}

fn why(order: &OrderView) -> Vec<(&'static str, String)> {
    let mut why = Vec::new();
    why.push((
        "主办",
        order
            .unit
            .as_ref()
            .map_or_else(|| Status::Triage.label().to_owned(), |unit| unit.name.clone()),
    ));
    if !order.support_units.is_empty() {
        let names: Vec<&str> = order
            .support_units
            .iter()
            .map(|unit| unit.name.as_str())
            .collect();
        why.push(("协办", names.join("、")));
    }
    if !order.dispatch.reason.is_empty() {
        why.push(("理由", order.dispatch.reason.clone()));
    }
    let place = match order.place_relation {
        PlaceRelation::NearBorder => Some("地点靠近区县边界"),
        PlaceRelation::Nearest => Some("地点在界外，按最近的区县处理"),
        PlaceRelation::Outside => Some("地点在全市范围以外"),
        _ => None,
    };
    why.extend(place.map(|place| ("位置", place.to_owned())));
    if !order.dispatch.candidates.is_empty() {
        let near = order.dispatch.candidates.iter();
        let near: Vec<String> = near
            .map(|candidate| format!("{}（{} 米）", candidate.name, candidate.distance_m))
            .collect();
        why.push(("相邻", near.join("、")));
    }
    if order.dispatch.is_final {
        why.push(("终审", "终审派单，不能再退单".to_owned()));
    }
    why
}

fn shown_photo(photo: &OrderPhoto) -> Photo {
    let role = photo.role.label();
    let caption = if photo.round > 1 {
        format!("{role}照片，第 {} 次办理", photo.round)
    } else {
        format!("{role}照片")
    };
    Photo {
        id: photo.id,
        thumb: photo.urls.thumb.clone(),
        large: photo.urls.large.clone(),
        caption,
        flags: photo
            .flags
            .iter()
            .filter_map(|flag| labels::photo_flag(flag))
            .collect(),
    }
}

fn shown_reply(reply: &ReplyView, teller: &RowFormatter) -> Reply {
    Reply {
        unit: reply
            .unit
            .as_ref()
            .map(|unit| unit.name.clone())
            .unwrap_or_default(),
        at: teller.when(reply.created_at),
        public: reply.public_reply.clone(),
        account: reply.account.clone(),
        contacted: reply
            .contacted
            .as_ref()
            .map(|contacted| format!("{} {}", teller.when(contacted.at), contacted.how)),
        decisions: reply.decisions.iter().map(decision_line).collect(),
        supplementary: reply.supplementary,
        round: reply.round,
    }
}

fn verdicts(order: &OrderView, teller: &RowFormatter) -> Vec<Verdict> {
    let verdicts = order.verdicts.iter().rev();
    verdicts
        .map(|verdict| Verdict {
            result: verdict.result.label(),
            solved: verdict.solved.label(),
            process: verdict.process.map(Satisfaction::label),
            comment: verdict.comment.clone(),
            at: teller.when(verdict.created_at),
            round: verdict.round,
        })
        .collect()
}

fn shown_clock(clock: &DeadlineView, teller: &RowFormatter) -> Clock {
    let title = clock.kind.label();
    let text = clock.explanation.get("text").and_then(Value::as_str);
    let (due, now) = (clock.due_at.to_utc(), teller.now);
    let (light, word, state) = match clock.stopped_at {
        Some(stopped) => {
            let in_time = stopped <= clock.due_at;
            let light = if in_time { Light::Green } else { Light::Red };
            let word = if in_time { "按期" } else { "超期" };
            (
                light,
                word.to_owned(),
                format!("{} 停止计时", teller.when(stopped)),
            )
        }
        None => (clock.light, labels::left(due, now), "正在计时".to_owned()),
    };
    Clock {
        title: if clock.round > 1 {
            format!("{title}（第 {} 次办理）", clock.round)
        } else {
            title.to_owned()
        },
        lamp: labels::light_badge(light, &word),
        due: teller.due(clock.due_at),
        state,
        explanation: text.unwrap_or_default().to_owned(),
        provisional: clock.calendar == "provisional",
    }
}

fn charges(order: &OrderView) -> Vec<Charge> {
    let charges = order.assignments.iter().flatten();
    charges
        .map(|charge| Charge {
            unit: charge
                .unit
                .as_ref()
                .map(|unit| unit.name.clone())
                .unwrap_or_default(),
            role: charge.role.label(),
            status: charge.status.label(),
            requirement: charge.requirement.clone(),
            account: charge.account.clone(),
            round: charge.round,
        })
        .collect()
}

fn issued(order: &OrderView, teller: &RowFormatter) -> Vec<Issued> {
    let issued = order.supervision_orders.iter().flatten();
    issued
        .map(|issued| Issued {
            href: format!(
                "/console/orders/{}/supervision-orders/{}/pdf",
                order.number,
                crate::console::url_query::encoded(&issued.number)
            ),
            number: issued.number.clone(),
            level: issued.level.label(),
            requirement: issued.requirement.clone(),
            due: teller.due(issued.due_at),
            answer: issued.answer.clone(),
        })
        .collect()
}

fn step(item: TimelineItem, order: &OrderView, teller: &RowFormatter) -> Step {
    let role = item.role.label();
    let who = match (&item.unit, &item.name) {
        (Some(unit), Some(name)) => format!("{} {name}", unit.name),
        (Some(unit), None) => unit.name.clone(),
        (None, Some(name)) => format!("{role} {name}"),
        (None, None) => role.to_owned(),
    };
    let of_step = |id: &PhotoId| order.photos.iter().find(|photo| photo.id == *id);
    Step {
        title: item.title,
        at: teller.when(item.at),
        who,
        note: item.note.filter(|note| !note.is_empty()),
        photos: item
            .photo_ids
            .iter()
            .filter_map(of_step)
            .map(shown_photo)
            .collect(),
        key: item.from != Some(item.to),
        round: (item.round > 1).then_some(item.round),
    }
}
