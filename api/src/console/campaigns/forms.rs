//! Forms of a matter, its opinions and its measures.

use entity::kinds::{
    ActivityKind, CampaignAction, CampaignStage, CampaignStatus, MeasureStatus, OpinionKind, OpinionStatus,
    Role, Satisfaction,
};

use crate::city::snapshot::City;
use crate::console::campaigns::list::{self, PATH};
use crate::console::forms::{Choice, Field, Form, Kind};
use crate::files::content::MAX_FILE_MB;
use crate::supervision::campaigns::service::MAX_NUMBERS;
use crate::supervision::campaigns::view::CampaignView;
use crate::supervision::measures::view::MeasureView;
use crate::supervision::opinions::view::OpinionView;
use crate::supervision::participants::{MAX_OF_ACTIVITY, NAME_CHARS};

/// Characters of the names of one vote together: a form's field has 64 KiB.
const MAX_VOTE_NAMES_CHARS: usize = 20_000;
const PEOPLE_HINT: &str = "输入姓名的一部分，从名册中选择；多人用顿号隔开。名册以外的人员直接填写。";

fn text(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Kind::Text).at_most(5_000)
}

/// The forms of a matter, in the order of its stages.
pub fn of_campaign(city: &City, campaign: &CampaignView, csrf: &str) -> Vec<Form> {
    let form =
        |id: &'static str, title: &str| Form::new(id, format!("{PATH}/{}/{id}", campaign.id), title, csrf);
    if campaign.status == CampaignStatus::Closed {
        let again = form("stage", "回头看")
            .summary("立即比较结项以来同类同地的新工单与立项之前。")
            .submit("现在回头看")
            .carry("stage", "look_back")
            .field(text("note", "说明").required());
        return vec![again];
    }
    let stages = [
        CampaignStage::Survey,
        CampaignStage::Opinion,
        CampaignStage::Rectification,
        CampaignStage::Vote,
    ];
    let stages = stages
        .map(|stage| Choice::new(stage.as_str(), stage.label()))
        .to_vec();
    let mut forms = vec![
        form("stage", "进入下一阶段")
            .submit("进入")
            .field(Field::new("stage", "阶段", Kind::OneOf(stages)).required())
            .field(text("note", "说明").required()),
        activity(form("activities", "记录活动")),
        opinion(form("opinions", "向政府提出意见")),
        form("measures", "列入整改台账")
            .submit("列入")
            .field(text("text", "整改内容").required().at_most(2_000))
            .field(Field::new("unit", "责任单位", Kind::Unit).required())
            .field(Field::new("due_at", "期限", Kind::Moment).required()),
    ];
    if campaign.area.is_none() {
        forms.push(county_tasks(form("county-tasks", "交办县区")));
    }
    forms.push(vote(form("vote", "满意度测评")));
    forms.push(
        form("orders", "加入工单")
            .summary("加入后，这些工单的承办单位和提出的代表会收到通知。")
            .submit("加入")
            .field(
                Field::new("numbers", "工单编号", Kind::Text)
                    .required()
                    .hint(format!(
                        "每行一个，或用空格、逗号隔开；一次最多 {MAX_NUMBERS} 件。"
                    )),
            ),
    );
    forms.push(change(form("change", "修改"), city, campaign));
    forms.push(close(form("close", "结项"), campaign));
    forms
}

fn activity(form: Form) -> Form {
    let kinds = Choice::of::<ActivityKind>();
    form.submit("记录")
        .field(Field::new("kind", "方式", Kind::OneOf(kinds)).required())
        .field(Field::new("at", "时间", Kind::Moment).required())
        .field(Field::new("place", "地点", Kind::Line).at_most(200))
        .field(
            Field::new("participants", "参加人员", Kind::People)
                .at_most(MAX_OF_ACTIVITY * *NAME_CHARS.end())
                .hint(PEOPLE_HINT),
        )
        .field(Field::new("led_by", "带队领导", Kind::People).at_most(*NAME_CHARS.end()))
        .field(text("note", "了解到的情况").required())
        .field(text("outcome", "结果").hint("如约谈后施工方的承诺。"))
        .field(
            Field::new("phone", "电话号码", Kind::Line)
                .at_most(30)
                .hint("只保存打码后的号码。"),
        )
        .field(Field::new("numbers", "涉及的工单", Kind::Line).at_most(2_000))
        .field(Field::new("photos", "照片", Kind::Photos))
        .field(
            Field::new("attachments", "附件", Kind::Attachments)
                .hint(format!("PDF、DOCX、XLSX，单个不超过 {MAX_FILE_MB} MB。")),
        )
}

fn opinion(form: Form) -> Form {
    let kinds = Choice::of::<OpinionKind>();
    form.summary("编号后送主送单位，按公文格式打印；单位须书面答复。")
        .submit("提出")
        .field(Field::new("kind", "种类", Kind::OneOf(kinds)).required())
        .field(Field::new("to_unit", "主送", Kind::Unit).required())
        .field(Field::new("title", "标题", Kind::Line).required().at_most(150))
        .field(
            Field::new("text", "正文", Kind::Text)
                .required()
                .at_most(15_000)
                .hint("每行一段。"),
        )
        .field(Field::new("due_at", "答复期限", Kind::Moment))
        .field(
            Field::new("attachments", "附件", Kind::Attachments)
                .hint(format!("PDF、DOCX、XLSX，单个不超过 {MAX_FILE_MB} MB。")),
        )
}

fn county_tasks(form: Form) -> Form {
    form.summary("每个县区得到自己的一份专项监督，连同本县区的工单。")
        .submit("交办")
        .field(
            Field::new("areas", "县区", Kind::Line)
                .required()
                .at_most(500)
                .hint("名称用顿号或逗号隔开。"),
        )
        .field(text("text", "任务").required())
        .field(Field::new("due_at", "期限", Kind::Moment))
}

fn vote(form: Form) -> Form {
    let number = |name, label| Field::new(name, label, Kind::Number).required();
    form.submit("记录测评")
        .field(number("present", "出席人数"))
        .field(number("satisfied", Satisfaction::Satisfied.label()))
        .field(number(
            "basically_satisfied",
            Satisfaction::BasicallySatisfied.label(),
        ))
        .field(number("dissatisfied", Satisfaction::Dissatisfied.label()))
        .field(
            Field::new("participants", "参加测评的人员", Kind::People)
                .at_most(MAX_VOTE_NAMES_CHARS)
                .hint(PEOPLE_HINT),
        )
}

fn change(form: Form, city: &City, campaign: &CampaignView) -> Form {
    let committee = campaign.committee.clone().unwrap_or_default();
    let committees = list::committees(city, "未指定", &committee);
    form.submit("保存")
        .field(
            Field::new("title", "名称", Kind::Line)
                .required()
                .at_most(100)
                .value(campaign.title.clone()),
        )
        .field(text("purpose", "目的").required().value(campaign.purpose.clone()))
        .field(
            Field::new("kind", "问题类别", Kind::Line)
                .at_most(60)
                .value(campaign.kind.clone().unwrap_or_default()),
        )
        .field(Field::new("committee", "负责的委员会", Kind::Pick(committees)).value(committee))
        .field(text("findings", "发现的问题").value(campaign.findings.clone().unwrap_or_default()))
}

fn close(form: Form, campaign: &CampaignView) -> Form {
    let open = campaign.open_items.as_ref().map_or(0, Vec::len);
    let mut form = form
        .summary("结项后不能再加入内容；到期后系统自动回头看。")
        .submit("结项")
        .field(text("findings", "发现的问题").value(campaign.findings.clone().unwrap_or_default()))
        .field(text("measures", "采取的措施"))
        .field(text("outcome", "结果").required())
        .field(text("watch", "重点监管名单").hint("每行一处：名称，原因。"));
    if open > 0 {
        let hint = format!("还有 {open} 项没有了结，须说明为什么现在结项。");
        form = form.field(
            text("open_reason", "未了结项的理由")
                .at_most(1_000)
                .required()
                .hint(hint),
        );
    }
    form
}

/// The form of an opinion: a supervisor decides on the reply, the addressee replies.
pub fn of_opinion(opinion: &OpinionView, role: Role, csrf: &str) -> Option<Form> {
    let id = |action: &str| format!("{action}-{}", opinion.no);
    let path = |action: &str| format!("/console/opinions/{}/{action}", opinion.no);
    match (role, opinion.status) {
        (Role::Supervisor, OpinionStatus::Replied) => {
            let decisions = vec![Choice::new("yes", "通过"), Choice::new("no", "退回重新答复")];
            Some(
                Form::new(id("acceptance"), path("acceptance"), "审阅答复", csrf)
                    .field(Field::new("accepted", "意见", Kind::OneOf(decisions)).required())
                    .field(text("note", "说明").required().at_most(2_000)),
            )
        }
        (Role::Handler, OpinionStatus::Issued | OpinionStatus::Returned) => Some(
            Form::new(id("reply"), path("reply"), "书面答复", csrf)
                .field(text("text", "答复").required().at_most(15_000))
                .field(Field::new("attachments", "附件", Kind::Attachments)),
        ),
        _ => None,
    }
}

/// The form of a measure: a supervisor verifies, the responsible unit reports.
pub fn of_measure(measure: &MeasureView, role: Role, csrf: &str) -> Option<Form> {
    let id = |action: &str| format!("{action}-{}", measure.id);
    let path = |action: &str| format!("/console/measures/{}/{action}", measure.id);
    match (role, measure.status) {
        (Role::Supervisor, MeasureStatus::Done) => {
            let decisions = vec![
                Choice::new("yes", CampaignAction::MeasureVerified.label()),
                Choice::new("no", "退回继续整改"),
            ];
            Some(
                Form::new(id("verify"), path("verify"), "核验", csrf)
                    .field(Field::new("passed", "结论", Kind::OneOf(decisions)).required())
                    .field(text("note", "说明").required().at_most(2_000)),
            )
        }
        (Role::Handler, MeasureStatus::Open) => Some(
            Form::new(id("done"), path("done"), "报告完成", csrf)
                .field(text("text", "整改情况").required())
                .field(Field::new("photos", "照片", Kind::Photos))
                .field(Field::new("attachments", "附件", Kind::Attachments)),
        ),
        _ => None,
    }
}
