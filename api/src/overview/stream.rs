//! One screen's stream of server-sent events: first the counts, then news and new counts, with heartbeats, until the
//! session ends or the server stops.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout_at};

use super::scope::Scope;
use super::screen::screen;
use super::screen_hub::{EventId, Frame, Full, PayloadFormat, RESYNC_FRAME, ScreenConnection, ScreenKey};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, ErrorKind, Result};
use crate::overview::screen_hub::ScreenHub;

/// Proxies close what is silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Frames within this time are sent together: the news of a projection and the counts that follow.
const COALESCE_WINDOW: Duration = Duration::from_millis(50);
/// Reconnect delay of browsers.
const RETRY: &[u8] = b"retry: 2000\n\n";
const HEARTBEAT_FRAME: &[u8] = b": \n\n";
const END_FRAME: &[u8] = b"event: over\ndata: {}\n\n";

/// Opens the stream; `last` is the last event that a reconnecting browser has received.
pub async fn open(
    app: &App,
    caller: &Caller,
    scope: &Scope,
    face: PayloadFormat,
    last: Option<EventId>,
) -> Result<impl Stream<Item = Result<Bytes, Infallible>> + use<>> {
    let board = ScreenKey {
        area: scope.area.clone(),
        length: scope.period.length,
        face,
    };
    let mut seat = app
        .state::<ScreenHub>()
        .connect(caller.session, caller.person, board.clone())
        .map_err(too_many)?;
    if seat.board.borrow_and_update().is_empty() {
        app.state::<ScreenHub>()
            .publish_counts(&board, counts(app, scope, face).await?);
        seat.board.mark_unchanged();
    }
    let mut ready = VecDeque::from([Bytes::from_static(RETRY)]);
    if let Some(last) = last {
        match app.state::<ScreenHub>().replay_after(last) {
            Some(missed) => ready.extend(
                missed
                    .into_iter()
                    .filter(|frame| is_relevant(scope.area.as_deref(), frame))
                    .map(|frame| frame.bytes),
            ),
            None => ready.push_back(Bytes::from_static(RESYNC_FRAME)),
        }
    }
    ready.push_back(seat.board.borrow().clone());
    let mut beat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let line = ScreenStream {
        seat,
        area: scope.area.clone(),
        ready,
        beat,
        over: false,
    };
    Ok(unfold(line, |mut line| async move {
        let bytes = line.next().await?;
        Some((Ok(bytes), line))
    }))
}

fn too_many(full: Full) -> Error {
    let (kind, detail) = match full {
        Full::Replica => (
            ErrorKind::Unavailable { retry_after_secs: 60 },
            "同时打开的大屏太多，请稍后再试。",
        ),
        Full::Own => (
            ErrorKind::TooMany { retry_after_secs: 60 },
            "您打开的大屏太多，请关闭其他页面后再试。",
        ),
    };
    Error::refused(kind, "too_many_screens", detail)
}

/// The counts of a screen as an event.
pub async fn counts(app: &App, scope: &Scope, face: PayloadFormat) -> Result<Bytes> {
    let screen = screen(app, scope, app.clock.now()).await?;
    let painter = app
        .state::<ScreenHub>()
        .renderer()
        .filter(|_| face == PayloadFormat::Page);
    let text = match painter {
        Some(paint) => {
            let page = paint(app, &screen)?;
            // One line: a line's end would end the event's field.
            format!("event: board\ndata: {}\n\n", page.replace('\n', " "))
        }
        None => {
            let data = serde_json::to_string(&screen).map_err(anyhow::Error::from)?;
            format!("event: overview\ndata: {data}\n\n")
        }
    };
    Ok(Bytes::from(text))
}

/// Returns `true` if the frame concerns the area: a county's screen gets events of its county only.
fn is_relevant(area: Option<&str>, frame: &Frame) -> bool {
    area.is_none() || frame.id == EventId::default() || frame.area.as_deref() == area
}

struct ScreenStream {
    seat: ScreenConnection,
    area: Option<String>,
    ready: VecDeque<Bytes>,
    beat: Interval,
    over: bool,
}

impl ScreenStream {
    /// The next piece to send.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(bytes) = self.ready.pop_front() {
            return Some(bytes);
        }
        let first = self.next_event().await?;
        let until = Instant::now() + COALESCE_WINDOW;
        let mut more = Vec::new();
        while let Ok(Some(bytes)) = timeout_at(until, self.next_event()).await {
            more.push(bytes);
        }
        if more.is_empty() {
            return Some(first);
        }
        more.insert(0, first);
        Some(more.concat().into())
    }

    /// Returns the next event. Returns `None` at the end of the stream. Cancel-safe.
    async fn next_event(&mut self) -> Option<Bytes> {
        while !self.over {
            tokio::select! {
                biased;
                () = self.seat.over.cancelled() => {
                    self.over = true;
                    return Some(Bytes::from_static(END_FRAME));
                }
                news = self.seat.news.recv() => match news {
                    Ok(frame) if is_relevant(self.area.as_deref(), &frame) => return Some(frame.bytes),
                    Ok(_) => {}
                    // Too slow: what was missed is not sent after it.
                    Err(RecvError::Lagged(_)) => return Some(Bytes::from_static(RESYNC_FRAME)),
                    Err(RecvError::Closed) => self.over = true,
                },
                changed = self.seat.board.changed() => match changed {
                    Ok(()) => return Some(self.seat.board.borrow_and_update().clone()),
                    Err(_) => self.over = true,
                },
                _ = self.beat.tick() => return Some(Bytes::from_static(HEARTBEAT_FRAME)),
            }
        }
        None
    }
}
