//! Strips on pages.

use super::{
    flow::{Item, Strip},
    mm,
};
use crate::domain::document::Sheet;

/// What stands on a page; places count from its top left corner.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) items: Vec<Item>,
}

/// Puts strips on as many pages as they need, at least one.
pub(super) fn paginate(strips: &[Strip], sheet: &Sheet) -> Vec<Page> {
    let [top, _, bottom, _] = sheet.margins;
    let (_, height) = sheet.paper.size();
    let mut press = Press {
        top: mm(top),
        room: mm(height) - mm(top) - mm(bottom),
        used: 0,
        pages: vec![Page::default()],
    };
    let mut rest = strips;
    while let Some((first, after)) = rest.split_first() {
        if first.ends_page {
            if !after.is_empty() {
                press.turn();
            }
            rest = after;
            continue;
        }
        let kept = rest.iter().take_while(|strip| strip.keep && !strip.ends_page).count() + 1;
        let (group, after) = rest.split_at(kept.min(rest.len()));
        let whole: i64 = group.iter().map(|strip| strip.above + strip.height).sum();
        if press.used > 0 && !press.fits(whole) {
            press.turn();
        }
        for strip in group {
            press.place(strip);
        }
        rest = after;
    }
    press.pages
}

struct Press {
    top: i64,
    room: i64,
    used: i64,
    pages: Vec<Page>,
}

impl Press {
    fn fits(&self, height: i64) -> bool {
        self.used + height <= self.room
    }

    fn turn(&mut self) {
        self.pages.push(Page::default());
        self.used = 0;
    }

    fn place(&mut self, strip: &Strip) {
        if self.used > 0 && !self.fits(strip.above + strip.height) {
            self.turn();
        }
        if self.used == 0 {
            if let Some(head) = &strip.head {
                // Drawn again for the eye; a reader of the tags has it once.
                let again = head.items.iter().cloned().map(|item| Item { tag: None, ..item });
                self.put(again.collect(), head.height);
            }
        } else {
            self.used += strip.above;
        }
        self.put(strip.items.clone(), strip.height);
    }

    fn put(&mut self, items: Vec<Item>, height: i64) {
        let y = self.top + self.used;
        if let Some(page) = self.pages.last_mut() {
            page.items.extend(items.into_iter().map(|item| item.lower(y)));
        }
        self.used += height;
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::codec::pdf::flow::Ink;
    use crate::domain::document::Paper;

    const SHEET: Sheet = Sheet {
        paper: Paper::A4,
        margins: [20, 20, 20, 20],
        size: 13,
        one_page: false,
        numbered: false,
    };

    fn strip(height: u16) -> Strip {
        let ink = Ink::Bar { width: 1, height: 1 };
        Strip {
            height: mm(height),
            items: vec![Item { x: 0, y: 0, ink, tag: None }],
            ..Strip::default()
        }
    }

    /// The mm from the top at which items stand, page by page.
    fn places(strips: &[Strip]) -> Vec<Vec<i64>> {
        let tenth = |item: &Item| (item.y * 254 + 360_000) / 720_000;
        let pages = paginate(strips, &SHEET);
        pages.iter().map(|page| page.items.iter().map(tenth).collect()).collect()
    }

    #[test]
    fn strips_stand_below_each_other_and_go_over_whole() {
        assert_eq!(places(&[]), [[0i64; 0]]);
        assert_eq!(places(&[strip(100), strip(100), strip(100)]), [vec![20, 120], vec![20]]);
    }

    #[test]
    fn kept_strips_go_over_together() {
        let kept = Strip { keep: true, ..strip(50) };
        assert_eq!(places(&[strip(200), kept, strip(10)]), [vec![20], vec![20, 70]]);
    }

    #[test]
    fn a_break_makes_a_page_but_not_at_the_end() {
        let end = || Strip { ends_page: true, ..Strip::default() };
        assert_eq!(places(&[strip(10), end(), strip(10), end()]), [[20], [20]]);
    }

    #[test]
    fn the_head_of_a_table_stands_again_at_the_top_of_a_page() {
        let head = Some(Rc::new(strip(10)));
        let row = || Strip { head: head.clone(), ..strip(100) };
        let places = places(&[strip(10), row(), row(), row()]);
        assert_eq!(places, [vec![20, 30, 130], vec![20, 30]]);
    }
}
