//! Pure: the description of a movie (`moov`): how long it is, how large, with which codecs, and what has to be wiped so that
//! nothing in it names a place.
//!
//! Only boxes that playing needs are kept. Everything else (`udta` with `©xyz` and `loci`, `meta` with
//! `com.apple.quicktime.location.ISO6709`, XMP in `uuid`) becomes a `free` box of zeros of the same length, so that no
//! offset moves. Tracks that are neither picture nor sound, where phones write places second by second, go with their samples.

use std::ops::Range;

use crate::videos::boxes::{Child, Name, children, number32, number64};
use crate::videos::limits::{MAX_VIDEO_SECONDS, TOLERANCE_MS};
use crate::videos::refused::Refused;
use crate::videos::samples;

const MAX_TRACKS: usize = 16;
const PICTURE_CODECS: [&Name; 4] = [b"avc1", b"avc3", b"hvc1", b"hev1"];
const SOUND_CODECS: [&Name; 1] = [b"mp4a"];
const KEPT_IN_MOVIE: [&Name; 3] = [b"mvhd", b"trak", b"iods"];
const KEPT_IN_TRACK: [&Name; 3] = [b"tkhd", b"edts", b"mdia"];
const KEPT_IN_MEDIA: [&Name; 4] = [b"mdhd", b"hdlr", b"elng", b"minf"];
const KEPT_IN_INFORMATION: [&Name; 5] = [b"vmhd", b"smhd", b"hdlr", b"dinf", b"stbl"];
const FREE: [&Name; 2] = [b"free", b"skip"];
/// Fixed-point numbers of a track's header.
const ONE_PIXEL: u32 = 1 << 16;

/// Bytes that are made zeros; with a name, the box is made free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wipe {
    pub name_at: Option<u64>,
    pub bytes: Range<u64>,
}

impl Wipe {
    /// A box that is not needed; one that is free already is only made empty.
    #[must_use]
    pub fn of(name: &Name, name_at: u64, bytes: Range<u64>) -> Self {
        Self {
            name_at: (!FREE.contains(&name)).then_some(name_at),
            bytes,
        }
    }
}

/// Length and size of a movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    pub duration_ms: u64,
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movie {
    pub facts: Facts,
    pub wipes: Vec<Wipe>,
}

/// Where the description stands in its file.
#[derive(Clone, Copy, Debug)]
pub struct Location {
    /// Of the description's first byte.
    pub start: u64,
    pub file_length: u64,
}

/// Reads the content of `moov`.
/// # Errors
/// `Damaged`, `NotAVideo` without a picture, `UnknownCodec`, `TooLong`.
pub fn read(moov: &[u8], location: Location) -> Result<Movie, Refused> {
    let mut reading = Reading {
        moov,
        location,
        duration_ms: None,
        picture: None,
        wipes: Vec::new(),
    };
    let mut tracks = 0;
    for child in children(moov, &(0..moov.len()))? {
        match &child.name {
            b"mvhd" => reading.lasts(&child)?,
            b"trak" => {
                tracks += 1;
                if tracks > MAX_TRACKS {
                    return Err(Refused::Damaged);
                }
                reading.track(&child)?;
            }
            name if KEPT_IN_MOVIE.contains(&name) => {}
            _ => reading.wipe(&child),
        }
    }
    let duration_ms = reading.duration_ms.ok_or(Refused::Damaged)?;
    let (width, height) = reading.picture.ok_or(Refused::NotAVideo)?;
    if duration_ms == 0 {
        return Err(Refused::Damaged);
    }
    if duration_ms > u64::from(MAX_VIDEO_SECONDS) * 1000 + TOLERANCE_MS {
        return Err(Refused::TooLong);
    }
    Ok(Movie {
        facts: Facts {
            duration_ms,
            width,
            height,
        },
        wipes: reading.wipes,
    })
}

struct Reading<'a> {
    moov: &'a [u8],
    location: Location,
    duration_ms: Option<u64>,
    /// Width and height.
    picture: Option<(u32, u32)>,
    wipes: Vec<Wipe>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TrackKind {
    Picture,
    Sound,
    Other,
}

impl<'a> Reading<'a> {
    fn body(&self, child: &Child) -> &'a [u8] {
        self.moov.get(child.body.clone()).unwrap_or_default()
    }

    fn in_file(&self, at: usize) -> u64 {
        self.location.start.saturating_add(at as u64)
    }

    fn wipe(&mut self, child: &Child) {
        let bytes = self.in_file(child.body.start)..self.in_file(child.body.end);
        self.wipes
            .push(Wipe::of(&child.name, self.in_file(child.name_at), bytes));
    }

    /// `mvhd` and `mdhd` begin alike. The longest of all counts: players follow the one or the other.
    fn lasts(&mut self, child: &Child) -> Result<(), Refused> {
        let body = self.body(child);
        let (scale, duration) = match body.first() {
            Some(0) => (number32(body, 12), number32(body, 16).map(u64::from)),
            Some(1) => (number32(body, 20), number64(body, 24)),
            _ => return Err(Refused::Damaged),
        };
        let (scale, duration) = scale.zip(duration).ok_or(Refused::Damaged)?;
        if scale == 0 {
            return Err(Refused::Damaged);
        }
        let lasts = duration.saturating_mul(1000) / u64::from(scale);
        self.duration_ms = self.duration_ms.max(Some(lasts));
        Ok(())
    }

    fn track(&mut self, track: &Child) -> Result<(), Refused> {
        let parts = children(self.moov, &track.body)?;
        let media = find(&parts, b"mdia").ok_or(Refused::Damaged)?;
        let inside = children(self.moov, &media.body)?;
        let kind = self.kind(&inside)?;
        let information = find(&inside, b"minf").map(|child| children(self.moov, &child.body));
        let information = information.transpose()?.unwrap_or_default();
        let table = find(&information, b"stbl").map(|child| children(self.moov, &child.body));
        let table = table.transpose()?.unwrap_or_default();
        if kind == TrackKind::Other {
            for bytes in samples::ranges(self.moov, &table, self.location.file_length)? {
                self.wipes.push(Wipe { name_at: None, bytes });
            }
            self.wipe(track);
            return Ok(());
        }
        self.check_codec(kind, &table)?;
        let header = find(&inside, b"mdhd").ok_or(Refused::Damaged)?;
        self.lasts(header)?;
        if kind == TrackKind::Picture && self.picture.is_none() {
            let header = find(&parts, b"tkhd").ok_or(Refused::Damaged)?;
            self.picture = Some(size(self.body(header)).ok_or(Refused::Damaged)?);
        }
        self.wipe_others(&parts, &KEPT_IN_TRACK);
        self.wipe_others(&inside, &KEPT_IN_MEDIA);
        self.wipe_others(&information, &KEPT_IN_INFORMATION);
        for child in &table {
            if matches!(&child.name, b"udta" | b"meta" | b"uuid") {
                self.wipe(child);
            }
        }
        Ok(())
    }

    fn wipe_others(&mut self, found: &[Child], kept: &[&Name]) {
        for child in found {
            if !kept.contains(&&child.name) {
                self.wipe(child);
            }
        }
    }

    fn kind(&self, media: &[Child]) -> Result<TrackKind, Refused> {
        let handler = find(media, b"hdlr").ok_or(Refused::Damaged)?;
        Ok(match self.body(handler).get(8..12) {
            Some(b"vide") => TrackKind::Picture,
            Some(b"soun") => TrackKind::Sound,
            Some(_) => TrackKind::Other,
            None => return Err(Refused::Damaged),
        })
    }

    /// Every entry of the sample descriptions must be one that browsers play.
    fn check_codec(&self, kind: TrackKind, table: &[Child]) -> Result<(), Refused> {
        let descriptions = find(table, b"stsd").ok_or(Refused::Damaged)?;
        let first = descriptions.body.start.saturating_add(8);
        let entries = children(self.moov, &(first..descriptions.body.end))?;
        let known: &[&Name] = match kind {
            TrackKind::Picture => &PICTURE_CODECS,
            TrackKind::Sound | TrackKind::Other => &SOUND_CODECS,
        };
        if entries.is_empty() {
            return Err(Refused::Damaged);
        }
        if entries.iter().all(|entry| known.contains(&&entry.name)) {
            Ok(())
        } else {
            Err(Refused::UnknownCodec)
        }
    }
}

fn find<'c>(found: &'c [Child], name: &Name) -> Option<&'c Child> {
    found.iter().find(|child| child.name == *name)
}

/// Width and height as they are shown, of a track's header; a phone held upright turns the picture by its matrix.
fn size(header: &[u8]) -> Option<(u32, u32)> {
    let (matrix, sides) = match header.first()? {
        0 => (40, 76),
        1 => (52, 88),
        _ => return None,
    };
    let turned = number32(header, matrix)? == 0 && number32(header, matrix + 4)? != 0;
    let width = number32(header, sides)? / ONE_PIXEL;
    let height = number32(header, sides + 4)? / ONE_PIXEL;
    Some(if turned { (height, width) } else { (width, height) })
}
