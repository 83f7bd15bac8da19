//! No file of the product needs, through others, itself; nor does any capability.
//!
//! Read from the `use` declarations and the paths in the source; a re-export leads to the file that it names and is no
//! need of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{Source, api, none};

type Path = Vec<String>;

/// The modules of `api/src`, each with its code.
struct Modules {
    code: BTreeMap<Path, String>,
    /// Of each module: the names that it re-exports, and what they stand for.
    exported: BTreeMap<Path, BTreeMap<String, Path>>,
}

impl Modules {
    fn read() -> Self {
        let mut modules = Self {
            code: api()
                .iter()
                .map(|source| (module_of(source), without_comments(&source.code)))
                .collect(),
            exported: BTreeMap::new(),
        };
        for (module, code) in &modules.code {
            let names = uses(code)
                .into_iter()
                .filter(|found| found.is_public)
                .flat_map(|found| found.paths)
                .filter_map(|path| Some((path.last()?.clone(), modules.absolute(module, &path)?)));
            modules.exported.insert(module.clone(), names.collect());
        }
        modules
    }

    /// The path from the crate's root; none if it leads to another crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        let below = |parent: &[String]| [parent, rest].concat();
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some(below(module)),
            "super" => {
                let parent = module.split_last().map_or(&[][..], |(_, parent)| parent);
                match rest.first() {
                    Some(next) if next == "super" => self.absolute(parent, rest),
                    _ => Some(below(parent)),
                }
            }
            _ => {
                let child = [module, std::slice::from_ref(first)].concat();
                self.code.contains_key(&child).then(|| [module, path].concat())
            }
        }
    }

    /// The module in which the thing with this path is defined.
    fn defines(&self, path: &[String]) -> Path {
        let mut path = path.to_vec();
        for _ in 0..5 {
            let depth = (0..=path.len())
                .rev()
                .find(|depth| self.code.contains_key(&path[..*depth]));
            let (module, rest) = path.split_at(depth.unwrap_or(0));
            let exported = rest
                .first()
                .and_then(|name| self.exported.get(module)?.get(name))
                .filter(|target| *target != &path);
            match exported {
                Some(target) => path = [target.as_slice(), &rest[1..]].concat(),
                None => return module.to_vec(),
            }
        }
        path
    }

    /// The modules that each module uses.
    fn graph(&self) -> BTreeMap<Path, BTreeSet<Path>> {
        let needs = |(module, code): (&Path, &String)| {
            let declared = uses(code).into_iter().filter(|found| !found.is_public);
            let declared = declared.flat_map(|found| found.paths);
            let paths = declared.chain(inline_paths(code));
            let mut needed: BTreeSet<Path> = paths
                .filter_map(|path| self.absolute(module, &path))
                .map(|path| self.defines(&path))
                .collect();
            needed.remove(module);
            (module.clone(), needed)
        };
        self.code.iter().map(needs).collect()
    }
}

fn module_of(source: &Source) -> Path {
    let below = source.path.trim_start_matches("api/src/").trim_end_matches(".rs");
    let mut path: Path = below.split('/').map(str::to_owned).collect();
    if matches!(source.name(), "mod.rs" | "lib.rs") {
        path.pop();
    }
    path
}

fn without_comments(code: &str) -> String {
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// A `use` declaration.
struct Use {
    is_public: bool,
    paths: Vec<Path>,
}

fn uses(code: &str) -> Vec<Use> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let before = rest[..at].rsplit('\n').next().unwrap_or_default().trim();
        let declared = &rest[at + 4..];
        let end = declared.find(';').unwrap_or(declared.len());
        if before.is_empty() || before.starts_with("pub") {
            let mut paths = Vec::new();
            expand(&[], &declared[..end], &mut paths);
            found.push(Use {
                is_public: before.starts_with("pub"),
                paths,
            });
        }
        rest = &declared[end..];
    }
    found
}

/// The paths of a `use` tree.
fn expand(prefix: &[String], tree: &str, into: &mut Vec<Path>) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once('{') {
        let prefix = [prefix, &segments(head)].concat();
        let group = group.trim_end().strip_suffix('}').unwrap_or(group);
        let mut depth = 0;
        let parts = group.split(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        });
        for part in parts.filter(|part| !part.trim().is_empty()) {
            expand(&prefix, part, into);
        }
    } else {
        let name = tree.split(" as ").next().unwrap_or_default();
        let mut path = [prefix, &segments(name)].concat();
        if path.len() > 1 && path.last().is_some_and(|last| last == "self" || last == "*") {
            path.pop();
        }
        into.push(path);
    }
}

fn segments(text: &str) -> Path {
    let parts = text.split("::").map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Paths such as `crate::orders::submit::submit` in the middle of the code.
fn inline_paths(code: &str) -> Vec<Path> {
    let is_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let path: String = code[at..].chars().take_while(|c| is_of_path(*c)).collect();
            if !code[..at].ends_with(is_of_path) {
                found.push(segments(&path));
            }
        }
    }
    found
}

/// Sets of nodes that need each other, as Tarjan finds them.
struct Search<'a> {
    graph: &'a BTreeMap<Path, BTreeSet<Path>>,
    order: BTreeMap<&'a Path, usize>,
    lowest: BTreeMap<&'a Path, usize>,
    open: Vec<&'a Path>,
    cycles: Vec<Vec<String>>,
}

impl<'a> Search<'a> {
    fn visit(&mut self, node: &'a Path) -> usize {
        let number = self.order.len();
        self.order.insert(node, number);
        self.open.push(node);
        let mut lowest = number;
        for next in self.graph.get(node).into_iter().flatten() {
            if !self.order.contains_key(next) {
                lowest = lowest.min(self.visit(next));
            } else if self.open.contains(&next) {
                lowest = lowest.min(self.lowest.get(next).copied().unwrap_or(self.order[next]));
            }
        }
        self.lowest.insert(node, lowest);
        if lowest == number {
            let at = self.open.iter().position(|open| *open == node).unwrap();
            let cycle = self.open.split_off(at);
            if cycle.len() > 1 {
                self.cycles
                    .push(cycle.iter().map(|path| path.join("::")).collect());
            }
        }
        lowest
    }
}

fn cycles(graph: &BTreeMap<Path, BTreeSet<Path>>) -> Vec<String> {
    let mut search = Search {
        graph,
        order: BTreeMap::new(),
        lowest: BTreeMap::new(),
        open: Vec::new(),
        cycles: Vec::new(),
    };
    for node in graph.keys() {
        if !search.order.contains_key(node) {
            search.visit(node);
        }
    }
    search.cycles.iter().map(|cycle| cycle.join(", ")).collect()
}

#[test]
fn no_file_needs_itself_through_others() {
    none(&cycles(&Modules::read().graph()), "these files need each other");
}

#[test]
fn no_capability_needs_itself_through_others() {
    let mut capabilities: BTreeMap<Path, BTreeSet<Path>> = BTreeMap::new();
    for (module, needed) in Modules::read().graph() {
        let Some(own) = module.first() else { continue };
        let others = needed.iter().filter_map(|path| path.first());
        let others = others
            .filter(|other| *other != own)
            .map(|other| vec![other.clone()]);
        capabilities.entry(vec![own.clone()]).or_default().extend(others);
    }
    none(&cycles(&capabilities), "these capabilities need each other");
}

#[test]
fn the_search_for_cycles_finds_them() {
    let path = |name: &str| vec![name.to_owned()];
    let graph: BTreeMap<Path, BTreeSet<Path>> = [("a", "b"), ("b", "c"), ("c", "b"), ("d", "a")]
        .into_iter()
        .map(|(from, to)| (path(from), BTreeSet::from([path(to)])))
        .collect();
    assert_eq!(cycles(&graph), ["b, c"]);
    let mut paths = Vec::new();
    expand(&[], "crate::a::{self, b::{C, d as e}, f}", &mut paths);
    let paths: Vec<_> = paths.iter().map(|path| path.join("::")).collect();
    assert_eq!(
        paths,
        ["crate::a", "crate::a::b::C", "crate::a::b::d", "crate::a::f"]
    );
}
