//! Reads a video's container on disk, and wipes what may name a place. Only the movie's description is loaded. Blocking.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use crate::videos::boxes::{self, Header, MAX_HEADER, MAX_SIBLINGS, Name};
use crate::videos::movie::{self, Facts, Location, Movie, Wipe};
use crate::videos::refused::Refused;

/// The description of thirty seconds takes some tens of kilobytes.
const MAX_MOOV_BYTES: u64 = 4 << 20;
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
const KEPT: [&Name; 4] = [b"ftyp", b"moov", b"mdat", b"wide"];

#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("not a video that is taken: {0:?}")]
    Refused(Refused),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<Refused> for ScanError {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// A container as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleaned {
    pub facts: Facts,
    pub is_quicktime: bool,
}

/// Checks a container and wipes what playing does not need. It is read a second time afterwards: nothing may be left to wipe.
/// # Errors
/// [`Refused`], and errors of the disk.
pub fn clean<F: Read + Write + Seek>(file: &mut F) -> Result<Cleaned, ScanError> {
    let length = file.seek(SeekFrom::End(0))?;
    let found = scan(file, length)?;
    for bytes in merged(found.movie.wipes.iter().map(|wipe| wipe.bytes.clone())) {
        zero(file, &bytes)?;
    }
    for at in found.movie.wipes.iter().filter_map(|wipe| wipe.name_at) {
        file.seek(SeekFrom::Start(at))?;
        file.write_all(b"free")?;
    }
    file.flush()?;
    let again = scan(file, length)?;
    let is_left = |wipe: &Wipe| wipe.name_at.is_some();
    if again.movie.facts != found.movie.facts || again.movie.wipes.iter().any(is_left) {
        return Err(Refused::NotStripped.into());
    }
    Ok(Cleaned {
        facts: again.movie.facts,
        is_quicktime: again.is_quicktime,
    })
}

struct Scanned {
    movie: Movie,
    is_quicktime: bool,
}

fn scan(file: &mut (impl Read + Seek), length: u64) -> Result<Scanned, ScanError> {
    if length == 0 {
        return Err(Refused::Empty.into());
    }
    let mut brand = None;
    let (mut movie, mut wipes) = (None, Vec::new());
    let (mut at, mut siblings, mut has_content) = (0, 0, false);
    while length - at >= 8 {
        let head = header(file, at, length - at).map_err(|error| not_begun(error, at))?;
        siblings += 1;
        if at == 0 && head.name != *b"ftyp" {
            return Err(Refused::NotAVideo.into());
        }
        if siblings > MAX_SIBLINGS {
            return Err(Refused::Damaged.into());
        }
        let body = at + head.header..at + head.length;
        match &head.name {
            b"ftyp" if brand.is_none() => brand = Some(read_at(file, body.start, 4)?),
            b"moov" if movie.is_none() => movie = Some(description(file, &body, length)?),
            b"moov" | b"moof" => return Err(Refused::Damaged.into()),
            b"mdat" => has_content = true,
            name if KEPT.contains(&name) => {}
            name => wipes.push(Wipe::of(name, at + 4, body)),
        }
        at += head.length;
    }
    let mut movie = match (movie, has_content) {
        (Some(movie), true) => movie,
        (None, false) => return Err(Refused::NotAVideo.into()),
        (Some(_), false) | (None, true) => return Err(Refused::Damaged.into()),
    };
    movie.wipes.append(&mut wipes);
    Ok(Scanned {
        movie,
        is_quicktime: brand.as_deref() == Some(&b"qt  "[..]),
    })
}

/// Bytes that do not even begin with a box are no video.
fn not_begun(error: ScanError, at: u64) -> ScanError {
    match error {
        ScanError::Refused(_) if at == 0 => Refused::NotAVideo.into(),
        error => error,
    }
}

fn header(file: &mut (impl Read + Seek), at: u64, left: u64) -> Result<Header, ScanError> {
    let wanted = left.min(MAX_HEADER as u64);
    let bytes = read_at(file, at, wanted)?;
    Ok(boxes::header(&bytes, left)?)
}

fn description(file: &mut (impl Read + Seek), body: &Range<u64>, length: u64) -> Result<Movie, ScanError> {
    let bytes = body.end - body.start;
    if bytes > MAX_MOOV_BYTES {
        return Err(Refused::Damaged.into());
    }
    let moov = read_at(file, body.start, bytes)?;
    let location = Location {
        start: body.start,
        file_length: length,
    };
    Ok(movie::read(&moov, location)?)
}

/// At most [`MAX_MOOV_BYTES`]; fewer at the end of the file.
fn read_at(file: &mut (impl Read + Seek), at: u64, count: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(count.min(MAX_MOOV_BYTES)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Joins ranges that overlap or touch: tables of a stranger may name one range a thousand times.
fn merged(ranges: impl Iterator<Item = Range<u64>>) -> Vec<Range<u64>> {
    let mut sorted: Vec<Range<u64>> = ranges.collect();
    sorted.sort_unstable_by_key(|range| range.start);
    let mut merged: Vec<Range<u64>> = Vec::new();
    for range in sorted {
        match merged.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => merged.push(range),
        }
    }
    merged
}

fn zero(file: &mut (impl Write + Seek), bytes: &Range<u64>) -> io::Result<()> {
    file.seek(SeekFrom::Start(bytes.start))?;
    let mut left = bytes.end.saturating_sub(bytes.start);
    while left > 0 {
        let some = usize::try_from(left).unwrap_or(usize::MAX).min(ZEROS.len());
        file.write_all(ZEROS.get(..some).unwrap_or_default())?;
        left -= some as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_are_one() {
        let ranges = [5..9, 0..3, 2..4, 8..8, 20..30];
        assert_eq!(merged(ranges.into_iter()), [0..4, 5..9, 20..30]);
    }
}
