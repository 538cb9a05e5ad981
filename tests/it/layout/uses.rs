//! Which file uses what other files define, read from the syntax of the sources.
//!
//! A name counts for the file that defines it, even if a module in between re-exports it. Arguments of macros and tests
//! are not checked. An import counts as a use.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::Visit;
use syn::{Item, ItemImpl, ItemMod, ItemUse, Path, Type, UseTree, Visibility};

use super::Source;

/// The names of a module, from the crate's root on.
type ModulePath = Vec<String>;

/// What one file defines, imports and mentions.
#[derive(Default)]
struct Names {
    defined: BTreeSet<String>,
    /// By the name in this file.
    imported: BTreeMap<String, Vec<String>>,
    mentioned: BTreeSet<Vec<String>>,
    /// The types with an `impl` that is not of a trait.
    implemented: BTreeSet<Vec<String>>,
}

pub(super) struct Uses {
    /// The files whose definitions a file uses, by that file, each with one of the names.
    pub by_file: BTreeMap<String, BTreeMap<String, String>>,
    /// The types with an `impl` outside their own file, each with that file.
    pub impls_elsewhere: Vec<(String, String)>,
}

impl Uses {
    pub(super) fn of(sources: &[Source]) -> Uses {
        let files: BTreeMap<ModulePath, &str> =
            sources.iter().map(|source| (module_path(&source.path), source.path.as_str())).collect();
        let names: BTreeMap<ModulePath, Names> =
            sources.iter().map(|source| (module_path(&source.path), Names::of(source))).collect();
        let crate_names = CrateNames { files: &files, names: &names };
        let mut by_file = BTreeMap::new();
        let mut impls_elsewhere = Vec::new();
        for (module, of_file) in &names {
            let file = files[module];
            let mut uses = BTreeMap::new();
            for path in of_file.mentioned.iter().chain(of_file.imported.values()) {
                if let Some(used) = crate_names.defining(module, path).filter(|used| *used != file) {
                    uses.insert(used.to_owned(), path.join("::"));
                }
            }
            by_file.insert(file.to_owned(), uses);
            for path in &of_file.implemented {
                if crate_names.defining(module, path).is_some_and(|defining| defining != file) {
                    impls_elsewhere.push((path.join("::"), file.to_owned()));
                }
            }
        }
        Uses { by_file, impls_elsewhere }
    }

    /// Returns the links of circles: the uses of a file that uses the first file in turn, directly or through others.
    /// If a file uses the modules that contain it, that is not a link.
    pub(super) fn circles(&self) -> Vec<String> {
        let mut circles = Vec::new();
        for (file, uses) in &self.by_file {
            let on_circle = self.outward(file).filter(|used| self.reached_from(used).contains(file.as_str()));
            circles.extend(on_circle.map(|used| format!("{file} uses {used} ({})", uses[used])));
        }
        circles
    }

    /// The files that a file uses, without those of the modules around it.
    fn outward(&self, file: &str) -> impl Iterator<Item = &str> {
        let module = module_path(file);
        let used = self.by_file.get(file).into_iter().flat_map(BTreeMap::keys).map(String::as_str);
        used.filter(move |used| !module.starts_with(&module_path(used)))
    }

    fn reached_from<'a>(&'a self, file: &'a str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut next = vec![file];
        while let Some(file) = next.pop() {
            if reached.insert(file) {
                next.extend(self.outward(file));
            }
        }
        reached
    }
}

/// Returns the module of a file; empty for the root of the crate.
fn module_path(file: &str) -> ModulePath {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

struct CrateNames<'a> {
    files: &'a BTreeMap<ModulePath, &'a str>,
    names: &'a BTreeMap<ModulePath, Names>,
}

impl CrateNames<'_> {
    /// Returns the file that defines the item at `path` in a module.
    fn defining(&self, module: &ModulePath, path: &[String]) -> Option<&str> {
        let (mut module, mut rest) = match path.first()?.as_str() {
            "crate" | "rotaudit" => (Vec::new(), &path[1..]),
            "self" => (module.clone(), &path[1..]),
            "super" => {
                let ups = path.iter().take_while(|name| *name == "super").count();
                (module[..module.len().checked_sub(ups)?].to_vec(), &path[ups..])
            }
            _ => (module.clone(), path),
        };
        // Each iteration consumes a name or follows an import. The loop ends, because circular imports do not compile.
        loop {
            let names = self.names.get(&module)?;
            let Some((name, after)) = rest.split_first() else { return self.files.get(&module).copied() };
            let inside = [module.as_slice(), std::slice::from_ref(name)].concat();
            if self.names.contains_key(&inside) {
                (module, rest) = (inside, after);
            } else if names.defined.contains(name) {
                return self.files.get(&module).copied();
            } else {
                // An import that begins with its own name is of another crate.
                let imported = names.imported.get(name).filter(|imported| imported.first() != Some(name))?;
                return self.defining(&module, &[imported.as_slice(), after].concat());
            }
        }
    }
}

impl Names {
    fn of(source: &Source) -> Names {
        let file = syn::parse_file(&source.text).unwrap_or_else(|error| panic!("{}: {error}", source.path));
        let mut names = Names::default();
        for item in &file.items {
            names.defined.extend(name_of(item));
        }
        names.visit_file(&file);
        names
    }

    fn import(&mut self, tree: &UseTree, before: &[String]) {
        match tree {
            UseTree::Path(path) => {
                self.import(&path.tree, &[before, &[path.ident.to_string()]].concat());
            }
            UseTree::Name(name) if name.ident == "self" => {
                self.imported.extend(before.last().map(|name| (name.clone(), before.to_vec())));
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.imported.insert(name.clone(), [before, &[name]].concat());
            }
            UseTree::Rename(rename) => {
                let path = [before, &[rename.ident.to_string()]].concat();
                self.imported.insert(rename.rename.to_string(), path);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before)),
            UseTree::Glob(_) => {}
        }
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.import(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'a Path) {
        self.mentioned.insert(segments(path));
        syn::visit::visit_path(self, path);
    }

    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        if let (None, Type::Path(of)) = (&item.trait_, &*item.self_ty) {
            self.implemented.insert(segments(&of.path));
        }
        syn::visit::visit_item_impl(self, item);
    }

    /// The visibility of an item is not a use.
    fn visit_visibility(&mut self, _: &'a Visibility) {}

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if item.ident != "tests" {
            syn::visit::visit_item_mod(self, item);
        }
    }
}

fn segments(path: &Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    };
    Some(ident.to_string())
}
