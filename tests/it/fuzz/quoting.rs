//! For any arguments, a shell reads exactly these arguments in the command, and a screen shows all of it.

use rotaudit::model::is_hidden;
use rotaudit::remedy::{Shell, command};

use crate::support::shells::{read_bash, read_cmd, read_pwsh};

/// `0xFF`, which no UTF-8 text contains, separates the arguments.
pub(crate) fn hold(bytes: &[u8]) {
    let arguments: Vec<String> =
        bytes.split(|byte| *byte == 0xFF).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    for (shell, read) in [
        (Shell::Bash, read_bash as fn(&str) -> Result<Vec<String>, &'static str>),
        (Shell::Pwsh, read_pwsh),
        (Shell::Cmd, read_cmd),
    ] {
        if let Ok(line) = command(&arguments, shell) {
            assert_eq!(read(&line).as_ref(), Ok(&arguments), "{shell:?}: {line:?}");
            assert!(!line.contains(is_hidden), "{shell:?}: {line:?}");
        }
    }
}
