//! What a manifest declares, held against the files that it lists.

use crate::model::{
    Collected, CollectedKind, Declaration, Input, Interval, LogExport, Note, Scope, Severity,
};

/// The coverage that manifests declare: of each log that was exported to its end, the window that was asked for. A
/// manifest speaks for the bytes that it lists and for no others.
pub fn manifests(
    collected: &[Collected],
    inputs: &[Input],
    logs: &[LogExport],
) -> (Vec<Declaration>, Vec<Note>) {
    let mut declarations = Vec::new();
    let mut notes = Vec::new();
    for collected in collected {
        match judge(collected, inputs, logs) {
            Ok(declaration) => declarations.extend(declaration),
            Err(note) => notes.push(note.of(collected.place.input).at_line(collected.place.line)),
        }
    }
    (declarations, notes)
}

fn judge(collected: &Collected, inputs: &[Input], logs: &[LogExport]) -> Result<Option<Declaration>, Note> {
    let file = &collected.file;
    if let Err(why) = &collected.complete {
        let (severity, what) = match &collected.what {
            CollectedKind::Accounts { .. } => (Severity::Error, "a list of accounts".to_owned()),
            CollectedKind::ActivityLog { scope, .. } => {
                (Severity::Warning, format!("the activity log of {scope}"))
            }
            CollectedKind::KeyStamps => (Severity::Warning, "the stamp sheet".to_owned()),
        };
        let text = format!("{what} was not exported to its end: {why}");
        return Err(Note::new(severity, text).help("run the export script again where it failed"));
    }
    let Some(id) = collected.input else {
        let text = format!("the manifest lists {file}, which is not among the inputs");
        return Err(Note::new(Severity::Error, text).help("give the whole folder of the collection"));
    };
    let input = inputs.get(id.0);
    let sha256 = input.and_then(|input| input.sha256.as_ref());
    if input.is_some() && sha256.is_none() {
        let text =
            format!("the SHA-256 of {file} was not taken (--no-hash), so its manifest declares nothing");
        return Err(Note::new(Severity::Warning, text).help("leave --no-hash out"));
    }
    if sha256 != collected.sha256.as_ref() {
        let text = format!("{file} is not the file that the manifest lists: it has another SHA-256");
        return Err(Note::new(Severity::Error, text).help("give the files as they were collected"));
    }
    let CollectedKind::ActivityLog { scope, window, max_events } = &collected.what else { return Ok(None) };
    let log = logs.iter().find(|log| log.input == id);
    if log.is_some_and(|log| log.events >= *max_events) {
        let text =
            format!("{file} holds as many events as the export was limited to, so it may be cut short");
        return Err(Note::new(Severity::Warning, text).help("export it again with a higher --max-events"));
    }
    let is_empty = input.is_some_and(|input| input.format == "empty-list");
    let is_whole = is_empty || log.is_some_and(|log| !log.is_damaged && !log.has_next_page);
    if !is_whole {
        let text = format!("{file} could not be read whole, so its manifest declares nothing");
        return Err(Note::new(Severity::Warning, text));
    }
    // Nobody can export what had not happened yet.
    let interval = Interval::new(window.start, window.end.min(collected.taken_at));
    Ok(interval.map(|interval| Declaration { scope: Scope::Within(scope.clone()), interval }))
}
