//! The table of forms agrees with itself, and with its page.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::*;

const BEGIN: &str =
    "<!-- The tables are made from src/read/formats/forms.rs: UPDATE_EXPECT=1 cargo test --lib forms -->\n";

fn tables() -> String {
    let mut read = "| form | recognized by | made by |\n|---|---|---|\n".to_owned();
    let mut refused = "| form | recognized by | made by | do this instead |\n|---|---|---|---|\n".to_owned();
    for form in FORMS.iter().chain(&REFUSED).chain(&OTHERS).chain(&BINARY) {
        let Form { name, shown_by, made_by, .. } = form;
        match form.usage {
            Usage::Read(_) => read += &format!("| `{name}` | {shown_by} | {made_by} |\n"),
            Usage::Refuse(Refusal { help, .. }) | Usage::Aside(Refusal { help, .. }) => {
                let help = help.replace('|', "\\|");
                refused += &format!("| `{name}` | {shown_by} | {made_by} | {help} |\n");
            }
        }
    }
    format!("## Read\n\n{read}\n## Refused\n\n{refused}")
}

#[test]
fn the_page_has_every_form() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/inputs.md");
    let page = fs::read_to_string(&path).expect("the page");
    let (text, _) = page.split_once(BEGIN).expect("where the tables begin");
    let expected = format!("{text}{BEGIN}\n{}", tables());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, expected).expect("the page is written");
    } else {
        assert!(page == expected, "docs/inputs.md is not up to date; run it with UPDATE_EXPECT=1");
    }
}

#[test]
fn forms_of_one_name_agree_and_every_form_is_described() {
    let mut known: BTreeMap<&str, &Form> = BTreeMap::new();
    for form in FORMS.iter().chain(&REFUSED).chain(&OTHERS).chain(&BINARY) {
        assert!(!form.shown_by.is_empty() && !form.made_by.is_empty(), "{}", form.name);
        let first = known.entry(form.name).or_insert(form);
        assert_eq!((first.source, first.limits), (form.source, form.limits), "{}", form.name);
    }
}

#[test]
fn each_signature_shows_its_own_form_and_no_text_shows_one() {
    for form in &BINARY {
        let Sign::Bytes(signatures) = form.sign else { panic!("{} has no signature", form.name) };
        for signature in signatures {
            let found = of_bytes(&signature.example()).map(|found| found.name);
            assert_eq!(found, Some(form.name), "{signature:?}");
        }
    }
    for text in ["[]", "{\"value\": []}", "id,kind\n", "x", "", "\u{feff}[]", "[\0{\0"] {
        assert!(of_bytes(text.as_bytes()).is_none(), "{text:?}");
    }
}
