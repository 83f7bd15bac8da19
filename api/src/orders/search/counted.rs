//! The orders behind a number of the overview: conditions of the order list that follow the definitions of the rates.

use chrono::{DateTime, Utc};
use entity::kinds::{ClockKind, Light, Satisfaction, Solved, Status};
use entity::{deadline, order, verdict};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition};

/// A number of the overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Response deadlines that were kept or missed, and those kept.
    Response,
    ResponseMet,
    /// Resolution deadlines that were kept or missed, and those kept.
    OnTime,
    OnTimeMet,
    /// Verdicts, and orders closed without one.
    Rated,
    Unrated,
    Verdict(Satisfaction),
    Solved(Solved),
    Closed,
}

pub const NAMES: [(&str, Counted); 13] = [
    ("response", Counted::Response),
    ("response_met", Counted::ResponseMet),
    ("on_time", Counted::OnTime),
    ("on_time_met", Counted::OnTimeMet),
    ("rated", Counted::Rated),
    ("unrated", Counted::Unrated),
    ("satisfied", Counted::Verdict(Satisfaction::Satisfied)),
    (
        "basically_satisfied",
        Counted::Verdict(Satisfaction::BasicallySatisfied),
    ),
    ("dissatisfied", Counted::Verdict(Satisfaction::Dissatisfied)),
    ("solved", Counted::Solved(Solved::Yes)),
    ("partly_solved", Counted::Solved(Solved::Partly)),
    ("unsolved", Counted::Solved(Solved::No)),
    ("closed", Counted::Closed),
];

/// Days in which something was counted, as instants: from the first on, before the second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CountedSpan {
    pub from: Option<DateTime<Utc>>,
    pub before: Option<DateTime<Utc>>,
}

impl CountedSpan {
    fn holds(self, column: impl ColumnTrait) -> Condition {
        Condition::all()
            .add_option(self.from.map(|from| column.gte(from)))
            .add_option(self.before.map(|before| column.lt(before)))
    }

    /// A missed deadline counts on the day that ends with it.
    fn ends_in(self, column: impl ColumnTrait) -> Condition {
        Condition::all()
            .add_option(self.from.map(|from| column.gt(from)))
            .add_option(self.before.map(|before| column.lte(before)))
    }
}

/// The orders of which something was counted in the span.
#[must_use]
pub fn condition(counted: Counted, span: CountedSpan) -> Condition {
    use order::Column as C;
    let all = Condition::all()
        .add(C::Status.ne(Status::Cancelled))
        .add(C::MergedInto.is_null());
    match counted {
        Counted::Response => all.add(C::Id.in_subquery(judged(ClockKind::Response, span, false))),
        Counted::ResponseMet => all.add(C::Id.in_subquery(judged(ClockKind::Response, span, true))),
        Counted::OnTime => all.add(C::Id.in_subquery(judged(ClockKind::Resolution, span, false))),
        Counted::OnTimeMet => all.add(C::Id.in_subquery(judged(ClockKind::Resolution, span, true))),
        Counted::Rated => all.add(
            Condition::any()
                .add(C::Id.in_subquery(verdicts(span, Condition::all())))
                .add(unrated(span)),
        ),
        Counted::Unrated => all.add(unrated(span)),
        Counted::Verdict(result) => {
            let result = Condition::all().add(verdict::Column::Result.eq(result));
            all.add(C::Id.in_subquery(verdicts(span, result)))
        }
        Counted::Solved(solved) => {
            let solved = Condition::all().add(verdict::Column::Solved.eq(solved));
            all.add(C::Id.in_subquery(verdicts(span, solved)))
        }
        Counted::Closed => all.add(closed(span)),
    }
}

fn closed(span: CountedSpan) -> Condition {
    span.holds(order::Column::ClosedAt)
        .add(order::Column::Status.eq(Status::Closed))
}

fn judged(kind: ClockKind, span: CountedSpan, only_met: bool) -> SelectStatement {
    use deadline::Column as C;
    let column = |column: C| Expr::col((deadline::Entity, column));
    let met = span
        .holds(C::StoppedAt)
        .add(column(C::StoppedAt).lte(column(C::DueAt)));
    let missed = Condition::any()
        .add(column(C::StoppedAt).gt(column(C::DueAt)))
        .add(
            Condition::all()
                .add(C::StoppedAt.is_null())
                .add(C::Light.eq(Light::Red)),
        );
    let mut decided = Condition::any().add(met);
    if !only_met {
        decided = decided.add(span.ends_in(C::DueAt).add(missed));
    }
    Query::select()
        .column(C::OrderId)
        .from(deadline::Entity)
        .and_where(C::Kind.eq(kind))
        .cond_where(decided)
        .to_owned()
}

fn verdicts(span: CountedSpan, which: Condition) -> SelectStatement {
    Query::select()
        .column(verdict::Column::OrderId)
        .from(verdict::Entity)
        .cond_where(span.holds(verdict::Column::CreatedAt))
        .cond_where(which)
        .to_owned()
}

/// 未评价: closed without a verdict on its last round.
fn unrated(span: CountedSpan) -> Condition {
    let of_outer = |column: verdict::Column, outer: order::Column| {
        Expr::col((verdict::Entity, column)).equals((order::Entity, outer))
    };
    let given = Query::select()
        .expr(Expr::value(1))
        .from(verdict::Entity)
        .and_where(of_outer(verdict::Column::OrderId, order::Column::Id))
        .and_where(of_outer(verdict::Column::Round, order::Column::Round))
        .to_owned();
    closed(span).add(Expr::exists(given).not())
}
