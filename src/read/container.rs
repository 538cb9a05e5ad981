//! What files are packed in: gzip and zstd streams, opened on the way.

use std::io::{self, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::source::Digesting;

/// Exports shrink to a twentieth; what grows a thousand times was made to fill a disk or a memory.
const MOST_GROWTH: u64 = 1_000;
/// Small files may be as repetitive as they like.
const ALWAYS_ALLOWED: u64 = 256 << 20;
/// 128 MiB, what `zstd --long` needs; a frame may ask for more only to take memory.
const LARGEST_ZSTD_WINDOW: u32 = 27;

const CHUNK: usize = 4 << 10;

/// A source whose first bytes were looked at, and are handed out again.
pub(super) struct Peeked<R> {
    head: Cursor<Vec<u8>>,
    /// Why no more could be looked at.
    failure: Option<io::Error>,
    source: R,
}

impl<R: Read> Peeked<R> {
    /// Looks at `most` bytes, or at all up to a byte that ends what is looked for.
    pub(super) fn new(mut source: R, most: usize, last: Option<u8>) -> Peeked<R> {
        let mut head = Vec::new();
        let is_last = |byte: &u8| Some(*byte) == last;
        loop {
            let from = head.len();
            let read = source.by_ref().take((most - from).min(CHUNK) as u64).read_to_end(&mut head);
            let failure = read.err();
            if failure.is_some() || head.len() == from || head[from..].iter().any(is_last) {
                return Peeked { head: Cursor::new(head), failure, source };
            }
        }
    }

    pub(super) fn head(&self) -> &[u8] {
        self.head.get_ref()
    }

    pub(super) fn into_source(self) -> R {
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

/// A file's content, unpacked where it is packed.
pub(super) struct Unpacked<R: Read> {
    stream: Stream<R>,
    expanded: u64,
}

enum Stream<R: Read> {
    Plain(Peeked<Digesting<R>>),
    Gzip(Box<MultiGzDecoder<Peeked<Digesting<R>>>>),
    Zstd(Box<ZstdDecoder<'static, BufReader<Peeked<Digesting<R>>>>>),
}

impl<R: Read> Unpacked<R> {
    pub(super) fn new(source: Digesting<R>) -> io::Result<Unpacked<R>> {
        let peeked = Peeked::new(source, 4, None);
        let stream = match peeked.head() {
            [0x1F, 0x8B, ..] => Stream::Gzip(Box::new(MultiGzDecoder::new(peeked))),
            [0x28, 0xB5, 0x2F, 0xFD] => {
                let mut decoder = ZstdDecoder::new(peeked)?;
                decoder.window_log_max(LARGEST_ZSTD_WINDOW)?;
                Stream::Zstd(Box::new(decoder))
            }
            b"PK\x03\x04" => {
                let what = "a zip archive inside another archive is not read";
                return Err(io::Error::new(io::ErrorKind::Unsupported, what));
            }
            _ => Stream::Plain(peeked),
        };
        Ok(Unpacked { stream, expanded: 0 })
    }

    /// The name of the packing, for the name of a format.
    pub(super) fn packing(&self) -> Option<&'static str> {
        match &self.stream {
            Stream::Plain(_) => None,
            Stream::Gzip(_) => Some("gzip"),
            Stream::Zstd(_) => Some("zstd"),
        }
    }

    pub(super) fn into_source(self) -> Digesting<R> {
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
            && self.expanded > ALWAYS_ALLOWED.max(packed.saturating_mul(MOST_GROWTH))
        {
            let what = format!("it expands to more than {MOST_GROWTH} times its size, which no export does");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(read)
    }
}
