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

fn rooms(visitor: &ConsoleUser) -> Vec<AdminSection> {
    let city = visitor.app.state::<CityHandle>().load();
    let year = visitor.now.with_timezone(&city.zone()).year();
    let counties = city.counties.divisions().len();
    let room = |href, name, about, now: String| AdminSection {
        href,
        name,
        about,
        now,
    };
    let plain = |href, name, about| room(href, name, about, String::new());
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
        plain("/console/admin/audit", "审计", "核验全部记录，查看管理操作。"),
    ]
}

fn loaded(yes: bool) -> &'static str {
    if yes {
        "已载入"
    } else {
        "尚未载入，暂按周一至周五计算"
    }
}
