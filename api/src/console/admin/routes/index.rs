//! `/console/admin`: what is in force now, and the way to each room.

use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::Datelike as _;
use entity::kinds::Role;

use crate::city::snapshot::CityHandle;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;

/// An administration page and its content.
struct AdminSection {
    href: &'static str,
    name: &'static str,
    about: &'static str,
    now: String,
}

#[derive(Template)]
#[template(path = "admin_index.html")]
struct IndexPage {
    frame: PageContext,
    sections: Vec<AdminSection>,
}

#[get("/admin")]
pub async fn show(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    page(&IndexPage {
        sections: rooms(&visitor),
        frame: visitor.frame(Section::Administration, "系统管理"),
    })
}

fn room(href: &'static str, name: &'static str, about: &'static str, now: String) -> AdminSection {
    AdminSection {
        href,
        name,
        about,
        now,
    }
}

fn plain(href: &'static str, name: &'static str, about: &'static str) -> AdminSection {
    room(href, name, about, String::new())
}

fn rooms(visitor: &ConsoleUser) -> Vec<AdminSection> {
    let mut rooms = vec![plain(
        "/console/admin/status",
        "系统状态",
        "逐项说明运行是否正常，不正常时怎么办。",
    )];
    rooms.extend(rooms_of_city(visitor));
    rooms.extend(rooms_of_people_and_systems());
    rooms
}

/// The rules that the city's work rests on, as they are in force now.
fn rooms_of_city(visitor: &ConsoleUser) -> Vec<AdminSection> {
    let city = visitor.app.state::<CityHandle>().load();
    let year = visitor.now.with_timezone(&city.zone()).year();
    let counties = city.counties.divisions().len();
    let of_units = format!("{} 个单位", city.units.all().len());
    let of_duty = format!("{} 条生效", city.duty.len());
    let of_areas = format!("在用版本有 {counties} 个区县");
    let of_year = format!("{year} 年：{}", loaded(city.calendar.is_loaded(year)));
    vec![
        room(
            "/console/admin/units",
            "承办单位",
            "各单位的人员、分工和在办工单；导入名单。",
            of_units,
        ),
        room(
            "/console/admin/duty",
            "派单目录",
            "类别和区域由谁承办；导出、导入。",
            of_duty,
        ),
        plain(
            "/console/admin/dispatch",
            "派单试算",
            "试一试某个地点、某个类别会派到哪里。",
        ),
        room(
            "/console/admin/boundaries",
            "区划边界",
            "载入新的区划轮廓，比较后启用。",
            of_areas,
        ),
        room(
            "/console/admin/calendar",
            "工作日历",
            "节假日与调休，决定期限怎么算。",
            of_year,
        ),
    ]
}

fn rooms_of_people_and_systems() -> Vec<AdminSection> {
    vec![
        plain(
            "/console/admin/roster",
            "名册",
            "导入代表和工作人员，先预览再生效。",
        ),
        plain(
            "/console/admin/people",
            "人员与登录",
            "查找人员，退出登录，解除微信绑定。",
        ),
        plain("/console/admin/sites", "扫码点位", "设点位、打印码、看群众留言。"),
        plain("/console/admin/templates", "消息模板", "微信订阅消息是否正常。"),
        plain(
            "/console/admin/clients",
            "接口客户端",
            "其他系统用什么身份、能读写什么。",
        ),
        plain(
            "/console/admin/webhooks",
            "事件推送",
            "工单变化推送到哪里，是否送达。",
        ),
        plain(
            "/console/admin/linked-units",
            "对接单位",
            "哪些单位的工单移交热线平台，平台用什么编码。",
        ),
        plain(
            "/console/admin/policy",
            "办理规则",
            "现行的期限和次数，以及每一项的出处。",
        ),
        plain("/console/admin/audit", "审计", "核验全部记录，查看管理操作。"),
    ]
}

fn loaded(yes: bool) -> &'static str {
    if yes {
        "已载入"
    } else {
        "尚未载入，暂按法定节假日计算"
    }
}
