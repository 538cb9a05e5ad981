//! Keys and other secrets in the forms that no output may contain. None of them was ever in use.

use data_encoding::BASE64;

/// An output must not contain this many consecutive characters of a secret.
pub(crate) const TELLING: usize = 12;

/// A secret as it is in a text, and its secret characters without escapes.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    pub(crate) written: String,
    pub(crate) characters: String,
}

/// A form of secrets: its name, and a function from a number to a secret that differs from all others.
pub(crate) type Form = (&'static str, fn(u64) -> Secret);

/// Each of them can be part of a string in JSON, YAML and Rego, of a cell in CSV and of the name of a file.
pub(crate) const FORMS: [Form; 32] = [
    ("a newer key", |number| newer(number, |key| key)),
    ("a newer key whose first character is escaped", |number| newer(number, |key| escaped(&key, 0, json))),
    ("a newer key with an escaped character", |number| newer(number, |key| escaped(&key, 25, json))),
    ("a newer key whose last secret character is escaped", |number| {
        newer(number, |key| escaped(&key, 51, json))
    }),
    ("a newer key whose mark is escaped", |number| newer(number, |key| escaped(&key, 54, json))),
    ("a newer key with a character for a URL", |number| newer(number, |key| escaped(&key, 25, url))),
    ("a newer key with a character reference", |number| newer(number, |key| escaped(&key, 25, reference))),
    ("83 characters of a newer key", |number| newer(number, |key| key[..83].to_owned())),
    ("a newer key without its end", |number| newer(number, |key| key[..58].to_owned())),
    ("a newer key without its first character", |number| newer(number, |key| key[1..].to_owned())),
    ("a newer key of which 20 secret characters are left", |number| {
        newer(number, |key| key[SECRET_CHARACTERS - 20..].to_owned())
    }),
    ("a newer key in base 64", |number| newer_in_base_64(number, "")),
    ("an older key after its name", |number| named("openai_key=", older(number), "")),
    ("an older key in a header", |number| named("api-key: ", older(number), "")),
    ("a connection string", |number| named("AccountName=x;AccountKey=", characters(number, 86), "==")),
    ("a connection string of a bus", |number| {
        named("Endpoint=x;SharedAccessKey=", characters(number, 43), "=")
    }),
    ("a shared access signature", |number| named("x?sv=2024-11-04&sig=", characters(number, 43), "%3D")),
    ("a shared access signature after an escaped ampersand", |number| {
        named("x?sv=1\\u0026sig=", characters(number, 43), "%3D")
    }),
    ("a newer key without its first character, after a line break", |number| {
        newer(number, |key| format!("x\\n{}", &key[1..]))
    }),
    ("a bearer token after a line break", |number| {
        let claims = format!("eyJ{}", characters(number, 60));
        named("x\\neyJ0eXAiOiJKV1QifQ.", format!("{claims}.{}", characters(number + 1, 43)), "")
    }),
    ("a bearer token", |number| {
        let claims = format!("eyJ{}", characters(number, 60));
        named("eyJ0eXAiOiJKV1QifQ.", format!("{claims}.{}", characters(number + 1, 43)), "")
    }),
    ("a connection string in lower case", |number| {
        named("accountname=x;accountkey=", characters(number, 86), "==")
    }),
    ("a connection string with an escaped equals sign", |number| {
        named("AccountName%3Dx;AccountKey%3D", characters(number, 86), "%3D%3D")
    }),
    ("a connection string with a shared secret", |number| {
        named("Endpoint=x;SharedSecret=", characters(number, 43), "=")
    }),
    ("an older key in capitals", |number| named("openai_key=", older(number).to_uppercase(), "")),
    ("an older key after an option", |number| named("x --api-key ", older(number), " y")),
    ("an older key as a token", |number| named("Authorization: Bearer ", older(number), "")),
    ("an older key in a URL", |number| named("x?a=b&subscription-key=", older(number), "&c")),
    ("an older key after an escaped colon", |number| named("api-key%3A%20", older(number), "%0A")),
    ("a newer key in a text in base 64", |number| newer_in_base_64(number, "k=")),
    ("an older key in base 64", |number| named("openai_key: ", BASE64.encode(older(number).as_bytes()), "")),
    ("an older key in JSON with escaped quotes", |number| {
        named("\\u0022key1\\u0022: [\\u0022", older(number), "\\u0022]")
    }),
];

/// The random characters of a newer key.
const SECRET_CHARACTERS: usize = 52;

/// Letters and digits that look random, and that differ for each number.
fn characters(number: u64, length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = number;
    let letter = |_| {
        // SplitMix64.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        char::from(LETTERS[usize::from(mixed.to_le_bytes()[7]) % LETTERS.len()])
    };
    (0..length).map(letter).collect()
}

/// 32 hexadecimal digits.
pub(crate) fn older(number: u64) -> String {
    characters(number, 16).bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a newer key, in the form that `write` gives it.
fn newer(number: u64, write: fn(String) -> String) -> Secret {
    let characters = characters(number, SECRET_CHARACTERS);
    let written = write(format!("{characters}JQQJ99CIACYeBjFXJ3w3AAABACOGabcd"));
    Secret { written, characters }
}

/// Returns a newer key that `before` precedes, both in base 64.
fn newer_in_base_64(number: u64, before: &str) -> Secret {
    let encoded = |text: &str| BASE64.encode(format!("{before}{text}").as_bytes());
    let Secret { written, characters } = newer(number, |key| key);
    // Groups of four characters that encode only secret ones.
    Secret { written: encoded(&written), characters: encoded(&characters)[4..68].to_owned() }
}

fn named(before: &str, characters: String, after: &str) -> Secret {
    Secret { written: format!("{before}{characters}{after}"), characters }
}

fn escaped(key: &str, place: usize, escape: fn(u8) -> String) -> String {
    format!("{}{}{}", &key[..place], escape(key.as_bytes()[place]), &key[place + 1..])
}

fn json(letter: u8) -> String {
    format!("\\u{letter:04x}")
}

fn url(letter: u8) -> String {
    format!("%{letter:02X}")
}

fn reference(letter: u8) -> String {
    format!("&#x{letter:x};")
}
