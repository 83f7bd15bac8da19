//! Fans updates out to this replica's SSE connections.
//!
//! Order events use one bounded broadcast channel; counts use one `watch` channel per screen key, which keeps only the
//! latest value. A slow screen misses events and is told to resynchronize; nothing queues up for it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use entity::ids::{PersonId, SessionId};
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::news::{OrderNews, ReplicaMessage};
use super::period::Length;
use super::view::Screen;
use crate::app::App;
use crate::error::Result;

/// News that a screen may be behind.
const CHANNEL_CAPACITY: usize = 256;
/// Number of events kept for replay.
const REPLAY_CAPACITY: usize = 256;
/// Screens of one replica; each costs a connection and a few kilobytes.
pub const MAX_CONNECTIONS: usize = 2_000;
/// Tabs of one browser; a hidden tab closes its stream.
pub const MAX_PER_SESSION: usize = 5;
pub const MAX_PER_PERSON: usize = 20;

/// Why a screen finds no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    Replica,
    /// This session or person has as many as one may have.
    Own,
}

/// The owner of a screen, and the signal that ends it.
#[derive(Debug)]
struct ConnectedScreen {
    session: SessionId,
    person: PersonId,
    over: CancellationToken,
}

/// Which counts a screen shows: an area, or the whole city; a length of span; and in what form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ScreenKey {
    pub area: Option<String>,
    pub length: Length,
    pub face: PayloadFormat,
}

/// The form of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PayloadFormat {
    /// As the API answers.
    Json,
    /// As the console's page shows it: drawn once, not by each browser.
    Page,
}

/// Draws a screen as the console's page shows it.
pub type HtmlRenderer = fn(&App, &Screen) -> Result<String>;

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
pub struct ScreenHub(Arc<Inner>);

struct Inner {
    news: broadcast::Sender<Frame>,
    remembered: Mutex<VecDeque<Frame>>,
    boards: Mutex<HashMap<ScreenKey, watch::Sender<Bytes>>>,
    screens: Mutex<HashMap<u64, ConnectedScreen>>,
    next: AtomicU64,
    /// Counts have moved.
    moved: Notify,
    closing: CancellationToken,
    painter: OnceLock<HtmlRenderer>,
}

impl Default for ScreenHub {
    fn default() -> Self {
        Self(Arc::new(Inner {
            news: broadcast::Sender::new(CHANNEL_CAPACITY),
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
pub struct ScreenConnection {
    hub: ScreenHub,
    number: u64,
    pub news: broadcast::Receiver<Frame>,
    pub board: watch::Receiver<Bytes>,
    /// The session has ended, or the server is going down.
    pub over: CancellationToken,
}

impl Drop for ScreenConnection {
    fn drop(&mut self) {
        lock(&self.hub.0.screens).remove(&self.number);
    }
}

impl ScreenHub {
    /// The console says how its page is drawn; this part knows nothing of pages.
    pub fn set_renderer(&self, painter: HtmlRenderer) {
        // A second one is the same.
        let _ = self.0.painter.set(painter);
    }

    #[must_use]
    pub fn renderer(&self) -> Option<HtmlRenderer> {
        self.0.painter.get().copied()
    }

    /// Gives a screen its place.
    /// # Errors
    /// See [`Full`].
    pub fn connect(
        &self,
        session: SessionId,
        person: PersonId,
        board: ScreenKey,
    ) -> Result<ScreenConnection, Full> {
        let mut screens = lock(&self.0.screens);
        if screens.len() >= MAX_CONNECTIONS {
            return Err(Full::Replica);
        }
        let of_session = screens
            .values()
            .filter(|screen| screen.session == session)
            .count();
        let of_person = screens.values().filter(|screen| screen.person == person).count();
        if of_session >= MAX_PER_SESSION || of_person >= MAX_PER_PERSON {
            return Err(Full::Own);
        }
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let over = self.0.closing.child_token();
        let screen = ConnectedScreen {
            session,
            person,
            over: over.clone(),
        };
        screens.insert(number, screen);
        let board = lock(&self.0.boards)
            .entry(board)
            .or_insert_with(|| watch::Sender::new(Bytes::new()))
            .subscribe();
        Ok(ScreenConnection {
            hub: self.clone(),
            number,
            news: self.0.news.subscribe(),
            board,
            over,
        })
    }

    /// Tells all screens what a fold found out.
    pub fn publish_changes(&self, parcel: ReplicaMessage) {
        let ReplicaMessage {
            seq,
            part,
            news,
            truncated: more,
        } = parcel;
        let first = part.saturating_mul(1_000);
        for (news, place) in news.into_iter().zip(first..) {
            if let Some(frame) = news_frame(EventId(seq, place), news) {
                self.broadcast(frame);
            }
        }
        if more {
            self.request_resync();
        }
        self.0.moved.notify_one();
    }

    fn broadcast(&self, frame: Frame) {
        let mut remembered = lock(&self.0.remembered);
        if remembered.len() == REPLAY_CAPACITY {
            remembered.pop_front();
        }
        remembered.push_back(frame.clone());
        // Nobody may be listening.
        let _ = self.0.news.send(frame);
    }

    /// Events were lost: reconnecting screens with an older event get no replay, and all counts are sent again.
    pub fn request_resync(&self) {
        lock(&self.0.remembered).clear();
        let _ = self.0.news.send(Frame {
            id: EventId::default(),
            area: None,
            bytes: Bytes::from_static(RESYNC_FRAME),
        });
        self.0.moved.notify_one();
    }

    /// Returns the frames after this event. Returns `None` if the event is no longer known.
    #[must_use]
    pub fn replay_after(&self, id: EventId) -> Option<Vec<Frame>> {
        let remembered = lock(&self.0.remembered);
        let known = remembered.iter().any(|frame| frame.id == id);
        known.then(|| remembered.iter().filter(|frame| frame.id > id).cloned().collect())
    }

    /// Waits until counts have moved.
    pub async fn counts_changed(&self) {
        self.0.moved.notified().await;
    }

    /// Returns the watched screen keys; the others are removed.
    #[must_use]
    pub fn active_keys(&self) -> Vec<ScreenKey> {
        let mut boards = lock(&self.0.boards);
        boards.retain(|_, board| board.receiver_count() > 0);
        boards.keys().cloned().collect()
    }

    /// Puts new counts on a board.
    pub fn publish_counts(&self, board: &ScreenKey, bytes: Bytes) {
        if let Some(board) = lock(&self.0.boards).get(board) {
            board.send_replace(bytes);
        }
    }

    /// The sessions of all screens.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionId> {
        let mut sessions: Vec<_> = lock(&self.0.screens)
            .values()
            .map(|screen| screen.session)
            .collect();
        sessions.sort_unstable();
        sessions.dedup();
        sessions
    }

    /// Ends the screens of all sessions that were asked about and are not among the living.
    pub fn disconnect_except(&self, asked: &[SessionId], living: &[SessionId]) {
        for screen in lock(&self.0.screens).values() {
            if asked.contains(&screen.session) && !living.contains(&screen.session) {
                screen.over.cancel();
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

pub const RESYNC_FRAME: &[u8] = b"event: resync\ndata: {}\n\n";

fn news_frame(id: EventId, news: OrderNews) -> Option<Frame> {
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
