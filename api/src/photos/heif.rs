//! Pure: the primary image of a HEIF file with several.
//!
//! Converters write every top-level image of a file, under names of their own. All but the primary one are marked hidden
//! (ISO/IEC 23008-12, 6.4.2), so that one picture comes out: the one that a phone shows.

/// Images of a burst or a collection; a file with more is none of a phone's.
const MAX_ITEMS: usize = 4096;

/// Marks all image items but the primary one as hidden. A file whose boxes cannot be read stays as it is.
pub fn hide_all_but_primary(file: &mut [u8]) {
    let Some((primary, entries)) = read_items(file) else {
        return;
    };
    for (item, flags_at) in entries {
        if item != primary
            && let Some(flags) = file.get_mut(flags_at)
        {
            *flags |= 1;
        }
    }
}

/// The primary item, and for each item the place of the byte that holds its `hidden` flag.
fn read_items(file: &[u8]) -> Option<(u32, Vec<(u32, usize)>)> {
    // `meta` is a full box: four bytes of version and flags before its children.
    let meta = children(file, 0, file.len()).find(|part| &part.kind == b"meta")?;
    let inside = || children(file, meta.begin + 4, meta.end);
    let pitm = inside().find(|part| &part.kind == b"pitm")?;
    let version = *file.get(pitm.begin)?;
    let primary = number(file, pitm.begin + 4, if version == 0 { 2 } else { 4 })?;
    let iinf = inside().find(|part| &part.kind == b"iinf")?;
    let count_bytes = if *file.get(iinf.begin)? == 0 { 2 } else { 4 };
    let entries = children(file, iinf.begin + 4 + count_bytes, iinf.end)
        .filter(|part| &part.kind == b"infe")
        .take(MAX_ITEMS)
        .filter_map(|part| {
            let id_bytes = match file.get(part.begin)? {
                2 => 2,
                3 => 4,
                _ => return None,
            };
            Some((number(file, part.begin + 4, id_bytes)?, part.begin + 3))
        });
    Some((primary, entries.collect()))
}

/// A box without its head.
struct Part {
    kind: [u8; 4],
    begin: usize,
    end: usize,
}

/// The boxes that stand one after another between two places.
fn children(file: &[u8], begin: usize, end: usize) -> impl Iterator<Item = Part> {
    let mut at = begin;
    std::iter::from_fn(move || {
        let size = usize::try_from(number(file, at, 4)?).ok()?;
        let kind = <[u8; 4]>::try_from(file.get(at + 4..at + 8)?).ok()?;
        let (head, size) = match size {
            0 => (8, end.checked_sub(at)?),
            1 => (16, usize::try_from(number(file, at + 12, 4)?).ok()?),
            size => (8, size),
        };
        let part = Part {
            kind,
            begin: at + head,
            end: at.checked_add(size)?,
        };
        if size < head || part.end > end || part.end > file.len() {
            return None;
        }
        at = part.end;
        Some(part)
    })
}

fn number(file: &[u8], at: usize, bytes: usize) -> Option<u32> {
    let digits = file.get(at..at.checked_add(bytes)?)?;
    Some(digits.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes()[..], kind, content].concat()
    }

    fn item(id: u16) -> Vec<u8> {
        part(
            b"infe",
            &[&[2, 0, 0, 0][..], &id.to_be_bytes(), &[0, 0], b"hvc1", b"\0"].concat(),
        )
    }

    fn file(primary: u16) -> Vec<u8> {
        let pitm = part(b"pitm", &[&[0; 4][..], &primary.to_be_bytes()].concat());
        let iinf = part(b"iinf", &[&[0, 0, 0, 0, 0, 2][..], &item(1), &item(2)].concat());
        let meta = part(b"meta", &[&[0; 4][..], &pitm, &iinf].concat());
        [part(b"ftyp", b"heic\0\0\0\0"), meta].concat()
    }

    fn hidden(file: &[u8]) -> Vec<u32> {
        let (_, entries) = read_items(file).unwrap();
        let is_hidden = |at: &usize| file[*at] & 1 == 1;
        entries
            .into_iter()
            .filter(|(_, at)| is_hidden(at))
            .map(|(id, _)| id)
            .collect()
    }

    #[test]
    fn the_primary_image_alone_is_left_to_be_seen() {
        for (primary, others) in [(1, 2), (2, 1)] {
            let mut bytes = file(primary);
            assert!(hidden(&bytes).is_empty());
            hide_all_but_primary(&mut bytes);
            assert_eq!(hidden(&bytes), [others]);
        }
    }

    #[test]
    fn what_cannot_be_read_stays_as_it_is() {
        let whole = file(1);
        for length in 0..whole.len() {
            let mut cut = whole[..length].to_vec();
            hide_all_but_primary(&mut cut);
            assert_eq!(cut.len(), length);
        }
        let mut odd = b"\0\0\0\x01meta\0\0\0\0\xff\xff\xff\xff".to_vec();
        hide_all_but_primary(&mut odd);
    }
}
