//! The rows of a matter's page, in the city's words and time.

use chrono::{DateTime, FixedOffset};
use entity::kinds::{CampaignStage, Light, MeasureStatus, OpinionStatus, Status};

use crate::city::snapshot::City;
use crate::console::campaigns::{forms, list};
use crate::console::forms::Form;
use crate::console::labels::{self, Markup};
use crate::console::routes::visitor::ConsoleUser;
use crate::files::attach::AttachedFile;
use crate::photos::evidence::EvidencePhoto;
use crate::photos::service::converts_heic;
use crate::supervision::activities::view::ActivityView;
use crate::supervision::campaigns::roll_up::CountyView;
use crate::supervision::campaigns::view::{CampaignView, DiaryEntry, GatheredView, VoteView};
use crate::supervision::measures::view::MeasureView;
use crate::supervision::opinions::view::{OpinionReply, OpinionView};

/// The stages in the order of the line.
const LINE: [CampaignStage; 7] = [
    CampaignStage::Filed,
    CampaignStage::Survey,
    CampaignStage::Opinion,
    CampaignStage::Rectification,
    CampaignStage::Vote,
    CampaignStage::Closed,
    CampaignStage::LookBack,
];

pub(super) struct Step {
    pub label: &'static str,
    pub reached: bool,
    pub current: bool,
    pub when: String,
    pub by: String,
}

pub(super) struct OpinionRow {
    pub number: String,
    pub kind: &'static str,
    pub title: String,
    pub unit: String,
    pub status: &'static str,
    pub lamp: Option<Markup>,
    pub due: String,
    pub text: String,
    pub files: Vec<AttachedFile>,
    pub reply: Option<(String, String, Vec<AttachedFile>)>,
    pub decision: String,
    pub pdf: String,
    pub form: Option<Form>,
}

pub(super) struct MeasureRow {
    pub seq: i32,
    pub text: String,
    pub unit: String,
    pub due: String,
    pub lamp: Option<Markup>,
    pub status: &'static str,
    pub done: String,
    pub photos: Vec<EvidencePhoto>,
    pub files: Vec<AttachedFile>,
    pub note: String,
    pub form: Option<Form>,
}

pub(super) struct ActivityRow {
    pub kind: &'static str,
    pub when: String,
    pub place: String,
    pub people: String,
    pub led_by: String,
    pub note: String,
    pub outcome: String,
    pub phone: String,
    pub photos: Vec<EvidencePhoto>,
    pub files: Vec<AttachedFile>,
    pub orders: Vec<String>,
}

pub(super) struct CountyRow {
    pub href: String,
    pub name: String,
    pub stage: &'static str,
    pub orders: i64,
    pub solved: i64,
    pub activities: i64,
    pub outcome: String,
}

pub(super) struct OrderRow {
    pub number: String,
    pub status: String,
    pub area: String,
}

pub(super) struct DiaryRow {
    pub when: String,
    pub by: String,
    pub what: String,
    pub note: String,
}

/// Formats rows in the city's words and time.
pub(super) struct RowFormatter<'a> {
    pub city: &'a City,
    pub visitor: &'a ConsoleUser,
    pub csrf: &'a str,
}

impl RowFormatter<'_> {
    fn when(&self, at: DateTime<FixedOffset>) -> String {
        labels::when(at.to_utc(), self.visitor.now, self.city.zone())
    }

    fn due(&self, at: DateTime<FixedOffset>) -> String {
        labels::due(at.to_utc(), self.visitor.now, self.city.zone())
    }

    fn lamp(&self, light: Light, due: DateTime<FixedOffset>) -> Markup {
        labels::light_badge(light, &labels::left(due.to_utc(), self.visitor.now))
    }

    pub fn steps(&self, campaign: &CampaignView) -> Vec<Step> {
        let reached = |stage| {
            let mut stages = campaign.stages.iter().flatten();
            stages.rfind(|reached| reached.stage == stage)
        };
        let step = |stage: CampaignStage| {
            let found = reached(stage);
            Step {
                label: stage.label(),
                reached: found.is_some(),
                current: campaign.stage == stage,
                when: found.map(|found| self.when(found.at)).unwrap_or_default(),
                by: found.and_then(|found| found.by.clone()).unwrap_or_default(),
            }
        };
        LINE.into_iter().map(step).collect()
    }

    pub fn facts(&self, campaign: &CampaignView) -> Vec<(&'static str, String)> {
        let told = [
            ("状态", Some(campaign.status.label().to_owned())),
            ("范围", Some(list::place(self.city, campaign.area.as_deref()))),
            ("问题类别", campaign.kind.clone()),
            ("目的", Some(campaign.purpose.clone())),
            ("负责的委员会", campaign.committee.clone()),
            ("上级专项", campaign.parent_title.clone()),
            ("期限", campaign.due_at.map(|at| self.due(at))),
            ("开展时间", Some(self.when(campaign.opened_at))),
            ("发现的问题", campaign.findings.clone()),
            ("采取的措施", campaign.measures.clone()),
            ("结果", campaign.outcome.clone()),
            ("未了结项的理由", campaign.open_reason.clone()),
            ("结项时间", campaign.closed_at.map(|at| self.when(at))),
        ];
        told.into_iter()
            .filter_map(|(name, text)| text.map(|text| (name, text)))
            .collect()
    }

    pub fn activity(&self, row: &ActivityView) -> ActivityRow {
        let place = row.place.as_ref();
        ActivityRow {
            kind: row.kind.label(),
            when: self.when(row.at),
            place: place.and_then(|place| place.name.clone()).unwrap_or_default(),
            people: row.participants.join("、"),
            led_by: row.led_by.clone().unwrap_or_default(),
            note: row.note.clone(),
            outcome: row.outcome.clone().unwrap_or_default(),
            phone: row.phone_masked.clone().unwrap_or_default(),
            photos: row.photos.clone(),
            files: row.files.clone(),
            orders: row.order_numbers.clone(),
        }
    }

    pub fn opinion(&self, row: &OpinionView) -> OpinionRow {
        let settled = row.status == OpinionStatus::Accepted;
        let replied = |reply: &OpinionReply| {
            let head = format!("{} {}", self.when(reply.at), reply.by);
            (head, reply.text.clone(), reply.files.clone())
        };
        OpinionRow {
            number: row.document_number.clone(),
            kind: row.kind.label(),
            title: row.title.clone(),
            unit: row.to_unit.name.clone(),
            status: row.status.label(),
            lamp: row
                .due_at
                .filter(|_| !settled)
                .map(|due| self.lamp(row.light, due)),
            due: row.due_at.map(|due| self.due(due)).unwrap_or_default(),
            text: row.text.clone(),
            files: row.files.clone(),
            reply: row.reply.as_ref().map(replied),
            decision: row
                .decision
                .as_ref()
                .map(|decision| decision.note.clone())
                .unwrap_or_default(),
            pdf: format!("/console/opinions/{}.pdf", row.no),
            form: forms::of_opinion(row, self.visitor.caller.role, self.csrf),
        }
    }

    pub fn measure(&self, row: &MeasureView) -> MeasureRow {
        let open = row.status == MeasureStatus::Open;
        let done = row.done.as_ref();
        MeasureRow {
            seq: row.seq,
            text: row.text.clone(),
            unit: row.unit.name.clone(),
            due: self.due(row.due_at),
            lamp: open.then(|| self.lamp(row.light, row.due_at)),
            status: row.status.label(),
            done: done.map(|done| done.text.clone()).unwrap_or_default(),
            photos: done.map(|done| done.photos.clone()).unwrap_or_default(),
            files: done.map(|done| done.files.clone()).unwrap_or_default(),
            note: row.verify_note.clone().unwrap_or_default(),
            form: forms::of_measure(row, self.visitor.caller.role, self.csrf)
                .map(|form| form.offer_heic(converts_heic(&self.visitor.app))),
        }
    }

    pub fn vote(&self, vote: &VoteView) -> String {
        let grades = vote.grades;
        let names = vote.participants.join("、");
        format!(
            "{}：出席 {} 人，满意 {}，基本满意 {}，不满意 {}，弃权 {}。{}（须达到 {}%）{}",
            self.when(vote.held_at),
            vote.present,
            grades.satisfied,
            grades.basically_satisfied,
            grades.dissatisfied,
            vote.abstained,
            if vote.passed {
                "测评通过"
            } else {
                "测评未通过"
            },
            vote.threshold_percent,
            if names.is_empty() {
                String::new()
            } else {
                format!("。参加测评：{names}")
            },
        )
    }

    pub fn order(&self, order: &GatheredView) -> OrderRow {
        let area = order.area.as_deref();
        OrderRow {
            number: order.number.clone(),
            status: order
                .status
                .parse()
                .map_or(order.status.clone(), |status: Status| status.label().to_owned()),
            area: area
                .map(|code| self.city.county_name(code).to_owned())
                .unwrap_or_default(),
        }
    }

    pub fn diary(&self, entry: &DiaryEntry) -> DiaryRow {
        let reference = entry.reference.as_deref().map(|text| format!("（{text}）"));
        DiaryRow {
            when: self.when(entry.at),
            by: entry.by.clone().unwrap_or_else(|| "系统".to_owned()),
            what: format!("{}{}", entry.title, reference.unwrap_or_default()),
            note: entry.note.clone(),
        }
    }
}

pub fn county(row: &CountyView) -> CountyRow {
    CountyRow {
        href: format!("{}/{}", list::PATH, row.campaign),
        name: row.name.clone(),
        stage: row.stage.label(),
        orders: row.orders,
        solved: row.solved,
        activities: row.activities,
        outcome: row.outcome.clone().unwrap_or_default(),
    }
}
