//! Tables: ruled cells, the head again on each page.

use std::rc::Rc;

use super::{
    flow::{Frame, HAIR, Ink, Item, Setter, Strip, base_line, line_height},
    mm,
    tags::{Role, TagId},
    text::{Measure, letters, lines},
};
use crate::domain::document::{Align, Face, Style, Table, Text};

/// Empty width at the sides of a cell, in mm.
const PAD: u16 = 1;

impl Setter<'_> {
    pub(super) fn table(&mut self, table: &Table, frame: Frame) -> Vec<Strip> {
        let size = self.size(table.size);
        let tag = self.tags.root(Role::Table);
        let caption = self.tags.under(tag, Role::Caption);
        let style = Style { size: table.size, before: 6, keep: true, ..Style::default() };
        let mut strips = self.paragraph(&table.caption, style, frame, caption);

        let head = self.tags.under(tag, Role::Head);
        let titles: Vec<Text> = table.columns.iter().map(|column| bold(&column.title)).collect();
        let mut first = self.row(table, &titles, Row { size, frame, parent: head, head: true });
        first.items.push(across(frame, 0));
        first.keep = true;
        first.above = 2_000;
        let again = Rc::new(first.clone());
        strips.push(first);

        let body = self.tags.under(tag, Role::Rows);
        for cells in &table.rows {
            let row = Row { size, frame, parent: body, head: false };
            let head = Some(Rc::clone(&again));
            strips.push(Strip { head, ..self.row(table, cells, row) });
        }
        if let Some(cells) = &table.foot {
            if let Some(last) = strips.last_mut() {
                last.keep = true;
            }
            let parent = self.tags.under(tag, Role::Foot);
            let row = Row { size, frame, parent, head: false };
            strips.push(Strip { head: Some(again), ..self.row(table, cells, row) });
        }
        strips
    }

    fn row(&mut self, table: &Table, cells: &[Text], row: Row) -> Strip {
        let tag = self.tags.under(row.parent, Role::Row);
        let (pad, frame, size) = (mm(PAD), row.frame, row.size);
        let mut strip = Strip::default();
        let mut edges = vec![frame.x];
        let mut x = frame.x;
        for (cell, column) in cells.iter().zip(&table.columns) {
            let width = frame.width * i64::from(column.share) / 100;
            let wide = width - 2 * pad;
            let role = if row.head { Role::HeadCell } else { Role::Cell };
            let tag = self.tags.under(tag, role);
            let lines =
                lines(&letters(cell, self.fonts), Measure { size, first: wide, rest: wide });
            let mut y = pad;
            for line in lines.into_iter().filter(|line| !line.letters.is_empty()) {
                let spare = wide - line.width(size);
                let shift = match column.align {
                    _ if row.head => spare / 2,
                    Align::Left | Align::Justify => 0,
                    Align::Center => spare / 2,
                    Align::Right => spare,
                };
                strip.items.push(Item {
                    x: x + pad + shift,
                    y: y + base_line(size),
                    ink: Ink::Line { line, size, stretch: 0 },
                    tag: Some(tag),
                });
                y += line_height(size);
            }
            strip.height = strip.height.max(y + pad);
            x += width;
            edges.push(x);
        }
        strip.items.push(across(frame, strip.height));
        let height = strip.height;
        strip.items.extend(edges.into_iter().map(|x| Item {
            x,
            y: 0,
            ink: Ink::Bar { width: HAIR, height },
            tag: None,
        }));
        strip
    }
}

/// How and where a row is set.
#[derive(Clone, Copy)]
struct Row {
    size: i64,
    frame: Frame,
    parent: TagId,
    head: bool,
}

/// A line over the width of the table.
fn across(frame: Frame, y: i64) -> Item {
    Item { x: frame.x, y, ink: Ink::Bar { width: frame.width + HAIR, height: HAIR }, tag: None }
}

fn bold(text: &Text) -> Text {
    let mut text = text.clone();
    for run in &mut text.0 {
        run.face = Face::Bold;
    }
    text
}
