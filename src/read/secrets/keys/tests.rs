mod places;

use data_encoding::BASE64;

use super::*;
use places::{LOOK_ALIKES, PLACES};

/// Keys of both forms that never belonged to anyone.
const OLDER: &str = "4f1d2c3b5a69788796a5b4c3d2e1f00f";
const NEWER: &str = "9hQ3Zx7LkVb2Nn5RtYw8Uj4Mc6Pd1Fs0GaEoIiHpTqXvBzCyWrSlJQQJ99CIACYeBjFXJ3w3AAABACOGabcd";

/// A source that returns a few bytes at a time, like a pipe.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(buffer.len()).min(self.0.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

/// Returns the redacted text and the lines with keys.
fn redacted(text: &str) -> (String, Vec<(u64, String)>) {
    let mut redacted = RedactedText::new(Trickle(text.as_bytes(), 7919), FoundLines::default());
    let mut out = String::new();
    redacted.read_to_string(&mut out).expect("text");
    let (_, found, failure) = redacted.finish(InputId(0));
    assert!(failure.is_none());
    assert!(found.count >= found.lines.len() as u64);
    (out, found.lines.into_iter().map(|line| (line.line, line.what)).collect())
}

/// Asserts that `key` in `text` is found once and redacted completely, and that nothing else is changed.
fn assert_found(text: &str, key: &str, line: u64) {
    let (out, found) = redacted(text);
    assert_eq!(out, text.replace(key, &"*".repeat(key.len())), "{text}");
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    assert_eq!(found[0].0, line, "{text}");
}

fn assert_clean(text: &str) {
    assert_eq!(redacted(text), (text.to_owned(), Vec::new()));
}

#[test]
fn a_key_of_the_older_form_is_found_by_its_name() {
    let mut missed = Vec::new();
    for form in PLACES {
        let line = 1 + form[..form.find("@@").expect("a place")].matches('\n').count() as u64;
        for key in [OLDER, &OLDER.to_uppercase()] {
            let (out, found) = redacted(&form.replace("@@", key));
            let lines: Vec<u64> = found.iter().map(|(line, _)| *line).collect();
            if out != form.replace("@@", &"*".repeat(key.len())) || lines != [line] {
                missed.push((form, out, found));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_key_of_the_older_form_is_found_with_any_of_its_digits_escaped() {
    for place in [0, 15, 31] {
        let key = format!("{}\\u{:04x}{}", &OLDER[..place], OLDER.as_bytes()[place], &OLDER[place + 1..]);
        assert_found(&format!("[1]\n{{\"key1\": \"{key}\"}}"), &key, 2);
    }
}

#[test]
fn a_key_of_the_older_form_in_base_64_is_found_by_its_name() {
    for digits in [OLDER, &OLDER.to_uppercase(), "0123456789abcdef0123456789abcdeF"] {
        let key = BASE64.encode(digits.as_bytes());
        for place in [
            "apiVersion: v1\nkind: Secret\ndata:\n  AZURE_OPENAI_KEY: @@\n",
            r#"{"kind": "Secret", "data": {"api-key": "@@"}}"#,
            r#"{"x": "{\"key1\":\"@@\"}"}"#,
            "name,key1\na,@@\n",
            "openai_key=@@",
            "key1:\\n@@\\n",
        ] {
            assert_found(
                &place.replace("@@", &key),
                &key,
                1 + place.matches('\n').count() as u64 - u64::from(place.ends_with('\n')),
            );
        }
        let escaped = key.replace('=', "%3D");
        assert_found(&format!("x?a=b&subscription-key={escaped}&c"), &escaped, 1);
        for look_alike in
            ["etag: @@", r#"{"key1": "x", "id": "@@"}"#, "@@", "x\n@@", "key1: a@@", "key1: +@@"]
        {
            assert_clean(&look_alike.replace("@@", &key));
        }
    }
    assert_clean(&format!("key1: {}", BASE64.encode(b"x".repeat(32).as_slice())));
    assert_clean(&format!("key1: {}", BASE64.encode(&OLDER.as_bytes()[1..])));
}

#[test]
fn a_key_of_the_older_form_that_a_line_break_divides_is_found_by_its_name() {
    for (first, between, last) in [
        ("key1: ", "\n  ", "\n"),
        ("AZURE_OPENAI_KEY=", "\\\n", ""),
        ("x\r\napi-key: ", "=\r\n", "\r\ny"),
        ("key = \"", "\" +\r\n\t\"", "\";"),
        ("$key = \"", "\" `\n  + \"", "\""),
        ("key = ('", "'\n       '", "')"),
        ("> api key: ", "\n> ", "\n> bye"),
        ("<key1>", "\n", "</key1>"),
    ] {
        for length in [1, 8, 16, 31] {
            let (front, rest) = OLDER.split_at(length);
            let (out, found) = redacted(&format!("{first}{front}{between}{rest}{last}"));
            let [front, rest] = [front, rest].map(|part| "*".repeat(part.len()));
            assert_eq!(out, format!("{first}{front}{between}{rest}{last}"));
            assert_eq!(found.len(), 2, "{out}");
        }
    }
    let (front, rest) = OLDER.split_at(16);
    for text in [
        format!("etag: {front}\n  {rest}"),
        format!("key1: {front}\n{rest}0"),
        format!("key1: {front}\n{rest}: x"),
        format!("key1: {front}\nx {rest}"),
        format!("keys:\n- {front}\n- {rest}\n"),
        format!("key\n{front}\n{rest}\n{rest}\n"),
        format!("{{\"key\": [\n  \"{front}\",\n  \"{rest}\"\n]}}"),
        format!("key1: a{front}\n{}", &rest[1..]) + "x",
        format!("xkey1: 0{front}\n{rest}"),
    ] {
        assert_clean(&text);
    }
}

#[test]
fn a_divided_key_at_the_border_of_two_chunks_is_found_whole() {
    let (front, rest) = OLDER.split_at(12);
    let hidden = format!("key1: {}\n  {}", "*".repeat(12), "*".repeat(20));
    for length in CHUNK_BYTES - MAX_SECRET_BYTES - 60..CHUNK_BYTES - MAX_SECRET_BYTES + 10 {
        let padding = "x".repeat(length);
        let (out, found) =
            redacted(&format!("{padding}\nkey1: {front}\n  {rest}\n{}", "y".repeat(CHUNK_BYTES)));
        assert!(out.starts_with(&format!("{padding}\n{hidden}\n")), "{length}");
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3]);
    }
}

#[test]
fn other_secrets_are_found_by_the_words_in_front() {
    let secret = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kA==";
    for before in
        ["AccountName=x;AccountKey=", "Endpoint=sb://x/;SharedAccessKey=", "https://x?sv=1&sig=", "?sig="]
    {
        assert_found(&format!("{{\"x\": \"{before}{secret}\"}}"), secret, 1);
    }
    for (before, after) in [
        ("https://x?sv=1\\u0026sig=", ""),
        ("\\\"x;AccountKey=", "\\\""),
        ("\\u0022AccountKey=", "\\u0022"),
        ("AccountKey=", "\\n"),
        ("https%3A%2F%2Fx%3F&sig=", "%26x=1"),
        ("x?a=b&SIG=", ""),
        ("x?a=b&amp;sig=", "&amp;y"),
        ("x%3Fsv%3D1%26sig%3D", "%26x=1"),
        ("x;accountkey=", ";x"),
        ("x;ACCOUNTKEY=", ";x"),
        ("x;sharedaccesskey=", ";x"),
        ("x;SharedSecretIssuer=owner;SharedSecret=", ";x"),
        ("Endpoint=https://x;AccessKey=", ";x"),
        ("x;AccountKey = ", " ;x"),
        ("x;AccountKey=\\\"", "\\\";x"),
        ("x;AccountKey=\\u0027", "\\u0027;x"),
        ("x;AccountKey\\u003d", ";x"),
        ("x%3BAccountKey%3D", "%3Bx"),
    ] {
        assert_found(&format!("{{\"x\": \"{before}{secret}{after}\"}}"), secret, 1);
    }
    let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL2FwaSJ9.c2lnbmF0dXJlLW9mLW5vYm9keS1hdC1hbGw";
    assert_found(&format!("Authorization: Bearer {token}"), token, 1);
    assert_found(&format!("\"Authorization:\\n{token}\\n\""), token, 1);
    assert_clean(&format!("\"x{token}\""));
    assert_clean("AccountKey=; sig=; eyJhIjoxfQ.eyJhIjoxfQ.");
    assert_clean(&format!("partitionKey={0}; design={0}", &secret[..60]));
}

#[test]
fn other_hexadecimal_text_is_not_redacted() {
    let longer = format!("{OLDER}0");
    let texts = [
        format!(r#"{{"internalId": "{OLDER}"}}"#),
        format!(r#"{{"correlationId": "{OLDER}", "key1": null}}"#),
        format!(r#"{{"keyName": "key1", "etag": "{OLDER}"}}"#),
        format!(r#"{{"apiKeyId": "{OLDER}"}}"#),
        format!(r#"{{"monkey": "{OLDER}"}}"#),
        format!(r#"{{"key1": "{longer}"}}"#),
        format!(r#"{{"key1": "{OLDER}{OLDER}"}}"#),
        format!(r#"{{"key1": "{}"}}"#, &OLDER[1..]),
        format!(r#"{{"key1": "{OLDER}x"}}"#),
        format!(r#"{{"key1": "x", "id": "{OLDER}"}}"#),
        format!("/subscriptions/s/accounts/{OLDER}"),
        format!("{OLDER}  file.json"),
        format!("x\n{OLDER}"),
        format!("The Key of the matter, they say:\nis {OLDER}"),
        format!("The Key is\nthe {OLDER}"),
        format!(r#"{{"name": "openai-key", "etag": "{OLDER}"}}"#),
        format!(r#"{{"value": "{OLDER}", "x": {{"name": "openai-key"}}}}"#),
        format!(r#"[{{"value": "{OLDER}"}}, {{"name": "openai-key"}}]"#),
        format!(r#"{{"key1": null, "etags": ["{OLDER}"]}}"#),
        format!(r#"{{"key1": {{"hash": "{OLDER}"}}}}"#),
        format!(r#"{{"keys": [{{"kid": "{OLDER}", "value": null}}]}}"#),
        format!(r#"{{"claims": {{"uti": "{OLDER}"}}, "action": "regenerateKey"}}"#),
        format!("https://v.vault.azure.net/secrets/openai-key/{OLDER}"),
        format!(r#"{{"id": "https://v.vault.azure.net/secrets/openai-key/{OLDER}", "value": "x"}}"#),
        format!("2026-10-01,Regenerate Key,{OLDER}\n"),
        format!("Regenerate Key,{OLDER},Succeeded\n"),
        format!("key: x\nhash: {OLDER}"),
        format!("keys:\n  - x\nhashes:\n  - {OLDER}"),
        format!("openai-key:\n  value: x\nother:\n  value: {OLDER}"),
        format!("<add key=\"OpenAIKey\" value=\"x\"/><add key=\"Build\" value=\"{OLDER}\"/>"),
        format!("<name>key1</name><etag>{OLDER}</etag>"),
        format!("Name  Etag\n----  ----\nkey1  {OLDER}\n"),
        format!("Key1  Etag\n----  ----\nx     {OLDER}\n"),
        format!("git show {OLDER}"),
        format!("<p><b>Key 1:</b> x</p><p><b>Hash:</b> {OLDER}</p>"),
        format!("az x --name openai-key --body {OLDER}"),
        format!("{{\"name\": \"openai-key\", \"properties\": {{\"etag\": \"{OLDER}\"}}}}"),
        format!("[\"key1\", \"{OLDER}\", \"x\"]"),
        format!("\"key1\",\"{OLDER}\",\"x\"\n"),
        format!("--name openai-key --id {OLDER}"),
        format!("hash(\"{OLDER}\")"),
        format!("the api key has the id {OLDER}"),
        format!("name,key1\n{OLDER},x"),
        format!("name,key1,id\na,b,{OLDER}"),
    ];
    let look_alikes = LOOK_ALIKES.iter().map(|text| text.replace("@@", OLDER));
    let texts = texts.into_iter().chain(look_alikes);
    let touched: Vec<String> = texts.filter(|text| redacted(text).0 != *text).collect();
    assert!(touched.is_empty(), "{touched:#?}");
}

#[test]
fn a_key_of_the_newer_form_is_found_anywhere() {
    for (before, behind) in [
        ("", ""),
        ("\"", "\""),
        ("x", ""),
        ("https://h/?k=", "&x"),
        (r"\n", r"\n"),
        (r"\u0022", r"\u0022"),
        ("é", "é"),
    ] {
        assert_found(&format!("[1]\n{before}{NEWER}{behind}\n"), NEWER, 2);
    }
    let escaped = format!("{}\\u002b\\/", &NEWER[..NEWER.len() - 2]);
    assert_found(&format!("\"{escaped}\""), &escaped, 1);
    let padded = format!("{NEWER}0a==");
    assert_found(&format!("\"{padded}\""), &padded, 1);
    // The eight characters of a key that are not secret, alone and then with a few of the others.
    assert_clean(r#"{"key1": "JQQJ99CI"}"#);
    assert_clean(&NEWER[41..]);
    assert_found(&format!("[1]\n\"{}\"", &NEWER[1..]), &NEWER[1..], 2);
    let escaped = format!("{}\\u0055{}", &NEWER[..20], &NEWER[21..]);
    assert_found(&format!("\"{escaped}\""), &escaped, 1);
}

#[test]
fn a_key_at_the_border_of_two_chunks_is_found_whole() {
    for (front, key) in [("\"", NEWER), ("{\"key1\": \"", OLDER)] {
        for length in CHUNK_BYTES - 700..CHUNK_BYTES + 50 {
            let text = format!("{}\n{front}{key}\"{}", "x".repeat(length), "y".repeat(1000));
            assert_found(&text, key, 2);
        }
    }
}

#[test]
fn every_line_is_counted_and_the_first_are_listed() {
    let lines: String =
        (1..=5000).map(|_| format!("{{\"key1\": \"{OLDER}\", \"key2\": \"{OLDER}\"}}\n\n")).collect();
    let mut redacted = RedactedText::new(lines.as_bytes(), FoundLines::default());
    let mut out = String::new();
    redacted.read_to_string(&mut out).expect("text");
    assert!(!out.contains(&OLDER[..12]));
    let (_, found, _) = redacted.finish(InputId(3));
    assert_eq!((found.input, found.count, found.lines.len()), (InputId(3), 5000, MAX_LISTED_LINES));
    assert_eq!(found.lines[19].line, 39);
    assert_eq!(found.lines[19].what, "the value of key1 and the value of key2");
}

#[test]
fn text_that_is_not_read_is_searched() {
    let text = format!("{}\nkey1: {OLDER}", "x\n".repeat(CHUNK_BYTES));
    let mut redacted = RedactedText::new(text.as_bytes(), FoundLines::default());
    assert_eq!(redacted.read(&mut [0; 1]).expect("a byte"), 1);
    let (_, found, failure) = redacted.finish(InputId(0));
    assert_eq!(found.count, 1);
    assert!(failure.is_none());
}

/// A reader gets all bytes before the error, and then the error once.
#[test]
fn a_source_with_an_error_is_read_up_to_it() {
    struct Breaks;
    impl Read for Breaks {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::InvalidData.into())
        }
    }
    let text = format!("key1: {OLDER}");
    let mut out = Vec::new();
    let mut redacted = RedactedText::new(text.as_bytes().chain(Breaks), FoundLines::default());
    assert!(redacted.read_to_end(&mut out).is_err());
    assert_eq!(out, format!("key1: {}", "*".repeat(OLDER.len())).as_bytes());
    let (_, found, failure) = redacted.finish(InputId(0));
    assert!(found.count == 1 && failure.is_none(), "it was told to the reader");
    let (_, found, failure) =
        RedactedText::new(text.as_bytes().chain(Breaks), FoundLines::default()).finish(InputId(0));
    assert!(found.count == 1 && failure.is_some(), "nobody else was told");
}
