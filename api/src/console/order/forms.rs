//! The available actions as forms with a description of their effect. The order's `actions` decide which are available;
//! here each gets its fields.

use entity::ids::UnitId;
use entity::kinds::{
    AssignmentRole, AssignmentStatus, DecisionKind, ExtensionStatus, Satisfaction, Solved, Status,
};

use crate::console::forms::{Choice, Field, Form, Kind};
use crate::orders::rules::text_limits::{ACCOUNT, CONTACTED_HOW, NOTE, PUBLIC_REPLY, REASON};
use crate::orders::view::OrderView;
use crate::photos::limits::{MAX_PHOTO_MB, MAX_PHOTOS};

/// The data that the forms are built from.
pub struct OrderForms<'a> {
    pub order: &'a OrderView,
    pub csrf: &'a str,
    /// The unit of the one who asks.
    pub unit: Option<UnitId>,
    /// The city's committees, for tracking.
    pub committees: &'a [Choice],
}

impl OrderForms<'_> {
    /// In the order in which people need them.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        let told = self.order.actions.iter().any(|action| action == "accept");
        let part = !told && self.part_to_accept();
        let part = part.then(|| {
            self.form("accept", "签收")
                .summary("签收您单位承担的部分。")
                .submit("签收")
        });
        let open = self.order.actions.iter().filter_map(|action| self.of(action));
        part.into_iter().chain(open).collect()
    }

    /// The form of a move that is open.
    #[must_use]
    pub fn of(&self, action: &str) -> Option<Form> {
        match action {
            "accept" | "reply" | "return" | "extensions" | "sub_assignments" | "answer_supervision_order" => {
                self.of_unit(action)
            }
            "dispatch" | "decide_extension" | "follow_ups" | "merge" | "unmerge" => self.of_operator(action),
            "urges" | "tracking" | "untrack" | "supervision_orders" => self.of_supervisor(action),
            _ => self.of_delegate(action),
        }
    }

    fn form(&self, action: &'static str, title: &str) -> Form {
        let address = format!("/console/orders/{}/{action}", self.order.number);
        Form::new(action, address, title, self.csrf).carry("version", self.order.version.to_string())
    }

    /// Whether the unit has a part of the matter that it has not taken on yet.
    fn part_to_accept(&self) -> bool {
        let mut charges = self.order.assignments.iter().flatten();
        charges.any(|charge| {
            charge.round == self.order.round
                && charge.role != AssignmentRole::Lead
                && charge.status == AssignmentStatus::Open
                && self.unit.is_some()
                && charge.unit.as_ref().map(|unit| unit.id) == self.unit
        })
    }

    fn is_lead(&self) -> bool {
        self.unit.is_some() && self.order.unit.as_ref().map(|unit| unit.id) == self.unit
    }

    fn of_unit(&self, action: &str) -> Option<Form> {
        let limits = &self.order.limits;
        Some(match action {
            "accept" => self
                .form("accept", "签收")
                .summary("签收后签收期限停止计时，工单进入“办理中”，代表会收到通知。")
                .submit("签收"),
            "reply" => self.reply(),
            "return" => self
                .form("return", "退单")
                .summary(format!(
                    "工单不属于本单位时退给 12345 重新分派。每个单位最多退 {} 次，须在派单后 {} 个工作日内；期限不重新计算。",
                    limits.returns, limits.return_working_days
                ))
                .field(reason("退单理由"))
                .field(Field::new("proposed_unit", "建议的承办单位", Kind::Unit).at_most(60))
                .submit("退单"),
            "extensions" => self
                .form("extensions", "申请延期")
                .summary(format!(
                    "由 12345 审批，每次最多 {} 个工作日，最多 {} 次。须在到期前申请，签收期限不受影响。",
                    limits.extension_working_days, limits.extensions
                ))
                .field(reason("延期理由"))
                .field(Field::new("days", "延长的工作日", Kind::Number).hint("不填则按一次延期的最长天数申请。"))
                .submit("申请延期"),
            "sub_assignments" => self
                .form("sub_assignments", "下派")
                .summary("把事项的一部分交给下级或其他单位办理，本单位仍为主办，对期限负责。")
                .field(Field::new("unit", "下派给", Kind::Unit).required().at_most(60))
                .field(Field::new("note", "任务要求", Kind::Text).required().at_most(*REASON.end()))
                .field(Field::new("due_at", "完成期限", Kind::Moment).hint("不填则与工单期限一致。"))
                .submit("下派"),
            "answer_supervision_order" => self.answer_supervision_order()?,
            _ => return None,
        })
    }

    fn reply(&self) -> Form {
        let form = self.form(
            "reply",
            if self.is_lead() {
                "答复"
            } else {
                "报告办理情况"
            },
        );
        let mut decisions = vec![Choice::new("", "没有")];
        decisions.extend(Choice::of::<DecisionKind>());
        let account = Field::new("account", "办理情况", Kind::Text)
            .required()
            .at_most(*ACCOUNT.end())
            .hint("供单位、坐席和人大常委会查看，代表看不到。");
        if !self.is_lead() {
            return form
                .summary("报告您单位所承担部分的办理情况，由主办单位统一答复代表。")
                .field(account)
                .field(photos("办理后的照片"))
                .submit("提交");
        }
        form.summary(format!(
            "提交后办结期限停止计时，系统随即请代表评价。代表不满意时将进入第 {} 次办理。",
            self.order.round + 1
        ))
        .field(account)
        .field(
            Field::new("public_reply", "公开答复", Kind::Text)
                .required()
                .at_most(*PUBLIC_REPLY.end())
                .hint("代表会看到这段话。请写明做了什么、结果如何、今后怎么办。"),
        )
        .field(photos("办理后的照片"))
        .field(Field::new("contacted_at", "与代表联系的时间", Kind::Moment))
        .field(
            Field::new("contacted_how", "联系方式", Kind::Line)
                .at_most(*CONTACTED_HOW.end())
                .hint("如：电话、现场见面。"),
        )
        .field(Field::new("decision_kind", "行政决定", Kind::Pick(decisions)))
        .field(Field::new("decision_number", "文书编号", Kind::Line).at_most(100))
        .field(Field::new("decision_date", "文书日期", Kind::Date))
        .field(
            Field::new("attachments", "文书文件", Kind::Attachments)
                .hint("责令改正通知书等的扫描件或电子件，PDF、DOCX 或图片，一份。"),
        )
        .submit("提交答复")
    }

    fn answer_supervision_order(&self) -> Option<Form> {
        let open = self.order.supervision_orders.iter().flatten();
        let open = open.filter(|issued| issued.answered_at.is_none() && issued.closed_at.is_none());
        let choices: Vec<Choice> = open
            .map(|issued| Choice::new(issued.number.clone(), issued.number.clone()))
            .collect();
        let first = choices.first()?.value.clone();
        Some(
            self.form("answer_supervision_order", "答复督办单")
                .summary("答复会送达发出督办单的人大常委会，并印在督办单上。")
                .field(
                    Field::new("supervision_order", "督办单", Kind::Pick(choices))
                        .required()
                        .value(first),
                )
                .field(
                    Field::new("text", "答复内容", Kind::Text)
                        .required()
                        .at_most(*ACCOUNT.end()),
                )
                .submit("提交"),
        )
    }

    fn of_operator(&self, action: &str) -> Option<Form> {
        Some(match action {
            "dispatch" => self.dispatch(),
            "decide_extension" => self.decide_extension()?,
            "follow_ups" => self.follow_up(),
            "merge" => self
                .form("merge", "并入另一件工单")
                .summary("同一件事已有工单时使用。本单办结，反映人成为另一件工单的附议人，继续收到进展；可以恢复。")
                .field(Field::new("into", "并入的工单编号", Kind::Line).required().at_most(20))
                .submit("并单"),
            "unmerge" => self
                .form("unmerge", "恢复单独办理")
                .summary("撤销并单，工单回到“待派单”。")
                .field(reason("理由"))
                .submit("恢复"),
            _ => return None,
        })
    }

    fn dispatch(&self) -> Form {
        let again = self.order.status != Status::Triage;
        self.form("dispatch", if again { "改派" } else { "派单" })
            .summary("工单转到所选单位，照片、经过和期限都保留。勾选“终审派单”后，该单位不能再退单。")
            .field(Field::new("unit", "派给", Kind::Unit).required().at_most(60))
            .field(
                Field::new("category", "类别", Kind::Line)
                    .at_most(60)
                    .hint("名称或编码；不填则不改。改正类别有助于以后自动分派。"),
            )
            .field(reason("理由"))
            .field(Field::new("final", "终审派单", Kind::Tick))
            .submit("派单")
    }

    fn decide_extension(&self) -> Option<Form> {
        let mut asked = self.order.extensions.iter();
        let asked = asked.find(|extension| extension.status == ExtensionStatus::Pending)?;
        let answers = vec![Choice::new("yes", "同意"), Choice::new("no", "不同意")];
        Some(
            self.form("decide_extension", "审批延期")
                .summary(format!(
                    "申请延长 {} 个工作日，理由：{}",
                    asked.days, asked.reason
                ))
                .carry("extension", asked.id.to_string())
                .field(Field::new("granted", "决定", Kind::OneOf(answers)).required())
                .field(Field::new("note", "说明", Kind::Text).at_most(*REASON.end()))
                .submit("提交"),
        )
    }

    fn follow_up(&self) -> Form {
        let reached = vec![Choice::new("yes", "已接通"), Choice::new("no", "没有接通")];
        self.form("follow_ups", "记录人工回访")
            .summary("接通时代表的评价由您代记，与代表自己评价效力相同；几次都没有接通则按“未评价”办结。")
            .field(Field::new("reached", "通话", Kind::OneOf(reached)).required())
            .field(
                Field::new("outcome", "通话情况", Kind::Text)
                    .required()
                    .at_most(*NOTE.end()),
            )
            .field(result().hint("接通时必填。"))
            .field(solved())
            .field(process())
            .submit("保存")
    }

    fn of_supervisor(&self, action: &str) -> Option<Form> {
        let limits = &self.order.limits;
        Some(match action {
            "urges" => self
                .form("urges", "催办")
                .summary(format!(
                    "承办单位立即收到催办通知。同一工单 {} 分钟内不能重复催办。",
                    limits.urge_interval_minutes
                ))
                .field(
                    Field::new("note", "催办内容", Kind::Text)
                        .required()
                        .at_most(*NOTE.end()),
                )
                .field(Field::new("phoned", "已电话催办", Kind::Tick))
                .submit("催办"),
            "tracking" => self
                .form("tracking", "重点跟踪")
                .summary("列入重点跟踪清单，有进展时通知负责的委员会。")
                .field(Field::new(
                    "committee",
                    "交由哪个委员会",
                    Kind::Pick(self.committees.to_vec()),
                ))
                .field(
                    Field::new("note", "跟踪要求", Kind::Text)
                        .required()
                        .at_most(*NOTE.end()),
                )
                .submit("列入跟踪"),
            "untrack" => self
                .form("untrack", "结束重点跟踪")
                .field(
                    Field::new("note", "说明", Kind::Text)
                        .required()
                        .at_most(*NOTE.end()),
                )
                .submit("结束跟踪"),
            "supervision_orders" => self
                .form("supervision_orders", "发督办单")
                .summary("督办单有编号和期限，承办单位必须书面答复；可打印。")
                .field(
                    Field::new("requirement", "督办要求", Kind::Text)
                        .required()
                        .at_most(*ACCOUNT.end()),
                )
                .field(Field::new("due_at", "答复期限", Kind::Moment).hint(format!(
                    "不填则为 {} 个工作日。",
                    limits.supervision_order_working_days
                )))
                .submit("发出督办单"),
            _ => return None,
        })
    }

    fn of_delegate(&self, action: &str) -> Option<Form> {
        Some(match action {
            "verdict" => self
                .form("verdict", "评价")
                .summary(format!(
                    "满意即办结；基本满意由承办单位在 {} 个工作日内补充办理并重点跟踪；不满意将发出督办单，重新办理。",
                    self.order.limits.supplementary_working_days
                ))
                .field(result().required())
                .field(solved().required())
                .field(process())
                .field(Field::new("comment", "您的意见", Kind::Text).at_most(*NOTE.end()))
                .field(photos("现场照片"))
                .submit("提交评价"),
            "reopen" => self
                .form("reopen", "问题反弹，重新办理")
                .summary("工单以原编号重新办理，期限重新计算。")
                .field(reason("情况说明"))
                .field(photos("现场照片"))
                .submit("重新办理"),
            "cancel" => self
                .form("cancel", "撤销工单")
                .summary("撤销后不再办理，不能恢复。")
                .field(reason("撤销理由"))
                .submit("撤销"),
            "endorse" => self
                .form("endorse", "附议")
                .summary("表示您也反映同一事项，以后的进展会通知您。")
                .submit("附议"),
            "notes" => self
                .form("notes", "备注")
                .field(
                    Field::new("text", "内容", Kind::Text)
                        .required()
                        .at_most(*NOTE.end()),
                )
                .submit("保存"),
            _ => return None,
        })
    }
}

fn reason(label: &'static str) -> Field {
    Field::new("reason", label, Kind::Text)
        .required()
        .at_most(*REASON.end())
}

fn photos(label: &'static str) -> Field {
    Field::new("photos", label, Kind::Photos).hint(format!(
        "JPEG、PNG 或 WebP，每张不超过 {MAX_PHOTO_MB} MB，最多 {MAX_PHOTOS} 张。"
    ))
}

fn result() -> Field {
    Field::new("result", "对办理结果", Kind::OneOf(Choice::of::<Satisfaction>()))
}

fn process() -> Field {
    Field::new("process", "对办理过程", Kind::OneOf(Choice::of::<Satisfaction>()))
}

fn solved() -> Field {
    Field::new("solved", "问题是否解决", Kind::OneOf(Choice::of::<Solved>()))
}
