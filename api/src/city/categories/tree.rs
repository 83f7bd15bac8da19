//! Two levels of categories, in the order of the city's list.

use std::collections::HashMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    pub code: String,
    /// None on the first level.
    pub parent: Option<String>,
    pub name: String,
    pub keywords: Vec<String>,
    pub urgency: String,
}

#[derive(Clone, Debug, Default)]
pub struct Tree {
    categories: Vec<Category>,
    by_text: HashMap<String, usize>,
}

impl Tree {
    /// The faults name the code they are about.
    pub fn build(categories: Vec<Category>) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let mut by_text = HashMap::new();
        for (index, category) in categories.iter().enumerate() {
            if by_text.insert(category.code.clone(), index).is_some() {
                faults.push(format!("the code {} stands twice", category.code));
            }
        }
        for (index, category) in categories.iter().enumerate() {
            let parent = category
                .parent
                .as_ref()
                .map(|parent| by_text.get(parent).and_then(|at| categories.get(*at)));
            match parent {
                Some(None) => faults.push(format!("{}: its parent is not in the list", category.code)),
                Some(Some(parent)) if parent.parent.is_some() => {
                    faults.push(format!("{}: there are two levels, not three", category.code));
                }
                _ => {}
            }
            // A name can replace a code if it is unique.
            by_text.entry(category.name.clone()).or_insert(index);
        }
        if faults.is_empty() {
            Ok(Self { categories, by_text })
        } else {
            Err(faults)
        }
    }

    #[must_use]
    pub fn all(&self) -> &[Category] {
        &self.categories
    }

    /// By code or by name.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Category> {
        self.categories.get(*self.by_text.get(text.trim())?)
    }

    #[must_use]
    pub fn name_of(&self, code: &str) -> &str {
        self.find(code).map_or("", |category| category.name.as_str())
    }

    /// The first level.
    pub fn groups(&self) -> impl Iterator<Item = &Category> {
        self.categories
            .iter()
            .filter(|category| category.parent.is_none())
    }

    /// The second level below a first-level code.
    pub fn children(&self, parent: &str) -> impl Iterator<Item = &Category> {
        self.leaves()
            .filter(move |category| category.parent.as_deref() == Some(parent))
    }

    /// The categories an order can have: the second level.
    pub fn leaves(&self) -> impl Iterator<Item = &Category> {
        self.categories
            .iter()
            .filter(|category| category.parent.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(code: &str, parent: Option<&str>, name: &str) -> Category {
        let parent = parent.map(str::to_owned);
        Category {
            code: code.into(),
            parent,
            name: name.into(),
            keywords: vec![],
            urgency: "普通".into(),
        }
    }

    #[test]
    fn a_category_is_found_by_code_and_by_name() {
        let tree = Tree::build(vec![
            category("01", None, "市容环境"),
            category("0101", Some("01"), "占道经营"),
        ])
        .unwrap();
        assert_eq!(tree.find("0101"), tree.find(" 占道经营 "));
        assert_eq!(tree.leaves().count(), 1);
        assert!(tree.find("9999").is_none());
    }

    #[test]
    fn a_tree_with_holes_is_refused() {
        assert!(Tree::build(vec![category("0101", Some("01"), "占道经营")]).is_err());
        assert!(Tree::build(vec![category("01", None, "a"), category("01", None, "b")]).is_err());
    }
}
