//! Tells an entry that the disk has changed from one that was written.

use crc32fast::Hasher;

use crate::protocol::{Entry, RoomId, Seq};

/// What is stored of an entry, as it is stored.
pub struct Stored<'a> {
    pub seq: Seq,
    pub at: u64,
    pub by_id: &'a [u8],
    pub by_name: &'a [u8],
    pub kind: &'a [u8],
}

/// The CRC-32 of an entry. Each text comes after its length, so that no two entries are the same bytes.
pub fn checksum(room: &RoomId, stored: &Stored) -> u32 {
    let Stored { seq, at, by_id, by_name, kind } = stored;
    let mut hasher = Hasher::new();
    hasher.update(&seq.to_le_bytes());
    hasher.update(&at.to_le_bytes());
    for text in [room.as_str().as_bytes(), by_id, by_name, kind] {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    hasher.finalize()
}

/// The CRC-32 of an entry whose kind is this JSON.
pub fn checksum_of(entry: &Entry, kind: &str) -> u32 {
    let Entry { room, seq, at, by, .. } = entry;
    let (by_id, by_name) = (by.id.as_str().as_bytes(), by.name.as_bytes());
    checksum(room, &Stored { seq: *seq, at: *at, by_id, by_name, kind: kind.as_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_depends_on_every_field_and_on_where_one_ends() {
        let room = |id| RoomId::parse(id).unwrap();
        let entry = || Stored { seq: 1, at: 2, by_id: b"ada", by_name: b"Ada", kind: b"{}" };
        let sums = [
            checksum(&room("general"), &entry()),
            checksum(&room("random"), &entry()),
            checksum(&room("general"), &Stored { seq: 2, ..entry() }),
            checksum(&room("general"), &Stored { at: 3, ..entry() }),
            checksum(&room("general"), &Stored { by_id: b"bo", ..entry() }),
            checksum(&room("general"), &Stored { by_id: b"adaA", by_name: b"da", ..entry() }),
            checksum(&room("general"), &Stored { by_name: b"Ada{", kind: b"}", ..entry() }),
            checksum(&room("general"), &Stored { kind: b"[]", ..entry() }),
        ];
        for (n, sum) in sums.iter().enumerate() {
            assert!(!sums[..n].contains(sum), "{n}");
        }
        assert_eq!(checksum(&room("general"), &entry()), sums[0]);
    }

    #[test]
    fn the_checksum_is_the_one_that_disks_hold() {
        let entry = Stored { seq: 1, at: 2, by_id: b"ada", by_name: b"Ada", kind: b"{}" };
        // As another implementation of CRC-32 has it.
        assert_eq!(checksum(&RoomId::parse("general").unwrap(), &entry), 0x0575_52b9);
    }
}
