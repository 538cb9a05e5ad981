//! What controls there are, and what each is about.

use crate::audit::to_standard_output;
use crate::model::Control;
use crate::policy::Selection;

use super::AuthoringError;

/// Prints a line for each control.
pub fn list(selection: &Selection) -> Result<(), AuthoringError> {
    let pack = selection.load()?;
    let head = ["ID", "LEVEL", "DEFAULT", "SOURCE", "TITLE"];
    let row = |control: &'_ Control| -> [String; 5] {
        [
            control.id.clone(),
            control.level.as_str().to_owned(),
            if control.is_default { "on" } else { "off" }.to_owned(),
            control.source.clone(),
            control.title.clone(),
        ]
    };
    let rows: Vec<[String; 5]> =
        std::iter::once(head.map(str::to_owned)).chain(pack.controls.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2), width(3)];
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}  "));
        cells.collect::<String>() + &row[4] + "\n"
    };
    Ok(to_standard_output(&rows.iter().map(line).collect::<String>())?)
}

/// Prints the page about a control.
pub fn show(id: &str, selection: &Selection) -> Result<(), AuthoringError> {
    let pack = selection.load()?;
    let control = pack.control(id)?;
    Ok(to_standard_output(&page(control))?)
}

fn page(control: &Control) -> String {
    format!("# {}: {}\n\n{}.\n", control.id, control.name, control.title)
}
