//! Decodes stamp sheets: the month encoded in each key, read by someone with access, without the key.
//!
//! A value that is not exactly a stamp may be a key, so it is neither shown nor kept (`tests/it/keys.rs` tests it).

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::model::{
    CLOCK_DIFFERENCE, InputId, Instant, KeyName, Month, Place, ResourceId, Stamp, StampedAccount,
};
use crate::read::formats::decode::{Text, Unusable, decode};
use crate::read::json::piece::Position;

/// Beginning of `schema` in every version.
pub(in crate::read) const SCHEMA: &str = "rotaudit.key-stamps/";
const VERSION: &str = "rotaudit.key-stamps/1";

/// Year that Microsoft's key library encodes as 0; it counts in base 62 (`LegacyCommonAnnotatedSecurityKey`).
const FIRST_YEAR: i32 = 2024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    #[serde(borrow, default)]
    taken_at: Text<'a>,
    /// Bounded by the record, which contains all rows.
    #[serde(borrow)]
    accounts: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SheetRow<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    taken_at: Text<'a>,
    #[serde(borrow, default)]
    key1: Text<'a>,
    #[serde(borrow, default)]
    key2: Text<'a>,
    /// Reason why a key has no stamp, in the words of the person who made the sheet. Never read.
    #[serde(default, rename = "reason")]
    _reason: Option<IgnoredAny>,
}

/// The usable rows of a sheet, and the faults of the others.
#[derive(Default)]
pub(in crate::read) struct SheetRows {
    /// One for each row, with at most two stamps.
    pub accounts: Vec<StampedAccount>,
    /// At most two for each row.
    pub unusable: Vec<Unusable>,
    /// Lines, counted from the sheet's first, that contain another value instead of a stamp. It may be a key. At most
    /// two for each row.
    pub keys: Vec<u64>,
}

/// A fault of a row.
struct Refused {
    what: Unusable,
    /// Line, counted from the row's first, of a value that may be a key.
    key: Option<u64>,
}

/// Decodes the rows of a sheet that begins at `start`.
pub(in crate::read) fn read(bytes: &[u8], input: InputId, start: Position) -> Result<SheetRows, Unusable> {
    let sheet: Sheet<'_> = decode(bytes)?;
    if sheet.schema != VERSION {
        return Err(Unusable::record("this program does not know the version of the stamp sheet"));
    }
    let mut rows = SheetRows::default();
    let (mut position, mut passed) = (start, 0);
    for row in sheet.accounts {
        let row = row.get();
        let offset = row.as_ptr().addr() - bytes.as_ptr().addr();
        position = position.after(&bytes[passed..offset]);
        passed = offset;
        let place = Place { input, line: position.line, column: position.column };
        let refused = match read_row(row, &sheet.taken_at, place) {
            Ok((account, refused)) => {
                rows.accounts.push(account);
                refused
            }
            Err(what) => vec![Refused { what, key: None }],
        };
        let below = position.line - start.line;
        for Refused { what, key } in refused {
            rows.unusable.push(Unusable { line: what.line + below, ..what });
            rows.keys.extend(key.map(|line| line + below));
        }
    }
    Ok(rows)
}

/// Decodes one row. A value that is not a stamp is a fault, and the rest of the row is still used.
fn read_row(
    row: &str,
    of_sheet: &Text<'_>,
    place: Place,
) -> Result<(StampedAccount, Vec<Refused>), Unusable> {
    let bytes = row.as_bytes();
    let row: SheetRow<'_> = decode(bytes)?;
    let id = row
        .id
        .get()
        .and_then(ResourceId::parse)
        .filter(ResourceId::is_account)
        .ok_or_else(|| Unusable::record("the row has no id of a Cognitive Services account"))?;
    let taken_at =
        row.taken_at.get().or_else(|| of_sheet.get()).and_then(Instant::parse).filter(Instant::is_possible);
    let taken_at = taken_at.ok_or_else(|| {
        Unusable::record("neither the row nor its sheet has a `taken_at` that is a time since 2000")
    })?;
    let mut account = StampedAccount { id, place, taken_at, stamps: Vec::new() };
    let mut refused = Vec::new();
    let latest = Month::of(taken_at.plus(CLOCK_DIFFERENCE));
    for (key, text) in KeyName::BOTH.into_iter().zip([row.key1, row.key2]) {
        match text.get().unwrap_or_default() {
            "" => {}
            text => match month(text).filter(|month| *month <= latest) {
                Some(month) => account.stamps.push(Stamp::new(key, month, taken_at, place)),
                None => refused.push(refusal(key, text, bytes)),
            },
        }
    }
    Ok((account, refused))
}

fn refusal(key: KeyName, text: &str, row: &[u8]) -> Refused {
    if month(text).is_some() {
        let what = format!("the month of {key} is later than the reading, so one of them is wrong");
        return Refused { what: Unusable::record(what), key: None };
    }
    let what = format!(
        "{key} is not a stamp, which is eight characters such as JQQJ99CI or nothing, and may be a key: it is not shown \
         here; if it is one, regenerate it and delete the file"
    );
    // A text with escapes is decoded into other memory, so its place in the row is not known.
    let before = text.as_ptr().addr().checked_sub(row.as_ptr().addr()).and_then(|offset| row.get(..offset));
    let line = memchr::memchr_iter(b'\n', before.unwrap_or_default()).count() as u64;
    Refused { what: Unusable::record(what), key: Some(line) }
}

/// Decodes a stamp: `JQQJ9`, a kind, the year in base 62, and the month as a letter from A.
fn month(stamp: &str) -> Option<Month> {
    let [kind, year, month] = *stamp.strip_prefix("JQQJ9")?.as_bytes() else { return None };
    let digit = match year {
        b'A'..=b'Z' => year - b'A',
        b'a'..=b'z' => year - b'a' + 26,
        b'0'..=b'9' => year - b'0' + 52,
        _ => return None,
    };
    if !b"9DH".contains(&kind) || !(b'A'..=b'L').contains(&month) {
        return None;
    }
    Month::new(FIRST_YEAR + i32::from(digit), u32::from(month - b'A') + 1)
}
