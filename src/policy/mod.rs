//! Loads Rego packs: the built-in one and the user's. A control is a file whose metadata block has an id; no other list
//! names it.

mod files;
mod frameworks;
mod metadata;
mod metadata_form;
mod params;
mod schemas;
mod unique_json;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, File, include_dir};
use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use crate::model::{BUILTIN_SOURCE, Control, Module, Pack, near, printable, printable_source, sha256};
pub use files::{files, opened, sources};
use metadata::Header;
pub use params::{LONGEST_MAX_AGE_DAYS, Params, ParamsError};

static BUILTIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies");

#[derive(Debug, Error, Diagnostic)]
pub enum PolicyError {
    #[error("{path}: the policy cannot be read: {what}")]
    #[diagnostic(code(rotaudit::policy_unreadable))]
    Unreadable { path: String, what: String },
    #[error("{path}: it contains no policy")]
    #[diagnostic(code(rotaudit::no_policy), help("policies are files with the extension .rego"))]
    NoPolicies { path: String },
    #[error("a policy has invalid metadata")]
    #[diagnostic(
        code(rotaudit::policy_metadata),
        help(
            "a control needs a # METADATA block directly above its package, with title, description, and under custom: \
             id, name and level"
        )
    )]
    Metadata {
        what: String,
        #[source_code]
        source_code: NamedSource<String>,
        #[label("{what}")]
        at: SourceSpan,
    },
    #[error("several policies have invalid metadata")]
    #[diagnostic(code(rotaudit::policy_metadata))]
    SeveralMetadata(#[related] Vec<PolicyError>),
    #[error("{what}")]
    #[diagnostic(code(rotaudit::control_defined_twice), help("{help}"))]
    DefinedTwice {
        what: String,
        help: String,
        #[source_code]
        source_code: Arc<NamedSource<String>>,
        #[label("the id is in use")]
        at: SourceSpan,
    },
    #[error("the control {id} is in a file of tests, so no audit would evaluate it")]
    #[diagnostic(
        code(rotaudit::control_in_tests),
        help("give the file a name that does not end in `_test.rego`, or remove the id from its metadata")
    )]
    ControlInTests {
        id: String,
        #[source_code]
        source_code: NamedSource<String>,
        #[label("the control")]
        at: SourceSpan,
    },
    #[error("{path}: it replaces {id}, but no built-in control has this id")]
    #[diagnostic(code(rotaudit::nothing_to_replace), help("{help}"))]
    NothingToReplace { id: String, path: String, help: String },
    #[error("{second}: its package {package} is also the package of {first}, whose rules it would change")]
    #[diagnostic(code(rotaudit::package_defined_twice), help("give the package another name"))]
    PackageTaken { package: String, first: String, second: String },
    #[error("{path}: its package {package} begins with `rotaudit`, like those of the built-in policies")]
    #[diagnostic(
        code(rotaudit::package_reserved),
        help("give the package another name, like `acme.owner_tag`")
    )]
    PackageReserved { package: String, path: String },
    #[error("the frameworks of the built-in controls cannot be read: {what}")]
    #[diagnostic(code(rotaudit::frameworks))]
    Frameworks { what: String },
    #[error("none of the given policies is a control")]
    #[diagnostic(
        code(rotaudit::no_control),
        help(
            "a control has a # METADATA block with an id directly above its package; `rotaudit policy init DIR` writes \
             an example"
        )
    )]
    NoControl,
    #[error("no control has the id {id}")]
    #[diagnostic(code(rotaudit::no_such_control), help("{help}"))]
    NoSuchControl { id: String, help: String },
}

/// The policies to load.
#[derive(Clone, Debug, Default)]
pub struct PolicySelection {
    /// The user's own, files or folders.
    pub paths: Vec<PathBuf>,
    pub no_builtin: bool,
    /// Whether the tests next to them are loaded, too.
    pub with_tests: bool,
}

impl PolicySelection {
    pub fn load(&self) -> Result<Pack, PolicyError> {
        let own = files::read(&self.paths, self.with_tests)?;
        refuse_controls_in_tests(&self.paths)?;
        pack(own, self.no_builtin)
    }

    /// Returns the user's own modules, even if their metadata is invalid.
    pub fn own_modules(&self) -> Result<Vec<Module>, PolicyError> {
        files::read(&self.paths, self.with_tests)
    }
}

/// Fails on a control in a file of tests, which no audit would evaluate.
fn refuse_controls_in_tests(paths: &[PathBuf]) -> Result<(), PolicyError> {
    for module in files::tests_in_folders(paths) {
        let Ok(header) = Header::of(&module.text) else { continue };
        if let Some(control) = header.control {
            return Err(PolicyError::ControlInTests {
                id: printable(&control.id),
                at: line_span(&module.text, header.id_line),
                source_code: NamedSource::new(module.path, printable_source(&module.text)),
            });
        }
    }
    Ok(())
}

/// Combines the user's modules with the built-in ones.
fn pack(own: Vec<Module>, no_builtin: bool) -> Result<Pack, PolicyError> {
    let own = with_headers(own)?;
    let mut replaced: BTreeMap<&str, &str> = BTreeMap::new();
    for (module, header) in &own {
        if let Some(id) = header.control.as_ref().and_then(|control| control.replaces.as_deref()) {
            replaced.insert(id, &module.path);
        }
    }
    let mut modules: Vec<(Module, Header)> = Vec::new();
    let mut builtin_ids = Vec::new();
    let mut builtin_packages = BTreeSet::new();
    for module in builtin() {
        let (module, header) = with_header(module)?;
        builtin_packages.insert(header.package.clone());
        let id = header.control.as_ref().map(|control| control.id.as_str());
        builtin_ids.extend(id.map(str::to_owned));
        let is_replaced = id.is_some_and(|id| replaced.remove(id).is_some());
        // A user who replaces all policies may also bring a changed copy of the modules that these share.
        let is_outdone = no_builtin && own.iter().any(|(_, own)| own.package == header.package);
        if !(is_replaced || is_outdone || (no_builtin && id.is_some())) {
            modules.push((module, header));
        }
    }
    if let Some((id, path)) = replaced.into_iter().next() {
        let known: Vec<&str> = builtin_ids.iter().map(String::as_str).collect();
        let help = did_you_mean(id, &known, "built-in controls");
        return Err(PolicyError::NothingToReplace { id: printable(id), path: path.to_owned(), help });
    }
    // Without the built-in policies, no control would be evaluated.
    if (no_builtin || !own.is_empty()) && own.iter().all(|(_, header)| header.control.is_none()) {
        return Err(PolicyError::NoControl);
    }
    for (module, header) in own {
        refuse_shared_package(&modules, &module, &header)?;
        // A changed copy of a built-in control keeps the package of the control, and so do the tests of the copy.
        let may_be_copy =
            builtin_packages.contains(&header.package) || files::is_test(Path::new(&module.path));
        if is_reserved(&header.package) && !no_builtin && !may_be_copy {
            return Err(PolicyError::PackageReserved { package: header.package, path: module.path });
        }
        modules.push((module, header));
    }
    with_controls(modules)
}

/// Fails if a module would add rules to a built-in package or to the package of another control, and so change its
/// answers.
fn refuse_shared_package(
    known: &[(Module, Header)],
    module: &Module,
    header: &Header,
) -> Result<(), PolicyError> {
    let is_clash = |(other, theirs): &&(Module, Header)| {
        let both_controls = theirs.control.is_some() && header.control.is_some();
        (other.is_builtin || both_controls) && theirs.package == header.package
            || other.is_builtin && is_inside(&theirs.package, &header.package)
            || other.is_builtin && is_inside(&header.package, &theirs.package)
    };
    match known.iter().find(is_clash) {
        Some((other, _)) => Err(PolicyError::PackageTaken {
            package: header.package.clone(),
            first: other.path.clone(),
            second: module.path.clone(),
        }),
        None => Ok(()),
    }
}

/// Whether a later version of the program may have a package of this name.
fn is_reserved(package: &str) -> bool {
    package == "rotaudit" || is_inside(package, "rotaudit")
}

fn is_inside(package: &str, outer: &str) -> bool {
    package.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}

/// The modules as they are, and the controls among them.
pub fn load(modules: Vec<Module>) -> Result<Pack, PolicyError> {
    with_controls(with_headers(modules)?)
}

fn with_controls(modules: Vec<(Module, Header)>) -> Result<Pack, PolicyError> {
    refuse_same_ids(&modules)?;
    let mut controls: Vec<Control> = Vec::new();
    let mut plain = Vec::new();
    for (module, header) in modules {
        if let Some(control) = header.control {
            let source = if module.is_builtin { BUILTIN_SOURCE } else { &module.label };
            let sha256 = sha256(module.text.as_bytes());
            controls.push(Control { source: source.to_owned(), sha256, ..control });
        }
        plain.push(Module { input: header.input, ..module });
    }
    controls.sort_by(|one, other| one.id.cmp(&other.id));
    let frameworks = frameworks::map(&mut controls).map_err(|what| PolicyError::Frameworks { what })?;
    Ok(Pack { modules: plain, controls, frameworks })
}

/// `--control` and waivers compare ids without case.
fn refuse_same_ids(modules: &[(Module, Header)]) -> Result<(), PolicyError> {
    let mut known: BTreeMap<String, (&str, String, bool)> = BTreeMap::new();
    for (module, header) in modules {
        let Some(Control { id, .. }) = &header.control else { continue };
        let place = format!("{}:{}", module.path, header.id_line);
        let this = (id.as_str(), place.clone(), module.is_builtin);
        let Some((first, first_place, is_builtin)) = known.insert(id.to_ascii_lowercase(), this) else {
            continue;
        };
        let what = if first == id {
            format!("the control {id} is defined twice, in {first_place} and in {place}")
        } else {
            format!("the ids {first} and {id} differ only in case, in {first_place} and in {place}")
        };
        return Err(PolicyError::DefinedTwice {
            what,
            help: if is_builtin {
                format!(
                    "give yours another id; to replace the built-in control with it, write `replaces: {first}` in its \
                     metadata, under custom"
                )
            } else {
                "give one of them another id".to_owned()
            },
            at: line_span(&module.text, header.id_line),
            source_code: Arc::new(NamedSource::new(&module.path, printable_source(&module.text))),
        });
    }
    Ok(())
}

/// Returns the pack with only the controls of these ids, in any case; without ids, with those that are on by default.
pub fn select(mut pack: Pack, ids: &[String]) -> Result<Pack, PolicyError> {
    for id in ids {
        control(&pack, id)?;
    }
    if ids.is_empty() {
        pack.controls.retain(|control| control.is_default);
    } else {
        pack.controls.retain(|control| ids.iter().any(|id| control.id.eq_ignore_ascii_case(id)));
        for control in &mut pack.controls {
            control.is_indicator = false;
        }
    }
    Ok(pack)
}

/// The text of the example facts of a control.
pub fn example_of<'p>(pack: &'p Pack, control: &Control) -> Option<&'p str> {
    pack.module_of(control)?.example.as_deref()
}

/// The control of this id, in any case.
pub fn control<'p>(pack: &'p Pack, id: &str) -> Result<&'p Control, PolicyError> {
    pack.controls.iter().find(|control| control.id.eq_ignore_ascii_case(id)).ok_or_else(|| {
        let known: Vec<&str> = pack.controls.iter().map(|control| control.id.as_str()).collect();
        PolicyError::NoSuchControl { id: printable(id), help: did_you_mean(id, &known, "controls") }
    })
}

/// The probable meaning of an unknown id, and the ids of all `controls`.
fn did_you_mean(id: &str, known: &[&str], controls: &str) -> String {
    let ids = known.join(", ");
    match near(id, known) {
        Some(meant) => format!("did you mean {meant}? The {controls} are {ids}"),
        None => format!("the {controls} are {ids}"),
    }
}

/// Fails with the errors of all modules.
fn with_headers(modules: Vec<Module>) -> Result<Vec<(Module, Header)>, PolicyError> {
    let mut valid = Vec::new();
    let mut errors = Vec::new();
    for module in modules {
        match with_header(module) {
            Ok(module) => valid.push(module),
            Err(error) => errors.push(error),
        }
    }
    match errors.pop() {
        None => Ok(valid),
        Some(only) if errors.is_empty() => Err(only),
        last => Err(PolicyError::SeveralMetadata(errors.into_iter().chain(last).collect())),
    }
}

pub fn has_valid_metadata(module: &Module) -> bool {
    Header::of(&module.text).is_ok()
}

fn with_header(module: Module) -> Result<(Module, Header), PolicyError> {
    match Header::of(&module.text) {
        Ok(header) => Ok((module, header)),
        Err(fault) => Err(PolicyError::Metadata {
            what: fault.what,
            at: line_span(&module.text, fault.line),
            source_code: NamedSource::new(module.path, printable_source(&module.text)),
        }),
    }
}

fn line_span(text: &str, line: usize) -> SourceSpan {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let length = text[start..].lines().next().map_or(0, str::len);
    (start, length).into()
}

/// The modules that are part of the program.
fn builtin() -> Vec<Module> {
    let mut files = Vec::new();
    collect(&BUILTIN, &mut files);
    let is_policy = |path: &Path| files::is_rego(path) && !files::is_test(path);
    let text = |path: &Path| BUILTIN.get_file(path).and_then(File::contents_utf8).map(str::to_owned);
    let module = |path: &Path| {
        let label = path.to_string_lossy().replace('\\', "/");
        Module {
            path: format!("policies/{label}"),
            label,
            text: text(path).unwrap_or_default(),
            example: text(&files::example_beside(path)),
            input: None,
            is_builtin: true,
        }
    };
    files.into_iter().filter(|path| is_policy(path)).map(module).collect()
}

fn collect(folder: &Dir<'static>, files: &mut Vec<&'static Path>) {
    files.extend(folder.files().map(File::path));
    for inner in folder.dirs() {
        collect(inner, files);
    }
}
