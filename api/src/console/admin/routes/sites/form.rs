//! The form of a site and the interpretation of its entries.

use entity::kinds::Datum;

use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, Field, Form, FormFields, Kind};
use crate::console::map::place as map;
use crate::console::map::sheet::NamedPlace;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, FieldError, Result};
use crate::orders::submit::draft::{GivenPoint, MAX_ADDRESS_CHARS};
use crate::people::profile;
use crate::sealing::Phone;
use crate::sites::service::{KINDS, NewSite};
use crate::sites::view::SiteView;
use tables::text;

pub fn kind(kind: &str) -> &'static str {
    match kind {
        "liaison_station" => "代表联络站",
        "bus_stop" => "公交站",
        "school_gate" => "校门口",
        "tunnel" => "隧道、下穿通道",
        "building_site" => "建筑工地",
        "residential_area" => "居民小区",
        "market" => "集贸市场",
        "service_hall" => "办事大厅",
        _ => "其他",
    }
}

/// Where a form goes, and what it is called.
#[derive(Clone, Copy)]
pub struct Heading<'a> {
    pub action: &'a str,
    pub title: &'a str,
    pub csrf: &'a str,
}

/// Empty for a new site, filled in for one that is there. The map names `townships`.
pub fn form(
    visitor: &ConsoleUser,
    heading: Heading<'_>,
    site: Option<&SiteView>,
    townships: &[NamedPlace],
) -> Form {
    let city = visitor.app.state::<CityHandle>().load();
    let Heading { action, title, csrf } = heading;
    let kinds = KINDS.iter().map(|name| Choice::new(*name, kind(name)));
    let text = |of: &dyn Fn(&SiteView) -> String| site.map(of).unwrap_or_default();
    let form = Form::new("site", action, title, csrf)
        .summary("编码由系统生成，印在纸上以后不变。")
        .submit("保存")
        .field(
            Field::new("name", "名称", Kind::Line)
                .required()
                .at_most(60)
                .value(text(&|site| site.public.name.clone())),
        )
        .field(
            Field::new("kind", "类型", Kind::Pick(kinds.collect()))
                .required()
                .value(text(&|site| site.public.kind.clone())),
        );
    let form = in_charge(visitor, place(form, map::picker(&city, townships), site), site);
    Form { open: true, ..form }
}

/// Adds the fields of the place: a click on the map, and words.
fn place(form: Form, picker: Kind, site: Option<&SiteView>) -> Form {
    let text = |of: &dyn Fn(&SiteView) -> String| site.map(of).unwrap_or_default();
    form.field(
        Field::new("longitude", "位置", picker)
            .required()
            .value(text(&|site| {
                format!("{} {}", site.location.longitude, site.location.latitude)
            })),
    )
    .field(
        Field::new("address", "地址", Kind::Line)
            .at_most(MAX_ADDRESS_CHARS)
            .value(text(&|site| site.public.address.clone().unwrap_or_default())),
    )
}

/// Adds the fields for category, unit and delegates of the site.
fn in_charge(visitor: &ConsoleUser, form: Form, site: Option<&SiteView>) -> Form {
    let city = visitor.app.state::<CityHandle>().load();
    let mut categories = vec![Choice::new("", "不预设")];
    let leaves = city.categories.leaves();
    categories.extend(leaves.map(|leaf| Choice::new(leaf.code.clone(), leaf.name.clone())));
    let category = site.and_then(|site| site.public.category.as_ref());
    let unit = site.and_then(|site| site.unit.as_ref());
    let delegates = site.map(|site| site.delegates.as_slice()).unwrap_or_default();
    let delegates: Vec<&str> = delegates.iter().map(|one| one.name.as_str()).collect();
    form.field(
        Field::new("category", "预设类别", Kind::Pick(categories))
            .value(category.map(|category| category.code.clone()).unwrap_or_default())
            .hint("从这里提交的工单默认属于这个类别。"),
    )
    .field(
        Field::new("unit", "指定单位", Kind::Unit)
            .at_most(60)
            .value(unit.map(|unit| unit.name.clone()).unwrap_or_default())
            .hint("不填则按派单目录。"),
    )
    .field(
        Field::new("delegates", "负责的代表", Kind::Text)
            .at_most(1_000)
            .value(delegates.join("\n"))
            .hint("每行一位：姓名，有重名时填手机号。不填则由本区县的代表处理群众留言。"),
    )
}

/// Deactivates or reactivates a site.
pub fn in_use(path: &str, active: bool, csrf: &str) -> Form {
    let action = format!("{path}/in-use");
    if active {
        Form::new("in-use", action, "停用", csrf)
            .summary("停用后扫码不再有效，已有的工单和留言不变；可以随时恢复。")
            .submit("停用")
    } else {
        Form::new("in-use", action, "恢复使用", csrf)
            .summary("恢复后原来印好的码继续有效。")
            .carry("active", "yes")
            .submit("恢复使用")
    }
}

/// Reads the entries. `site` is the stored site, whose delegates may be named again.
pub async fn read(visitor: &ConsoleUser, entries: &FormFields, site: Option<&SiteView>) -> Result<NewSite> {
    let mut faults = Vec::new();
    let mut number = |name: &str| {
        let number = entries.text(name).parse::<f64>().ok();
        number.unwrap_or_else(|| {
            faults.push(FieldError::new(
                name,
                "not_a_number",
                "请在地图上点击选择位置；填写时用以度为单位的数字。",
            ));
            0.0
        })
    };
    let (longitude, latitude) = (number("longitude"), number("latitude"));
    let datum = entries.text("datum").parse().unwrap_or(Datum::Gcj02);
    let delegates = delegates(visitor, entries.text("delegates"), site, &mut faults).await?;
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let some = |name: &str| entries.some(name).map(str::to_owned);
    Ok(NewSite {
        name: entries.text("name").to_owned(),
        kind: entries.text("kind").to_owned(),
        location: GivenPoint {
            longitude,
            latitude,
            datum,
            accuracy_m: None,
        },
        address: some("address"),
        category: some("category"),
        unit: some("unit"),
        delegates,
        active: site.is_none_or(|site| site.active),
    })
}

/// Each by id or phone number, as the service takes them.
async fn delegates(
    visitor: &ConsoleUser,
    typed: &str,
    site: Option<&SiteView>,
    faults: &mut Vec<FieldError>,
) -> Result<Vec<String>> {
    let typed: Vec<&str> = typed
        .split(|c: char| c.is_whitespace() || matches!(c, '、' | '，' | ','))
        .filter(|part| !part.is_empty())
        .collect();
    let names = typed.iter().filter(|part| Phone::parse(part).is_none());
    let called =
        profile::delegates_with_name(&visitor.app, names.map(|name| text::tidy_name(name)).collect()).await?;
    let mut named = Vec::with_capacity(typed.len());
    for part in typed {
        let held = site.and_then(|site| {
            site.delegates
                .iter()
                .find(|one| text::name_key(&one.name) == text::name_key(part))
        });
        let alike: Vec<_> = called
            .iter()
            .filter(|person| text::name_key(&person.name) == text::name_key(part))
            .collect();
        match (held, alike.as_slice()) {
            (Some(held), _) => named.push(held.id.to_string()),
            (None, [person]) => named.push(person.id.to_string()),
            (None, _) if Phone::parse(part).is_some() => named.push(part.to_owned()),
            (None, []) => {
                let detail = format!("代表名册上没有“{part}”。");
                faults.push(FieldError::new("delegates", "not_a_delegate", detail));
            }
            (None, _) => {
                let detail = format!("有几位代表都叫“{part}”，请改填手机号。");
                faults.push(FieldError::new("delegates", "ambiguous", detail));
            }
        }
    }
    Ok(named)
}
