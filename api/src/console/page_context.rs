//! The frame of every page: the signed-in person, the navigation of their role, the token of their forms.

use entity::kinds::Role;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::console::assets::{self, Assets};
use crate::console::map::tiles;
use crate::orders::paper::times;
use crate::sealing::Sealer;

/// A room of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The queues of a unit.
    Work,
    /// One's notices: reached from the bar, not by the navigation.
    Inbox,
    /// 一屏.
    Overview,
    /// The operators' desk.
    Desk,
    Orders,
    /// A delegate's residents' messages.
    Messages,
    /// 督办台账.
    Supervision,
    Campaigns,
    /// 重点监管名单.
    WatchLists,
    /// The open obligations of a unit to the standing committee.
    Tasks,
    Topics,
    Insight,
    /// 考评.
    Appraisal,
    /// 代表履职.
    Delegates,
    /// Where would this go?
    Dispatch,
    /// The way into administration; what follows are its rooms.
    Administration,
    Units,
    Duty,
    Boundaries,
    Calendar,
    Roster,
    People,
    Sites,
    Templates,
    /// 系统状态.
    Status,
    /// Keys of other systems.
    Clients,
    /// Where other systems are called.
    Webhooks,
    /// Units whose orders are handed over to the platform.
    LinkedUnits,
    /// 政策参数: the city's rules and their source.
    Policy,
    Audit,
    /// One's own sessions: reached by one's name, not by the navigation.
    Sessions,
}

impl Section {
    fn href(self) -> &'static str {
        match self {
            Self::Work => "/console/work",
            Self::Inbox => "/console/inbox",
            Self::Overview => "/console/overview",
            Self::Desk => "/console/desk",
            Self::Orders => "/console/orders",
            Self::Messages => "/console/messages",
            Self::Supervision => "/console/supervision",
            Self::Campaigns => "/console/campaigns",
            Self::WatchLists => "/console/watch-lists",
            Self::Tasks => "/console/tasks",
            Self::Topics => "/console/insight/topics",
            Self::Insight => "/console/insight/reports",
            Self::Appraisal => "/console/appraisal",
            Self::Delegates => "/console/delegates",
            Self::Dispatch => "/console/admin/dispatch",
            Self::Administration => "/console/admin",
            Self::Units => "/console/admin/units",
            Self::Duty => "/console/admin/duty",
            Self::Boundaries => "/console/admin/boundaries",
            Self::Calendar => "/console/admin/calendar",
            Self::Roster => "/console/admin/roster",
            Self::People => "/console/admin/people",
            Self::Sites => "/console/admin/sites",
            Self::Templates => "/console/admin/templates",
            Self::Status => "/console/admin/status",
            Self::Clients => "/console/admin/clients",
            Self::Webhooks => "/console/admin/webhooks",
            Self::LinkedUnits => "/console/admin/linked-units",
            Self::Policy => "/console/admin/policy",
            Self::Audit => "/console/admin/audit",
            Self::Sessions => "/console/sessions",
        }
    }

    fn label(self, role: Role) -> &'static str {
        match (self, role) {
            (Self::Work, _) => "待办",
            (Self::Inbox, _) => "消息",
            (Self::Overview, _) => "一屏",
            (Self::Orders, Role::Delegate) => "我的工单",
            (Self::Orders, _) => "工单",
            (Self::Messages, _) => "群众留言",
            (Self::Desk, _) => "工作台",
            (Self::Supervision, _) => "督办",
            (Self::Campaigns, _) => "专项监督",
            (Self::WatchLists, _) => "监管名单",
            (Self::Tasks, _) => "监督任务",
            (Self::Topics, _) => "高频问题",
            (Self::Insight, _) => "分析报告",
            (Self::Appraisal, _) => "考评",
            (Self::Delegates, _) => "代表履职",
            (Self::Dispatch, _) => "派单试算",
            (Self::Administration, _) => "系统管理",
            (Self::Units, _) => "承办单位",
            (Self::Duty, _) => "派单目录",
            (Self::Boundaries, _) => "区划边界",
            (Self::Calendar, _) => "工作日历",
            (Self::Roster, _) => "名册",
            (Self::People, _) => "人员与登录",
            (Self::Sites, _) => "扫码点位",
            (Self::Templates, _) => "消息模板",
            (Self::Status, _) => "系统状态",
            (Self::Clients, _) => "接口客户端",
            (Self::Webhooks, _) => "事件推送",
            (Self::LinkedUnits, _) => "对接单位",
            (Self::Policy, _) => "办理规则",
            (Self::Audit, _) => "审计",
            (Self::Sessions, _) => "登录的设备",
        }
    }

    /// Returns the sections of a role in the order of the navigation; the first is the landing page.
    fn of(role: Role) -> &'static [Self] {
        match role {
            Role::Delegate => &[Self::Orders, Self::Messages],
            Role::Handler => &[Self::Work, Self::Orders, Self::Supervision, Self::Tasks],
            Role::Operator => &[
                Self::Desk,
                Self::Overview,
                Self::Orders,
                Self::Supervision,
                Self::Campaigns,
                Self::Dispatch,
            ],
            Role::Supervisor => &[
                Self::Overview,
                Self::Orders,
                Self::Supervision,
                Self::Campaigns,
                Self::WatchLists,
                Self::Topics,
                Self::Insight,
                Self::Appraisal,
                Self::Delegates,
            ],
            Role::Admin => &[
                Self::Overview,
                Self::Orders,
                Self::Supervision,
                Self::Campaigns,
                Self::WatchLists,
                Self::Topics,
                Self::Insight,
                Self::Appraisal,
                Self::Administration,
            ],
        }
    }

    /// The rooms of administration, in the order of their own navigation.
    const ADMINISTRATION: [Self; 15] = [
        Self::Status,
        Self::Units,
        Self::Duty,
        Self::Dispatch,
        Self::Boundaries,
        Self::Calendar,
        Self::Roster,
        Self::People,
        Self::Sites,
        Self::Templates,
        Self::Clients,
        Self::Webhooks,
        Self::LinkedUnits,
        Self::Policy,
        Self::Audit,
    ];

    fn is_administration(self) -> bool {
        self == Self::Administration || Self::ADMINISTRATION.contains(&self)
    }
}

/// Returns the landing page after sign-in.
#[must_use]
pub fn home(role: Role) -> &'static str {
    Section::of(role)
        .first()
        .map_or("/console/sessions", |section| section.href())
}

#[derive(Clone, Debug)]
pub struct NavItem {
    pub href: &'static str,
    pub label: &'static str,
    pub current: bool,
}

/// `frame` of every template that extends `base.html`.
#[derive(Clone, Debug)]
pub struct PageContext {
    pub title: String,
    pub city: String,
    pub name: String,
    /// And the unit or committee, where there is one.
    pub role: String,
    pub nav: Vec<NavItem>,
    /// The rooms of administration, for an admin who is there.
    pub rooms: Vec<NavItem>,
    /// Hidden in every form that changes something.
    pub csrf: String,
    pub assets: &'static Assets,
    /// The message after a redirect.
    pub done: Option<&'static str>,
    /// Dark, large, without controls.
    pub wall: bool,
    /// On paper only: relative dates of the page count from here.
    pub printed_at: String,
    /// The tile service of street maps.
    pub tiles: Option<String>,
    /// Unread notices, up to a hundred; `None` if there are none.
    pub unread: Option<String>,
}

impl PageContext {
    #[must_use]
    pub fn new(app: &App, caller: &Caller, section: Section, title: impl Into<String>) -> Self {
        let city = app.state::<CityHandle>().load();
        let unit = caller
            .unit
            .and_then(|id| city.unit(id))
            .map(|unit| unit.name.as_str());
        let place = unit.or(caller.committee.as_deref());
        let role = caller.role.label();
        let item = |room: &Section| NavItem {
            href: room.href(),
            label: room.label(caller.role),
            current: *room == section || (*room == Section::Administration && section.is_administration()),
        };
        let rooms: &[Section] = if caller.role == Role::Admin && section.is_administration() {
            &Section::ADMINISTRATION
        } else {
            &[]
        };
        Self {
            title: title.into(),
            city: city.meta.name.clone(),
            name: caller.name.clone(),
            role: place.map_or_else(|| role.to_owned(), |place| format!("{role} · {place}")),
            nav: Section::of(caller.role).iter().map(item).collect(),
            rooms: rooms.iter().map(item).collect(),
            csrf: form_token(app, caller),
            assets: assets::addresses(),
            done: None,
            wall: false,
            printed_at: times::moment(app.clock.now(), city.zone()),
            tiles: tiles::description(app),
            unread: None,
        }
    }
}

/// Derives the form token from the session, which no other site can read, so nothing is stored.
#[must_use]
pub fn form_token(app: &App, caller: &Caller) -> String {
    app.state::<Sealer>()
        .hash("console form", &caller.session.to_string())
}
