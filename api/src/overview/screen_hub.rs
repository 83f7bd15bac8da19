//! Where the screens of this replica wait. News go to all through one bounded channel; counts through one slot for each
//! kind of screen that somebody watches, which holds only the newest. A screen that is slow misses what is in between
//! and is told to look again; nothing queues up for it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use entity::ids::SessionId;
use entity::kinds::Grain;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::replica_events::{News, Parcel};
use super::view::Screen;
use crate::app::App;
use crate::error::Result;

/// News that a screen may be behind.
const BEHIND: usize = 256;
/// News kept for screens that come back.
const REMEMBERED: usize = 256;
/// Screens of one replica; each costs a connection and a few kilobytes.
pub const MOST_SCREENS: usize = 2_000;

/// Which counts a screen shows: an area, or the whole city; a length of span; and in what form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Board {
    pub area: Option<String>,
    pub grain: Grain,
    pub face: Face,
}

/// The form of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Face {
    /// As the API answers.
    Json,
    /// As the console's page shows it: drawn once, not by each browser.
    Page,
}

/// Draws a screen as the console's page shows it.
pub type Painter = fn(&App, &Screen) -> Result<String>;

/// Serialised once, sent to all.
#[derive(Clone, Debug)]
pub struct Frame {
    pub id: EventId,
    /// County the news is about.
    pub area: Option<String>,
    pub bytes: Bytes,
}

/// The fold and the place in it: the same on every replica.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventId(pub i64, pub u32);

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

impl std::str::FromStr for EventId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let (fold, place) = text.split_once('-').unwrap_or((text, "0"));
        Ok(Self(fold.parse()?, place.parse()?))
    }
}

/// A handle; all clones are the same hub.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    news: broadcast::Sender<Frame>,
    remembered: Mutex<VecDeque<Frame>>,
    boards: Mutex<HashMap<Board, watch::Sender<Bytes>>>,
    screens: Mutex<HashMap<u64, (SessionId, CancellationToken)>>,
    next: AtomicU64,
    /// Counts have moved.
    moved: Notify,
    closing: CancellationToken,
    painter: OnceLock<Painter>,
}

impl Default for Hub {
    fn default() -> Self {
        Self(Arc::new(Inner {
            news: broadcast::Sender::new(BEHIND),
            remembered: Mutex::default(),
            boards: Mutex::default(),
            screens: Mutex::default(),
            next: AtomicU64::new(0),
            moved: Notify::new(),
            closing: CancellationToken::new(),
            painter: OnceLock::new(),
        }))
    }
}

/// A connected screen; dropping it signs it off.
pub struct Seat {
    hub: Hub,
    number: u64,
    pub news: broadcast::Receiver<Frame>,
    pub board: watch::Receiver<Bytes>,
    /// The session has ended, or the server is going down.
    pub over: CancellationToken,
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.hub.0.screens).remove(&self.number);
    }
}

impl Hub {
    /// The console says how its page is drawn; this part knows nothing of pages.
    pub fn paint_with(&self, painter: Painter) {
        // A second one is the same.
        let _ = self.0.painter.set(painter);
    }

    #[must_use]
    pub fn painter(&self) -> Option<Painter> {
        self.0.painter.get().copied()
    }

    /// Gives a screen its place; none when there are too many.
    #[must_use]
    pub fn sit(&self, session: SessionId, board: Board) -> Option<Seat> {
        let mut screens = lock(&self.0.screens);
        if screens.len() >= MOST_SCREENS {
            return None;
        }
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let over = self.0.closing.child_token();
        screens.insert(number, (session, over.clone()));
        let board = lock(&self.0.boards)
            .entry(board)
            .or_insert_with(|| watch::Sender::new(Bytes::new()))
            .subscribe();
        Some(Seat {
            hub: self.clone(),
            number,
            news: self.0.news.subscribe(),
            board,
            over,
        })
    }

    /// Tells all screens what a fold found out.
    pub fn deliver(&self, parcel: Parcel) {
        let Parcel {
            seq,
            part,
            news,
            more,
        } = parcel;
        let first = part.saturating_mul(1_000);
        for (news, place) in news.into_iter().zip(first..) {
            if let Some(frame) = told(EventId(seq, place), news) {
                self.tell(frame);
            }
        }
        if more {
            self.look_again();
        }
        self.0.moved.notify_one();
    }

    fn tell(&self, frame: Frame) {
        let mut remembered = lock(&self.0.remembered);
        if remembered.len() == REMEMBERED {
            remembered.pop_front();
        }
        remembered.push_back(frame.clone());
        // Nobody may be listening.
        let _ = self.0.news.send(frame);
    }

    /// Something was missed: screens that come back with an older event get no replay, and all counts are sent anew.
    pub fn look_again(&self) {
        lock(&self.0.remembered).clear();
        let _ = self.0.news.send(Frame {
            id: EventId::default(),
            area: None,
            bytes: Bytes::from_static(LOOK_AGAIN),
        });
        self.0.moved.notify_one();
    }

    /// What was told after this event; none when it is not known any more.
    #[must_use]
    pub fn since(&self, id: EventId) -> Option<Vec<Frame>> {
        let remembered = lock(&self.0.remembered);
        let known = remembered.iter().any(|frame| frame.id == id);
        known.then(|| remembered.iter().filter(|frame| frame.id > id).cloned().collect())
    }

    /// Waits until counts have moved.
    pub async fn moved(&self) {
        self.0.moved.notified().await;
    }

    /// The boards that somebody watches; the others are taken down.
    #[must_use]
    pub fn watched(&self) -> Vec<Board> {
        let mut boards = lock(&self.0.boards);
        boards.retain(|_, board| board.receiver_count() > 0);
        boards.keys().cloned().collect()
    }

    /// Puts new counts on a board.
    pub fn show(&self, board: &Board, bytes: Bytes) {
        if let Some(board) = lock(&self.0.boards).get(board) {
            board.send_replace(bytes);
        }
    }

    /// The sessions of all screens.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionId> {
        let mut sessions: Vec<_> = lock(&self.0.screens)
            .values()
            .map(|(session, _)| *session)
            .collect();
        sessions.sort_unstable();
        sessions.dedup();
        sessions
    }

    /// Ends the screens of all sessions that were asked about and are not among the living.
    pub fn end_all_but(&self, asked: &[SessionId], living: &[SessionId]) {
        for (session, over) in lock(&self.0.screens).values() {
            if asked.contains(session) && !living.contains(session) {
                over.cancel();
            }
        }
    }

    /// Ends every screen: the server is going down.
    pub fn close(&self) {
        self.0.closing.cancel();
    }

    /// How many screens are connected.
    #[must_use]
    pub fn count(&self) -> usize {
        lock(&self.0.screens).len()
    }
}

pub const LOOK_AGAIN: &[u8] = b"event: resync\ndata: {}\n\n";

fn told(id: EventId, news: News) -> Option<Frame> {
    let data = serde_json::to_string(&news).ok()?;
    Some(Frame {
        id,
        area: news.area,
        bytes: Bytes::from(format!("id: {id}\nevent: order\ndata: {data}\n\n")),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
