//! The containers of single files: gzip and zstd streams, which are unpacked while they are read.

use std::io::{self, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;
use zstd::stream::read::Decoder as ZstdDecoder;

use crate::read::source::hash::Digesting;

/// Factor by which an unpacked file may be larger than the packed one; exports reach 20. A file beyond it was made to
/// fill a disk or memory, and is an error.
pub(super) const MAX_GROWTH_FACTOR: u64 = 1_000;
/// Number of unpacked bytes that are always allowed, since small files may be very repetitive.
pub(super) const ALWAYS_ALLOWED_BYTES: u64 = 256 << 20;
/// Window of zstd as a power of two: 128 MiB, which `zstd --long` needs. A frame that asks for more is an error,
/// because it would only take memory.
const MAX_ZSTD_WINDOW_LOG2: u32 = 27;

/// Number of bytes that are inspected at a time.
const INSPECT_STEP_BYTES: usize = 4 << 10;

/// A source whose first bytes were inspected, and are still returned by `read`.
pub(in crate::read) struct Peeked<R> {
    /// Inspected bytes: at most the `most` that [`Peeked::new`] was given.
    head: Cursor<Vec<u8>>,
    /// The error that ended the inspection, if any; it is returned after the inspected bytes.
    failure: Option<io::Error>,
    source: R,
}

impl<R: Read> Peeked<R> {
    /// Inspects `most` bytes, or fewer if `last` is found or the source ends.
    pub(in crate::read) fn new(mut source: R, most: usize, last: Option<u8>) -> Peeked<R> {
        let mut head = Vec::new();
        let is_last = |byte: &u8| Some(*byte) == last;
        loop {
            let from = head.len();
            let read =
                source.by_ref().take((most - from).min(INSPECT_STEP_BYTES) as u64).read_to_end(&mut head);
            let failure = read.err();
            if failure.is_some() || head.len() == from || head[from..].iter().any(is_last) {
                return Peeked { head: Cursor::new(head), failure, source };
            }
        }
    }

    pub(in crate::read) fn head(&self) -> &[u8] {
        self.head.get_ref()
    }

    pub(in crate::read) fn into_source(self) -> R {
        self.source
    }
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 => self.failure.take().map_or_else(|| self.source.read(buffer), Err),
            read => Ok(read),
        }
    }
}

/// The content of a file, unpacked if it is packed.
pub(in crate::read) struct Unpacked<R: Read> {
    stream: Stream<R>,
    /// Number of bytes that were unpacked.
    expanded: u64,
}

enum Stream<R: Read> {
    Plain(Peeked<Digesting<R>>),
    Gzip(Box<MultiGzDecoder<Peeked<Digesting<R>>>>),
    Zstd(Box<ZstdDecoder<'static, BufReader<Peeked<Digesting<R>>>>>),
}

impl<R: Read> Unpacked<R> {
    pub(in crate::read) fn new(source: Digesting<R>) -> io::Result<Unpacked<R>> {
        let peeked = Peeked::new(source, 4, None);
        let stream = match peeked.head() {
            [0x1F, 0x8B, ..] => Stream::Gzip(Box::new(MultiGzDecoder::new(peeked))),
            // A frame that is skipped can be the first one, as pzstd writes it.
            [0x28, 0xB5, 0x2F, 0xFD] | [0x50..=0x5F, 0x2A, 0x4D, 0x18] => {
                let mut decoder = ZstdDecoder::new(peeked)?;
                decoder.window_log_max(MAX_ZSTD_WINDOW_LOG2)?;
                Stream::Zstd(Box::new(decoder))
            }
            _ => Stream::Plain(peeked),
        };
        Ok(Unpacked { stream, expanded: 0 })
    }

    /// Returns the name of the packing, as it appears in the name of a format.
    pub(in crate::read) fn packing(&self) -> Option<&'static str> {
        match &self.stream {
            Stream::Plain(_) => None,
            Stream::Gzip(_) => Some("gzip"),
            Stream::Zstd(_) => Some("zstd"),
        }
    }

    pub(in crate::read) fn into_source(self) -> Digesting<R> {
        match self.stream {
            Stream::Plain(peeked) => peeked.into_source(),
            Stream::Gzip(decoder) => decoder.into_inner().into_source(),
            Stream::Zstd(decoder) => decoder.finish().into_inner().into_source(),
        }
    }

    fn packed(&self) -> Option<u64> {
        match &self.stream {
            Stream::Plain(_) => None,
            Stream::Gzip(decoder) => Some(decoder.get_ref().source.bytes_read()),
            Stream::Zstd(decoder) => Some(decoder.get_ref().get_ref().source.bytes_read()),
        }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.stream {
            Stream::Plain(peeked) => peeked.read(buffer)?,
            Stream::Gzip(decoder) => decoder.read(buffer)?,
            Stream::Zstd(decoder) => decoder.read(buffer)?,
        };
        self.expanded += read as u64;
        if let Some(packed) = self.packed()
            && self.expanded > ALWAYS_ALLOWED_BYTES.max(packed.saturating_mul(MAX_GROWTH_FACTOR))
        {
            let what =
                format!("it expands to more than {MAX_GROWTH_FACTOR} times its size, which no export does");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(read)
    }
}
