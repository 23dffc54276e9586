//! What a page says, read as its reader reads it. The pages are our own and well formed, so cutting
//! them at their tags is enough.

/// The text of a piece of a page: no tags, blanks joined.
pub(super) fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split_inclusive('<') {
        let bare = part.strip_suffix('<').unwrap_or(part);
        text.push_str(bare.split_once('>').map_or(bare, |(_, after)| after));
        if part.ends_with('<') {
            text.push(' ');
        }
    }
    let text = ESCAPED.iter().fold(text, |text, (escaped, plain)| text.replace(escaped, plain));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As templates escape; the ampersand last, since it stands in the others.
const ESCAPED: [(&str, &str); 5] =
    [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];

/// The part of a page that follows `from`, up to `to`.
pub(super) fn between<'a>(html: &'a str, from: &str, to: &str) -> Option<&'a str> {
    html.split_once(from)?.1.split(to).next()
}

/// The cells of each row of the first table that follows `from`, heads of rows among them.
pub(super) fn rows<'a>(html: &'a str, from: &str) -> Vec<Vec<&'a str>> {
    let body =
        between(html, from, "</table>").and_then(|table| between(table, "<tbody>", "</tbody>"));
    let rows = body.unwrap_or_default().split("<tr").skip(1);
    rows.map(|row| {
        let cells = row.split("</th>").flat_map(|part| part.split("</td>"));
        let cells =
            cells.filter_map(|cell| cell.split_once("<th").or_else(|| cell.split_once("<td")));
        cells.filter_map(|(_, cell)| Some(cell.split_once('>')?.1)).collect()
    })
    .collect()
}

/// The elements of a class: the text of each, up to its end tag.
pub(super) fn classed(html: &str, class: &str) -> Vec<String> {
    let attribute = format!("class=\"{class}\"");
    let parts = html.split(attribute.as_str()).skip(1);
    parts.filter_map(|part| Some(text(part.split_once('>')?.1.split("</").next()?))).collect()
}

/// The value beside a label of a list of facts.
pub(super) fn fact(html: &str, label: &str) -> Option<String> {
    let value = between(html, &format!("<dt>{label}</dt><dd"), "</dd>")?;
    Some(text(value.split_once('>')?.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<h1>A &#38; B:\n <b>1</b></h1><dl><dt>Mã</dt><dd class=\"code\">AP 1</dd></dl>\
        <table id=\"t\"><thead><tr><th>x</th></tr></thead><tbody>\n<tr><th scope=\"row\">1</th>\
        <td><span class=\"code\">AP 2</span> <a href=\"/y\">z</a></td></tr>\
        <tr class=\"total\"><th>2</th><td></td></tr></tbody></table>";

    #[test]
    fn a_page_is_read_by_its_tags() {
        assert_eq!(text(between(PAGE, "<h1>", "</h1>").unwrap()), "A & B: 1");
        assert_eq!(fact(PAGE, "Mã").as_deref(), Some("AP 1"));
        assert_eq!(fact(PAGE, "Tên"), None);
        assert_eq!(classed(PAGE, "code"), ["AP 1", "AP 2"]);
        let read: Vec<Vec<String>> = rows(PAGE, "id=\"t\"")
            .iter()
            .map(|row| row.iter().map(|cell| text(cell)).collect())
            .collect();
        assert_eq!(read, [["1", "AP 2 z"], ["2", ""]]);
        assert_eq!(rows(PAGE, "no such table"), Vec::<Vec<&str>>::new());
    }
}
