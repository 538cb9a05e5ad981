use super::*;

#[test]
fn a_misspelt_name_has_a_neighbour_at_any_depth() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("exports/2026")).expect("folders");
    fs::write(folder.path().join("exports/2026/accounts.json"), "").expect("a file");
    let advised = |path: &str| advice(&folder.path().join(path)).unwrap_or_default();
    for path in ["exprots/2026/accounts.json", "exports/2026/acounts.json", "exports/2026/accounts"] {
        let meant = folder.path().join("exports/2026/accounts.json");
        assert_eq!(advised(path), format!("did you mean `{}`?", meant.display()), "{path}");
    }
    assert_eq!(
        advised("exprots/2025"),
        format!("did you mean `{}`?", folder.path().join("exports").display())
    );
    assert_eq!(advised("quarter"), "");
}

#[test]
fn text_that_the_shell_left_as_it_is_is_named() {
    for (path, what) in
        [("exports/*.json", "`*`"), ("a?.json", "`?`"), ("~/exports", "`~`"), ("$HOME/x", "`$`")]
    {
        let advice = advice(Path::new(path)).expect("advice");
        assert!(advice.starts_with(&format!("the shell did not expand {what}")), "{advice}");
    }
}
