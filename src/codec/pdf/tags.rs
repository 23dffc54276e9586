//! The logical tree of a paper, for readers that do not see it.

use std::num::NonZeroU16;

use krilla::tagging::{
    Identifier, ListNumbering, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A word across the page.
    Stamp,
    Paragraph,
    Heading {
        level: u8,
        title: String,
    },
    DashList,
    NumberList,
    Item,
    Label,
    Body,
    Table,
    Caption,
    Head,
    Rows,
    Foot,
    Row,
    HeadCell,
    Cell,
    Figure(String),
}

/// A node of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TagId(usize);

/// The tree while it grows: nodes in reading order, each with its parent.
#[derive(Debug, Default)]
pub(super) struct Tags(Vec<(Role, Option<TagId>)>);

/// The node of a word across the page stands first.
const STAMP: TagId = TagId(0);

impl Tags {
    /// A node under the root.
    pub(super) fn root(&mut self, role: Role) -> TagId {
        self.0.push((role, None));
        TagId(self.0.len() - 1)
    }

    /// A node under another.
    pub(super) fn under(&mut self, parent: TagId, role: Role) -> TagId {
        self.0.push((role, Some(parent)));
        TagId(self.0.len() - 1)
    }

    /// The node of a word across the page, made before all others.
    pub(super) fn stamp(&mut self) {
        self.root(Role::Stamp);
    }

    /// That node, where there is one.
    pub(super) fn stamped(&self) -> Option<TagId> {
        matches!(self.0.first(), Some((Role::Stamp, _))).then_some(STAMP)
    }

    /// The title of a heading.
    pub(super) fn heading(&self, TagId(index): TagId) -> Option<&str> {
        match self.0.get(index) {
            Some((Role::Heading { title, .. }, _)) => Some(title),
            _ => None,
        }
    }

    /// The tree with what was drawn for its nodes.
    pub(super) fn tree(&self, drawn: &[(TagId, Identifier)]) -> TagTree {
        let mut children: Vec<Vec<Node>> = self.0.iter().map(|_| Vec::new()).collect();
        for (TagId(index), identifier) in drawn {
            if let Some(leaves) = children.get_mut(*index) {
                leaves.push(Node::Leaf(*identifier));
            }
        }
        let mut roots = Vec::new();
        // Parents stand before their children, so from the last node on each has all of its own.
        for (index, (role, parent)) in self.0.iter().enumerate().rev() {
            let mut own = children.pop().unwrap_or_default();
            own.sort_by_key(|node| matches!(node, Node::Group(_)));
            let leaves = own.iter().filter(|node| matches!(node, Node::Leaf(_))).count();
            if let Some(groups) = own.get_mut(leaves..) {
                groups.reverse();
            }
            if own.is_empty() && !matches!(role, Role::Cell) {
                continue;
            }
            let group = TagGroup::with_children(role.kind(), own);
            debug_assert_eq!(children.len(), index);
            match parent.and_then(|TagId(parent)| children.get_mut(parent)) {
                Some(siblings) => siblings.push(Node::Group(group)),
                None => roots.push(group),
            }
        }
        let mut tree = TagTree::new();
        for group in roots.into_iter().rev() {
            tree.push(group);
        }
        tree
    }
}

impl Role {
    fn kind(&self) -> TagKind {
        match self {
            Self::Stamp | Self::Paragraph => Tag::P.into(),
            Self::Heading { level, title } => {
                let level = NonZeroU16::new(u16::from(*level)).unwrap_or(NonZeroU16::MIN);
                Tag::Hn(level, Some(title.clone())).into()
            }
            Self::DashList => Tag::L(ListNumbering::Disc).into(),
            Self::NumberList => Tag::L(ListNumbering::Decimal).into(),
            Self::Item => Tag::LI.into(),
            Self::Label => Tag::Lbl.into(),
            Self::Body => Tag::LBody.into(),
            Self::Table => Tag::Table.into(),
            Self::Caption => Tag::Caption.into(),
            Self::Head => Tag::THead.into(),
            Self::Rows => Tag::TBody.into(),
            Self::Foot => Tag::TFoot.into(),
            Self::Row => Tag::TR.into(),
            Self::HeadCell => Tag::TH(TableHeaderScope::Column).into(),
            Self::Cell => Tag::TD.into(),
            Self::Figure(alt) => Tag::Figure(Some(alt.clone())).into(),
        }
    }
}
