//! Finds the subscriptions in a text that is not read: those of the resource ids in it.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::model::{MAX_SHOWN, ResourceId};

const PREFIX: &[u8] = b"/subscriptions/";

/// Length of the id of a subscription.
const ID_BYTES: usize = 36;

/// The subscriptions in the texts that were written to it.
#[derive(Debug, Default)]
pub(in crate::read) struct ShownSubscriptions {
    /// At most [`MAX_SHOWN`].
    found: BTreeSet<ResourceId>,
    /// A part of the text is not known, or it shows too many subscriptions.
    is_incomplete: bool,
    /// The end of the text so far, in which an id may have begun. Shorter than one.
    tail: Vec<u8>,
}

impl ShownSubscriptions {
    /// Records that a part of the text is not known.
    pub(in crate::read) fn miss(&mut self) {
        self.is_incomplete = true;
    }

    /// Returns the subscriptions, or none if they may not be all.
    pub(in crate::read) fn known(&self) -> BTreeSet<ResourceId> {
        if self.is_incomplete { BTreeSet::new() } else { self.found.clone() }
    }

    /// Adds the subscriptions in a complete text.
    pub(in crate::read) fn add(&mut self, text: &[u8]) {
        for slash in memchr::memchr_iter(b'/', text) {
            let Some(id) = text.get(slash + PREFIX.len()..slash + PREFIX.len() + ID_BYTES) else { break };
            if text[slash..].get(..PREFIX.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX))
                && let Ok(id) = str::from_utf8(id)
                && uuid::Uuid::try_parse(id).is_ok()
            {
                self.found.extend(ResourceId::of_subscription(id));
            }
        }
        if self.found.len() > MAX_SHOWN {
            self.found.clear();
            self.miss();
        }
    }
}

/// Adds the subscriptions in a text that comes in pieces.
impl Write for ShownSubscriptions {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let mut text = std::mem::take(&mut self.tail);
        text.extend_from_slice(piece);
        self.add(&text);
        let tail = text.len().saturating_sub(PREFIX.len() + ID_BYTES - 1);
        self.tail = text.split_off(tail);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";

    #[test]
    fn an_id_that_two_pieces_share_is_found() {
        let text = format!("x /subscriptions/none/SUBSCRIPTIONS/{ID}/resourceGroups/g /subscriptions/");
        for cut in 0..text.len() {
            let mut shown = ShownSubscriptions::default();
            let (one, other) = text.as_bytes().split_at(cut);
            shown.write_all(one).and_then(|()| shown.write_all(other)).expect("a sink");
            let found: Vec<String> = shown.known().iter().map(|id| id.folded().to_owned()).collect();
            assert_eq!(found, [format!("/subscriptions/{ID}")], "{cut}");
        }
    }

    #[test]
    fn too_many_subscriptions_may_be_any() {
        let mut shown = ShownSubscriptions::default();
        for number in 0..=MAX_SHOWN {
            shown.add(format!("/subscriptions/00000000-0000-0000-0000-{number:012}").as_bytes());
        }
        assert!(shown.known().is_empty());
    }
}
