//! The decisions that wait for an operator, as forms: the first choices are reached by the keys of their numbers.

use entity::ids::UnitId;

use super::tabs::Tab;
use crate::city::categories::two_matters::Matter;
use crate::city::snapshot::City;
use crate::console::forms::{Choice, Field, Form, FormFields, Kind};
use crate::console::order::forms::OrderForms;
use crate::error::{Error, FieldError, Result};
use crate::hotline::queue::service::ItemContext;
use crate::hotline::queue::suggestions::Proposed;
use crate::orders::view::OrderView;

/// Further actions of an operator on the item.
const OTHERS: [&str; 3] = ["merge", "cancel", "notes"];

/// The data that the forms are built from.
pub struct DeskForms<'a> {
    pub city: &'a City,
    pub order: &'a OrderView,
    pub items: &'a [ItemContext],
    pub tab: Tab,
    pub csrf: &'a str,
}

impl DeskForms<'_> {
    /// The move that the tab is about.
    #[must_use]
    pub fn decision(tab: Tab) -> &'static str {
        match tab {
            Tab::Extension => "decide_extension",
            Tab::FollowUp => "follow_ups",
            _ => "dispatch",
        }
    }

    /// The decision that waits; open.
    #[must_use]
    pub fn main(&self) -> Option<Form> {
        let action = Self::decision(self.tab);
        if !self.may(action) {
            return None;
        }
        let mut form = match action {
            "dispatch" => self.dispatch(),
            _ => self.as_on_the_order(action)?,
        };
        form.open = true;
        Some(form)
    }

    /// The rest, folded.
    #[must_use]
    pub fn others(&self) -> Vec<Form> {
        let open = OTHERS.into_iter().filter(|action| self.may(action));
        open.filter_map(|action| self.as_on_the_order(action)).collect()
    }

    fn may(&self, action: &str) -> bool {
        self.order.actions.iter().any(|open| open == action)
    }

    fn address(&self, action: &str) -> String {
        format!("{}/{action}", self.tab.page(&self.order.number))
    }

    /// The order's own form, sent here; its first choices by number.
    fn as_on_the_order(&self, action: &str) -> Option<Form> {
        let desk = OrderForms {
            order: self.order,
            csrf: self.csrf,
            unit: None,
            committees: &[],
        };
        let mut form = desk.of(action)?;
        form.action = self.address(action);
        let choices = form.fields.iter_mut();
        if let Some(first) = choices
            .filter(|field| matches!(field.kind, Kind::OneOf(_)))
            .take(1)
            .next()
        {
            first.keyed = true;
        }
        Some(form)
    }

    fn dispatch(&self) -> Form {
        let item = self.items.iter().find(|item| item.entry.kind.wants_unit());
        let proposals = item.map(|item| &item.proposals);
        let units = proposals.map_or(&[][..], |proposals| proposals.units.as_slice());
        let units: Vec<Choice> = units.iter().filter_map(|unit| self.proposed(unit)).collect();
        let categories = proposals.map_or(&[][..], |proposals| proposals.categories.as_slice());
        let mut form = Form::new("dispatch", self.address("dispatch"), "派单", self.csrf)
            .summary(dispatch_summary(
                proposals.map_or(&[], |proposals| proposals.matters.as_slice()),
            ))
            .carry("version", self.order.version.to_string())
            .submit("派单");
        let any = !units.is_empty();
        let mut unit =
            Field::new("unit", if any { "或派给其他单位" } else { "派给" }, Kind::Unit).at_most(60);
        if any {
            form = form.field(Field::new("suggested", "建议的单位", Kind::OneOf(units)).keyed());
            unit = unit.hint("填写后以此为准。");
        } else {
            unit = unit.required();
        }
        form = form.field(unit);
        if !categories.is_empty() {
            let mut choices = vec![Choice::new("", "不改")];
            choices.extend(categories.iter().map(|suggestion| {
                let percent = suggestion.confidence * 100.0;
                Choice::new(
                    suggestion.code.clone(),
                    format!("{}（把握 {percent:.0}%）", suggestion.name),
                )
            }));
            form = form.field(Field::new("category", "按文字判断的类别", Kind::OneOf(choices)).value(""));
        }
        let reason = Field::new("reason", "理由", Kind::Text).at_most(500);
        form.field(
            Field::new("other_category", "改为其他类别", Kind::Line)
                .at_most(60)
                .hint("名称或编码。改正类别有助于以后自动分派。"),
        )
        .field(if any {
            reason.hint("选用建议的单位时可以不填，记为建议的理由。")
        } else {
            reason.required()
        })
        .field(Field::new("final", "终审派单：该单位不能再退单", Kind::Tick))
    }

    fn proposed(&self, proposed: &Proposed) -> Option<Choice> {
        let unit = self.city.unit(proposed.unit)?;
        Some(Choice::new(
            unit.id.to_string(),
            format!("{}：{}", unit.name, proposed.why),
        ))
    }
}

/// Converts the entries of the dispatch form to those of the order's form. A chosen suggestion sets the unit, and its
/// reason is used if no other is given.
pub fn dispatch(items: &[ItemContext], entries: &FormFields) -> Result<FormFields> {
    let chosen = entries
        .some("suggested")
        .filter(|_| entries.some("unit").is_none());
    let proposed = items.iter().flat_map(|item| &item.proposals.units);
    let proposed = chosen
        .and_then(|id| id.parse::<UnitId>().ok())
        .and_then(|id| proposed.into_iter().find(|proposed| proposed.unit == id));
    let unit = match (entries.some("unit"), proposed) {
        (Some(unit), _) => unit.to_owned(),
        (None, Some(proposed)) => proposed.unit.to_string(),
        (None, None) => return Err(no_unit()),
    };
    let reason = match (entries.some("reason"), proposed) {
        (None, Some(proposed)) => format!("按建议派单：{}", proposed.why),
        (reason, _) => reason.unwrap_or_default().to_owned(),
    };
    let category = entries.some("other_category").or(entries.some("category"));
    let mut pairs = vec![
        ("version".to_owned(), entries.text("version").to_owned()),
        ("unit".to_owned(), unit),
        ("reason".to_owned(), reason),
    ];
    pairs.extend(category.map(|category| ("category".to_owned(), category.to_owned())));
    pairs.extend(
        entries
            .some("final")
            .map(|tick| ("final".to_owned(), tick.to_owned())),
    );
    Ok(FormFields::new(pairs))
}

/// The effect of the dispatch, and the two matters that the text may tell of.
fn dispatch_summary(matters: &[Matter]) -> String {
    const KEPT: &str = "工单转到所选单位，照片、经过和期限都保留。";
    match matters {
        [first, second] => format!(
            "{KEPT}似乎有两件事：{}；{}，可分开上报。",
            first.category.name, second.category.name
        ),
        _ => KEPT.to_owned(),
    }
}

fn no_unit() -> Error {
    Error::invalid(vec![FieldError::new(
        "unit",
        "required",
        "请选择一个建议的单位，或填写单位名称。",
    )])
}

/// Whether what was published may be shown.
#[must_use]
pub fn review(address: &str, csrf: &str) -> Form {
    let choices = vec![Choice::new("pass", "通过"), Choice::new("refuse", "不予展示")];
    let mut form = Form::new("decision", format!("{address}/decision"), "审核结论", csrf)
        .summary("通过后展示给相关的代表或群众；不予展示的内容只有坐席能看到。决定后不能更改。")
        .field(
            Field::new("result", "结论", Kind::OneOf(choices))
                .required()
                .keyed(),
        )
        .submit("提交");
    form.open = true;
    form
}
