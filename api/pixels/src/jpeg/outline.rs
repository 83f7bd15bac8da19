//! The structure of a JPEG before any pixel is decoded.
//!
//! Cameras, messengers and motion photos leave fill bytes, odd segments, trailers and missing end markers. The outline
//! keeps only what decoding needs, and ends the last scan where its data end: then a decoder that runs out of data has
//! not got all rows, and one that does not has.

/// The parts of a JPEG that decoding needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    pub width: u16,
    pub height: u16,
    pub components: u8,
    pub is_progressive: bool,
    pub scans: usize,
    /// SOI, tables, frame and scans; no end marker.
    pub clean: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// No frame or no scan, or sizes that cannot be.
    Damaged,
    TooManyScans,
}

/// A picture of a camera has 1, a progressive one about 10.
pub const MAX_SCANS: usize = 64;
/// Photos in which no data are zeros have no run of zeros as long as this; a download that broke off has.
const ZERO_RUN: usize = 256;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DHT: u8 = 0xC4;
const DQT: u8 = 0xDB;
const DRI: u8 = 0xDD;
const JFIF: u8 = 0xE0;
/// Says which colours three or four components are.
const ADOBE: u8 = 0xEE;

/// Reads the outline of a JPEG.
/// # Errors
/// See [`Unreadable`]; a file of more than [`MAX_SCANS`] scans is refused before anything is decoded.
pub fn outline(bytes: &[u8]) -> Result<Outline, Unreadable> {
    let mut reader = Reader::new(bytes);
    let mut at = 2;
    while let Some((marker, content, next)) = next_segment(bytes, at) {
        at = next;
        match marker {
            EOI if reader.scans > 0 => break,
            SOS => {
                at = reader.read_scan(content, next)?;
                if reader.is_complete() {
                    break;
                }
            }
            0xC0..=0xC2 => reader.read_frame(marker, content)?,
            DHT => reader.read_tables(content),
            DQT | DRI | JFIF | ADOBE => reader.keep(marker, content),
            _ => {}
        }
    }
    reader.finish()
}

/// The next marker at or after `at`, its content (empty for a marker without one) and where to go on.
fn next_segment(bytes: &[u8], mut at: usize) -> Option<(u8, &[u8], usize)> {
    loop {
        let found = bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        at += found + 1;
        let marker = *bytes.get(at)?;
        match marker {
            // A fill byte may be the marker's own first byte; a stuffed zero and restart markers are left-overs.
            0xFF => {}
            0 | 1 | SOI | 0xD0..=0xD7 => at += 1,
            EOI => return Some((EOI, &[], at + 1)),
            _ => {
                let length = bytes.get(at + 1..at + 3)?;
                let length = usize::from(u16::from_be_bytes([*length.first()?, *length.last()?]));
                match bytes.get(at + 3..(at + 1).saturating_add(length)) {
                    Some(content) => return Some((marker, content, at + 1 + length)),
                    // Garbage that looks like a marker: its length leads nowhere.
                    None => at += 1,
                }
            }
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    clean: Vec<u8>,
    size: Option<(u16, u16)>,
    components: u8,
    is_progressive: bool,
    scans: usize,
    /// Components that a baseline scan has shown.
    shown: usize,
    /// Whether all-zero data mean an even area under the Huffman tables; else they mean nothing.
    zeros_are_even: bool,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut clean = Vec::with_capacity(bytes.len());
        clean.extend([0xFF, SOI]);
        Self {
            bytes,
            clean,
            size: None,
            components: 0,
            is_progressive: false,
            scans: 0,
            shown: 0,
            zeros_are_even: true,
        }
    }

    fn keep(&mut self, marker: u8, content: &[u8]) {
        let length = u16::try_from(content.len() + 2).unwrap_or(u16::MAX);
        self.clean.extend([0xFF, marker]);
        self.clean.extend(length.to_be_bytes());
        self.clean.extend(content);
    }

    fn read_frame(&mut self, marker: u8, content: &[u8]) -> Result<(), Unreadable> {
        let &[_, h1, h2, w1, w2, components, ..] = content else {
            return Err(Unreadable::Damaged);
        };
        if self.size.is_some() {
            return Err(Unreadable::Damaged);
        }
        self.size = Some((u16::from_be_bytes([w1, w2]), u16::from_be_bytes([h1, h2])));
        self.components = components;
        self.is_progressive = marker == 0xC2;
        self.keep(marker, content);
        Ok(())
    }

    /// Canonical codes begin with zeros: the first symbol of a table is what a run of zeros means.
    fn read_tables(&mut self, content: &[u8]) {
        let mut rest = content;
        while let Some((counts, after)) = rest.get(1..17).zip(rest.get(17..)) {
            let symbols: usize = counts.iter().map(|count| usize::from(*count)).sum();
            self.zeros_are_even &= after.first().is_none_or(|symbol| *symbol == 0);
            rest = after.get(symbols..).unwrap_or_default();
        }
        self.keep(DHT, content);
    }

    /// Copies the data of a scan, and returns where the next marker begins.
    fn read_scan(&mut self, content: &[u8], begin: usize) -> Result<usize, Unreadable> {
        self.scans += 1;
        if self.scans > MAX_SCANS {
            return Err(Unreadable::TooManyScans);
        }
        self.shown += content.first().map_or(0, |count| usize::from(*count));
        self.keep(SOS, content);
        let data = self.bytes.get(begin..).unwrap_or_default();
        let mut end = 0;
        loop {
            let Some(found) = data
                .get(end..)
                .and_then(|rest| rest.iter().position(|byte| *byte == 0xFF))
            else {
                end = data.len();
                break;
            };
            end += found;
            match data.get(end + 1) {
                Some(0 | 0xD0..=0xD7) => end += 2,
                Some(0xFF) => end += 1,
                _ => break,
            }
        }
        let data = data.get(..end).unwrap_or_default();
        self.clean.extend(self.real_part(data));
        Ok(begin + end)
    }

    /// The data up to a run of zeros that nothing encodes, or to a film that a motion photo carries behind it.
    fn real_part<'d>(&self, data: &'d [u8]) -> &'d [u8] {
        let film = data
            .windows(8)
            .position(|window| matches!(window, [0, 0, 0, _, b'f', b't', b'y', b'p']));
        let data = film.and_then(|at| data.get(..at)).unwrap_or(data);
        if self.zeros_are_even {
            return data;
        }
        let mut run = 0;
        let cut = data.iter().position(|byte| {
            run = if *byte == 0 { run + 1 } else { 0 };
            run == ZERO_RUN
        });
        cut.and_then(|at| data.get(..=at - ZERO_RUN)).unwrap_or(data)
    }

    /// A baseline picture ends with the scan that shows its last component; what follows is a trailer.
    fn is_complete(&self) -> bool {
        !self.is_progressive && self.components > 0 && self.shown >= usize::from(self.components)
    }

    fn finish(self) -> Result<Outline, Unreadable> {
        match self.size {
            Some((width, height)) if width > 0 && height > 0 && self.scans > 0 => Ok(Outline {
                width,
                height,
                components: self.components,
                is_progressive: self.is_progressive,
                scans: self.scans,
                clean: self.clean,
            }),
            _ => Err(Unreadable::Damaged),
        }
    }
}
