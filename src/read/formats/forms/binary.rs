//! The forms of files that are not text, by the bytes at their beginning: archives and packed files, which can contain
//! exports, and documents, which cannot.

use super::{Form, Sign};

/// Bytes at a place of a file, by which a form is detected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signature {
    at: usize,
    bytes: &'static [u8],
    /// Text that must occur in the beginning of the file, in addition.
    contains: &'static str,
}

impl Signature {
    const fn of(bytes: &'static [u8]) -> Signature {
        Signature { at: 0, bytes, contains: "" }
    }

    const fn at(at: usize, bytes: &'static [u8]) -> Signature {
        Signature { at, bytes, contains: "" }
    }

    /// Returns the signature of a zip archive with a folder of this name.
    const fn of_zip(folder: &'static str) -> Signature {
        Signature { at: 0, bytes: ZIP, contains: folder }
    }

    /// Returns the signature of a file of old Office versions whose `entry`th stream has a name that begins so, if its
    /// list of streams is in its second sector, where Windows writes it.
    const fn of_stream(entry: usize, name: &'static [u8]) -> Signature {
        Signature { at: 1024 + entry * 128, bytes: name, contains: ROOT_OF_STREAMS }
    }

    /// Returns the shortest beginning of such a file.
    #[cfg(test)]
    pub(super) fn example(&self) -> Vec<u8> {
        [&vec![0; self.at], self.bytes, self.contains.as_bytes()].concat()
    }

    /// Returns whether `head` is the beginning of such a file.
    pub(super) fn is_of(&self, head: &[u8]) -> bool {
        head.get(self.at..).is_some_and(|from| from.starts_with(self.bytes))
            && memchr::memmem::find(head, self.contains.as_bytes()).is_some()
    }
}

/// Name of the first entry in the list of streams, in UTF-16.
const ROOT_OF_STREAMS: &str = "R\0o\0o\0t\0 \0E\0n\0t\0r\0y\0";

/// Name of the list of thumbnails of Windows XP, in UTF-16.
const CATALOG: &[u8] = b"C\0a\0t\0a\0l\0o\0g\0\0\0";

/// Beginning of the names of thumbnails since Windows Vista, which are their widths and hashes, in UTF-16.
const THUMBNAIL: &[u8] = b"2\x005\x006\0_\0";

const ZIP: &[u8] = b"PK\x03\x04";

const UNPACK: &str = "unpack it and give the exports themselves; files packed once with gzip, zstd or zip are read as they are";
const EXPORT_AS_JSON: &str = "export again as JSON (`--output json`), or save it as CSV";
pub(super) const LEAVE_OUT: &str = "give the exports themselves";

const fn packed(name: &'static str, signatures: &'static [Signature], what: &'static str) -> Form {
    Form::refuse(name, Sign::Bytes(signatures), what, UNPACK)
}

const fn table(name: &'static str, signatures: &'static [Signature], what: &'static str) -> Form {
    Form::refuse(name, Sign::Bytes(signatures), what, EXPORT_AS_JSON)
}

const fn document(name: &'static str, signatures: &'static [Signature], what: &'static str) -> Form {
    Form::aside(name, Sign::Bytes(signatures), what, LEAVE_OUT)
}

/// Every form that is not text. The first one whose signature matches is used.
pub(super) static BINARY: [Form; 31] = [
    table("refused/excel", &[Signature::of_zip("xl/")], "it is an Excel workbook, which is not read")
        .shown_by("A zip archive with a folder `xl`")
        .made_by("Excel (`.xlsx`)"),
    document("refused/word", &[Signature::of_zip("word/")], "it is a Word document")
        .shown_by("A zip archive with a folder `word`")
        .made_by("Word (`.docx`)"),
    document("refused/powerpoint", &[Signature::of_zip("ppt/")], "it is a PowerPoint presentation")
        .shown_by("A zip archive with a folder `ppt`")
        .made_by("PowerPoint (`.pptx`)"),
    document(
        "refused/opendocument",
        &[
            Signature::of_zip("application/vnd.oasis.opendocument.text"),
            Signature::of_zip("application/vnd.oasis.opendocument.presentation"),
            Signature::of_zip("application/vnd.oasis.opendocument.graphics"),
        ],
        "it is a text, a presentation or a drawing of LibreOffice",
    )
    .shown_by("A zip archive with a `mimetype` of OpenDocument, but not of a spreadsheet")
    .made_by("LibreOffice (`.odt`, `.odp`, `.odg`)"),
    // The type is compressed if another program packed the archive again.
    table(
        "refused/opendocument-spreadsheet",
        &[
            Signature::of_zip("application/vnd.oasis.opendocument.spreadsheet"),
            Signature::of_zip("content.xml"),
        ],
        "it is a spreadsheet of LibreOffice, which is not read",
    )
    .shown_by("A zip archive with `content.xml`, or with the `mimetype` of a spreadsheet")
    .made_by("LibreOffice (`.ods`)"),
    table(
        "refused/iwork",
        &[Signature::of_zip("Index/Document.iwa")],
        "it is a document of Numbers, Pages or Keynote, which is not read",
    )
    .shown_by("A zip archive with `Index/Document.iwa`")
    .made_by("Apple Numbers (`.numbers`), Pages and Keynote"),
    packed(
        "refused/zip",
        &[Signature::of(ZIP)],
        "it is a zip archive inside another archive, which is not read",
    )
    .shown_by("`PK`, in another archive")
    .made_by("`zip`"),
    // A file that is packed once is already unpacked here.
    packed(
        "refused/gzip",
        &[Signature::of(b"\x1F\x8B")],
        "it is packed with gzip inside another packed file, which is not read",
    )
    .shown_by("The bytes `1F 8B`, in another packed file")
    .made_by("`gzip` of a packed file"),
    packed(
        "refused/zstd",
        &[Signature::of(b"\x28\xB5\x2F\xFD"), Signature::at(1, b"\x2A\x4D\x18")],
        "it is packed with zstd inside another packed file, which is not read",
    )
    .shown_by("The bytes `28 B5 2F FD`, or `2A 4D 18` at byte 1, in another packed file")
    .made_by("`zstd` of a packed file"),
    // Only with the zero byte: a text can contain `mustard` there.
    packed(
        "refused/tar",
        &[Signature::at(257, b"ustar\x00"), Signature::at(257, b"ustar  \x00")],
        "it is a tar archive, which is not read",
    )
    .shown_by("`ustar` and a zero byte at byte 257")
    .made_by("`tar` (`.tar`, `.tar.gz`)"),
    packed("refused/xz", &[Signature::of(b"\xFD7zXZ\x00")], "it is packed with xz, which is not read")
        .shown_by("The bytes `FD 37 7A 58 5A 00`")
        .made_by("`xz`"),
    packed(
        "refused/lzma",
        &[Signature::of(b"\x5D\x00\x00"), Signature::of(b"LZIP\x01")],
        "it is packed with lzma, which is not read",
    )
    .shown_by("The bytes `5D 00 00`, or `LZIP`")
    .made_by("`lzma`, `lzip`"),
    packed(
        "refused/bzip2",
        &[Signature::at(4, b"1AY&SY"), Signature::at(4, b"\x17\x72\x45\x38\x50\x90")],
        "it is packed with bzip2, which is not read",
    )
    .shown_by("`1AY&SY` at byte 4")
    .made_by("`bzip2`"),
    packed("refused/7z", &[Signature::of(b"7z\xBC\xAF\x27\x1C")], "it is a 7z archive, which is not read")
        .shown_by("The bytes `37 7A BC AF 27 1C`")
        .made_by("7-Zip"),
    packed("refused/rar", &[Signature::of(b"Rar!\x1A\x07")], "it is a rar archive, which is not read")
        .shown_by("`Rar!`")
        .made_by("WinRAR"),
    packed(
        "refused/lz4",
        &[Signature::of(b"\x04\x22\x4D\x18"), Signature::of(b"\x02\x21\x4C\x18")],
        "it is packed with lz4, which is not read",
    )
    .shown_by("The bytes `04 22 4D 18`")
    .made_by("`lz4`"),
    packed(
        "refused/snappy",
        &[Signature::of(b"\xFF\x06\x00\x00sNaPpY")],
        "it is packed with snappy, which is not read",
    )
    .shown_by("`sNaPpY` at byte 4")
    .made_by("`snzip`, pipelines"),
    packed(
        "refused/zlib",
        &[Signature::of(b"x\x01"), Signature::of(b"x\x9C"), Signature::of(b"x\xDA")],
        "it is packed with zlib, which is not read",
    )
    .shown_by("The bytes `78 01`, `78 9C` or `78 DA`")
    .made_by("Programs that use zlib"),
    packed(
        "refused/compress",
        &[Signature::of(b"\x1F\x9D"), Signature::of(b"\x1F\xA0")],
        "it is packed with compress, which is not read",
    )
    .shown_by("The bytes `1F 9D`")
    .made_by("`compress` (`.Z`)"),
    packed(
        "refused/cab",
        &[Signature::of(b"MSCF\x00\x00\x00\x00")],
        "it is a cabinet archive, which is not read",
    )
    .shown_by("`MSCF`")
    .made_by("`makecab`"),
    Form::refuse(
        "refused/utf-32",
        Sign::Bytes(&[
            Signature::of(b"\xFF\xFE\x00\x00"),
            Signature::of(b"\x00\x00\xFE\xFF"),
            Signature::of(b"[\x00\x00\x00"),
            Signature::of(b"{\x00\x00\x00"),
            Signature::of(b"\"\x00\x00\x00"),
            Signature::of(b"\x00\x00\x00["),
            Signature::of(b"\x00\x00\x00{"),
            Signature::of(b"\x00\x00\x00\""),
        ]),
        "it is text in UTF-32, which is not read",
        "export again as UTF-8, for example with `Out-File -Encoding utf8`",
    )
    .shown_by("The bytes `FF FE 00 00` or `00 00 FE FF`, or a character of JSON in four bytes")
    .made_by("`Out-File -Encoding utf32`"),
    table("refused/parquet", &[Signature::of(b"PAR1")], "it is a Parquet file, which is not read")
        .shown_by("`PAR1`")
        .made_by("Data Explorer, Spark, pandas"),
    table("refused/avro", &[Signature::of(b"Obj\x01")], "it is an Avro file, which is not read")
        .shown_by("`Obj` and the byte `01`")
        .made_by("Event Hubs Capture"),
    table(
        "refused/arrow",
        &[Signature::of(b"ARROW1\x00\x00"), Signature::of(b"FEA1")],
        "it is an Arrow file, which is not read",
    )
    .shown_by("`ARROW1`")
    .made_by("pandas, Spark"),
    table(
        "refused/sqlite",
        &[Signature::of(b"SQLite format 3\x00")],
        "it is an SQLite database, which is not read",
    )
    .shown_by("`SQLite format 3`")
    .made_by("Programs that use SQLite"),
    table(
        "refused/evtx",
        &[Signature::of(b"ElfFile\x00")],
        "it is an event log of Windows, which is not read",
    )
    .shown_by("`ElfFile`")
    .made_by("The event viewer of Windows"),
    document(
        "refused/thumbnails",
        &[
            Signature::of_stream(1, THUMBNAIL),
            Signature::of_stream(1, CATALOG),
            Signature::of_stream(2, CATALOG),
            Signature::of_stream(3, CATALOG),
        ],
        "it has the thumbnails that Windows makes of the images in a folder",
    )
    .shown_by("A stream with the name `256_…` or `Catalog` in a file of an old Office version")
    .made_by("Explorer (`Thumbs.db`)"),
    table(
        "refused/office",
        &[Signature::of(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")],
        "it is a file of an old Office version, such as a workbook, which is not read",
    )
    .shown_by("The bytes `D0 CF 11 E0 A1 B1 1A E1`")
    .made_by("Excel and Word before 2007 (`.xls`, `.doc`), Outlook (`.msg`)"),
    document("refused/pdf", &[Signature::of(b"%PDF-")], "it is a PDF document")
        .shown_by("`%PDF-`")
        .made_by("*Print* in a browser"),
    document(
        "refused/image",
        &[
            Signature::of(b"\x89PNG\r\n\x1A\n"),
            Signature::of(b"\xFF\xD8\xFF"),
            Signature::of(b"GIF8"),
            Signature::of(b"II*\x00"),
            Signature::of(b"MM\x00*"),
            Signature::at(8, b"WEBPVP8"),
        ],
        "it is an image",
    )
    .shown_by("The first bytes of PNG, JPEG, GIF, TIFF or WebP")
    .made_by("A screenshot"),
    document(
        "refused/video",
        &[Signature::at(4, b"ftyp"), Signature::of(b"\x1A\x45\xDF\xA3")],
        "it is a video",
    )
    .shown_by("`ftyp` at byte 4, or the bytes `1A 45 DF A3`")
    .made_by("A recording of a screen"),
];
