//! Pure: where the samples of a track lie in the file, by its tables of chunks (`stco`, `co64`), of samples in a chunk
//! (`stsc`) and of sizes (`stsz`). The work is bounded by the length of the tables.

use std::ops::Range;

use crate::videos::boxes::{Child, Name, number32, number64};
use crate::videos::refused::Refused;

/// Chunks of one track; a minute of a phone has some hundreds.
const MAX_CHUNKS: usize = 10_000;

/// One range for each chunk, cut at the end of the file. A track without samples has none.
/// # Errors
/// `Damaged` if a table is cut short; `NotStripped` if the sizes are in a form that is not read here.
pub fn ranges(moov: &[u8], table: &[Child], file_length: u64) -> Result<Vec<Range<u64>>, Refused> {
    let body = |name: &Name| {
        let child = table.iter().find(|child| child.name == *name);
        child.and_then(|child| moov.get(child.body.clone()))
    };
    let chunks = match (body(b"stco"), body(b"co64")) {
        (Some(chunks), _) => offsets(chunks, 4)?,
        (None, Some(chunks)) => offsets(chunks, 8)?,
        (None, None) => return Ok(Vec::new()),
    };
    if chunks.is_empty() {
        return Ok(Vec::new());
    }
    if chunks.len() > MAX_CHUNKS {
        return Err(Refused::Damaged);
    }
    let mut sizes = Sizes::read(body(b"stsz").ok_or(Refused::NotStripped)?)?;
    let runs = runs(body(b"stsc").ok_or(Refused::Damaged)?)?;
    let mut found = Vec::with_capacity(chunks.len());
    let mut run = 0;
    for (number, start) in (1_u32..).zip(chunks) {
        while runs.get(run + 1).is_some_and(|next| next.first_chunk <= number) {
            run += 1;
        }
        let samples = runs.get(run).map_or(0, |run| run.samples);
        let end = start.saturating_add(sizes.take(samples)).min(file_length);
        if start < end {
            found.push(start..end);
        }
    }
    Ok(found)
}

fn offsets(body: &[u8], width: usize) -> Result<Vec<u64>, Refused> {
    let count = count(body, 4, 8, width)?;
    let read = |index: usize| {
        let at = 8 + index * width;
        match width {
            4 => number32(body, at).map(u64::from),
            _ => number64(body, at),
        }
    };
    (0..count)
        .map(read)
        .collect::<Option<_>>()
        .ok_or(Refused::Damaged)
}

/// How many entries a table states, if it has room for them.
fn count(body: &[u8], stated_at: usize, first: usize, width: usize) -> Result<usize, Refused> {
    let stated = number32(body, stated_at).and_then(|count| usize::try_from(count).ok());
    let stated = stated.ok_or(Refused::Damaged)?;
    let room = body.len().saturating_sub(first) / width;
    if stated > room {
        return Err(Refused::Damaged);
    }
    Ok(stated)
}

/// From this chunk on, chunks have so many samples.
struct Run {
    first_chunk: u32,
    samples: u32,
}

fn runs(body: &[u8]) -> Result<Vec<Run>, Refused> {
    let read = |index: usize| {
        let at = 8 + index * 12;
        Some(Run {
            first_chunk: number32(body, at)?,
            samples: number32(body, at + 4)?,
        })
    };
    let count = count(body, 4, 8, 12)?;
    (0..count)
        .map(read)
        .collect::<Option<_>>()
        .ok_or(Refused::Damaged)
}

/// The sizes of samples, taken one after the other.
enum Sizes<'a> {
    Equal(u32),
    Each {
        body: &'a [u8],
        next: usize,
        count: usize,
    },
}

impl<'a> Sizes<'a> {
    fn read(body: &'a [u8]) -> Result<Self, Refused> {
        match number32(body, 4).ok_or(Refused::Damaged)? {
            0 => Ok(Self::Each {
                body,
                next: 0,
                count: count(body, 8, 12, 4)?,
            }),
            size => Ok(Self::Equal(size)),
        }
    }

    /// Bytes of the next samples together.
    fn take(&mut self, samples: u32) -> u64 {
        match self {
            Self::Equal(size) => u64::from(*size) * u64::from(samples),
            Self::Each { body, next, count } => {
                let samples = usize::try_from(samples).unwrap_or(usize::MAX);
                let last = next.saturating_add(samples).min(*count);
                let sizes = (*next..last).filter_map(|index| number32(body, 12 + index * 4));
                let bytes = sizes.map(u64::from).sum();
                *next = last;
                bytes
            }
        }
    }
}
