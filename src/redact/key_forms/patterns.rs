//! Patterns of the text before or around a key.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::pattern;

/// `"name": "AZURE_OPENAI_KEY"`, `keyName: key1`, `N="Key1"`, `--name openai-key`, or the address of a secret in a vault.
pub(super) static SIBLING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?xi-u) (?: ^ | [^a-z0-9] )
           (?: (?: (?: key | setting | secret | variable | env | parameter )? [_-]? name | key | id | n ) ["'`]* \s* [:=] \s* ["'`]*
             | -- (?: (?: secret | setting ) - )? name \s+ ["']? | -n (?: ame )? \s+ ["']? | -path \s+ ["']? env: )
           (?: & \S+ \s+ )? (?: [^"'\s<>]* / secrets / )? ( [a-z0-9_.:-]+ )"#,
    )
});

/// `setx AZURE_OPENAI_KEY "` and the like.
pub(super) static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?xi-u) \b (?: setx (?: \s+ /m )? | setenv | env | set \s+ -[a-z]+ | user-secrets \s+ set | secret \s+ set | env \s+ set ) \s+ ["']? ( [a-z0-9_.:-]+ ) ["']? \s+ (?: --body \s+ )? ["']? $"#,
    )
});

/// `--api-key "`, `-ApiKey `.
pub(super) static NAMED_OPTION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?xi-u) (?: ^ | \s ) --? ( [a-z][a-z0-9_-]* ) \s+ ["']? $"#));

/// `key = x.AZURE_OPENAI_KEY || "`, `$key = ConvertTo-SecureString "`.
pub(super) static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?xi-u) ( [a-z0-9_.-]+ ) \s* (?: = \s* (?: \( \s* )?
           (?: ConvertTo-SecureString (?: \s+ -String )? \s | \S*? ( [a-z0-9_-]+ ) [\])"']* \s* (?: \|\| | \?\? | \b or ) )
             | \|\| | \?\? ) \s* ["'`]? $"#,
    )
});

/// `Bearer `, or `Authorization: Basic ` with any scheme.
pub(super) static AUTHORIZATION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?xi-u) \b (?: bearer | authorization ["'`]* \s* [:=,] \s* ["'`\[(]* [a-z][a-z0-9_-]* ) \s+ ["'`]? $"#,
    )
});

/// `using key `, `API key [` or `key1 is `, as programs log it.
pub(super) static LOGGED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?xi-u) \b (?: (?: us (?: e[sd]? | ing ) | with ) \s+ key | (?: a[pi]i | access | subscription | openai | account ) [\ -] key | key \ ? [12] \s+ (?: is | was ) )
           \s+ ["'`\[(<]* $"#,
    )
});

/// `az … keys list` or `--query key1`, whose output is below it.
pub(super) static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?xi-u) \b keys \s+ list \b (?: .* --query [\s=]+ ["']? ( [a-z0-9_.-]+ ) )? | --query [\s=]+ ["']? ( [a-z0-9_.-]+ )"#,
    )
});

/// `apiKey: string =` or `key1: Optional[str] =`, as programs declare it.
pub(super) static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x-u) ( [A-Za-z0-9_.-]+ ) ["']? (?: \s* : \s* &? | \s+ (?: As \s+ )? ) (?: [A-Za-z]+ \[ )? (?: str | string | String ) \]?
           (?: \s* \| \s* None )? $"#,
    )
});

/// The names of elements in XML or HTML that only describe the form of their content.
pub(super) static NAMELESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?xi-u) ^ /? (?: value | string | s | td | th | dd | span | div | code | pre | p | b | li | strong | em | kbd | data | textarea ) $",
    )
});

/// A text and the tags after it.
pub(super) static TEXT_AND_TAGS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?x-u) ( [^<>]* ) ( (?: < [^<>]* > \s* )+ ) $"));

/// Keys, or the characters that replaced them, with the separators between them.
pub(super) static KEYS_IN_FRONT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x-u) (?: ["'`]* (?: [0-9A-Fa-f]{32} | \*{32} | x{32} | null ) ["'`]* \s* (?: [,;|\t] | -> ) \s* )+ $"#,
    )
});

/// The line below the names of columns.
pub(super) static RULE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m-u)^[\ |:+=-]*--[\ |:+=-]*\r?$"));

/// The cells between the name and the value of a setting in a table.
pub(super) static FLAGS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?xi-u) ^ (?: \s* (?: true | false | null | none | full | read | is | to | \. )? \s* [\t,;|\ ] )* \s* $",
    )
});

/// Where an item or a paragraph begins, and where the next one does.
pub(super) static ITEM_BEGIN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u)\n\s*\n|(?m:^)[\ \t]*-\s"));
pub(super) static ITEM_END: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u)\n\s*(?:\n|-\s)"));
