//! An example to begin with.

use std::fs;
use std::path::Path;

use include_dir::{Dir, include_dir};

use crate::audit::to_standard_output;
use crate::model::printable;

use super::AuthoringError;

static EXAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/authoring/example");

const NEXT: &str = "\
Next, in this order:
  rotaudit policy check DIR             finds mistakes
  rotaudit policy test DIR --coverage   runs the tests
  rotaudit audit --policy DIR --params DIR/params.yaml EXPORTS
";

/// Writes the example into `folder`, and overwrites nothing.
pub fn init(folder: &Path) -> Result<(), AuthoringError> {
    let unwritable = |path: &Path| {
        let path = printable(&path.to_string_lossy());
        move |source| AuthoringError::Unwritable { path, source }
    };
    let files: Vec<_> = EXAMPLE.files().map(|file| (folder.join(file.path()), file.contents())).collect();
    if let Some((path, _)) = files.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        return Err(AuthoringError::InTheWay { path: printable(&path.to_string_lossy()) });
    }
    fs::create_dir_all(folder).map_err(unwritable(folder))?;
    let mut text = String::new();
    for (path, contents) in files {
        fs::write(&path, contents).map_err(unwritable(&path))?;
        text += &format!("wrote {}\n", printable(&path.to_string_lossy()));
    }
    let folder = printable(&folder.to_string_lossy());
    Ok(to_standard_output(&(text + &NEXT.replace("DIR", &folder)))?)
}
