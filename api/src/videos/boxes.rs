//! Pure: boxes of the ISO base media file format (ISO/IEC 14496-12), which MP4 and MOV are made of.
//!
//! A box is its size in four bytes, its name in four, and its content; a size of 1 is followed by one of eight bytes, 0
//! reaches to the end.

use std::ops::Range;

use crate::videos::refused::Refused;

/// Boxes beside one another; a file of a phone has some ten.
pub const MAX_SIBLINGS: usize = 256;
/// Bytes of the longest header.
pub const MAX_HEADER: usize = 16;
const HEADER: u64 = 8;
const LARGE_HEADER: u64 = 16;

pub type Name = [u8; 4];

/// A box's header: its name, and how long header and box are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub name: Name,
    pub header: u64,
    /// Of the whole box.
    pub length: u64,
}

/// Reads the header at the start of `bytes`, of a box that has at most `left` bytes.
/// # Errors
/// `Damaged` if the box is longer than what is left, or shorter than its header.
pub fn header(bytes: &[u8], left: u64) -> Result<Header, Refused> {
    let size = number32(bytes, 0).ok_or(Refused::Damaged)?;
    let name = four(bytes, 4).ok_or(Refused::Damaged)?;
    let (header, length) = match size {
        0 => (HEADER, left),
        1 => (LARGE_HEADER, number64(bytes, 8).ok_or(Refused::Damaged)?),
        size => (HEADER, u64::from(size)),
    };
    if length < header || length > left {
        return Err(Refused::Damaged);
    }
    Ok(Header { name, header, length })
}

/// A box inside a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    pub name: Name,
    /// Where its name stands.
    pub name_at: usize,
    pub body: Range<usize>,
}

/// The boxes side by side in this part of `bytes`. Up to seven bytes at the end, a mark of MOV files, are left alone.
/// # Errors
/// `Damaged` if a box does not fit or there are too many.
pub fn children(bytes: &[u8], within: &Range<usize>) -> Result<Vec<Child>, Refused> {
    let mut found = Vec::new();
    let mut at = within.start;
    while within.end.saturating_sub(at) >= 8 {
        let rest = bytes.get(at..within.end).ok_or(Refused::Damaged)?;
        let head = header(rest, rest.len() as u64)?;
        let (start, length) = (place(head.header)?, place(head.length)?);
        found.push(Child {
            name: head.name,
            name_at: at + 4,
            body: at + start..at + length,
        });
        if found.len() > MAX_SIBLINGS {
            return Err(Refused::Damaged);
        }
        at += length;
    }
    Ok(found)
}

fn place(offset: u64) -> Result<usize, Refused> {
    usize::try_from(offset).map_err(|_| Refused::Damaged)
}

fn four(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok()
}

/// Four bytes as a number.
#[must_use]
pub fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    four(bytes, at).map(u32::from_be_bytes)
}

/// Eight bytes as a number.
#[must_use]
pub fn number64(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_be_bytes(eight.try_into().ok()?))
}
