//! The report as a document that can be edited further: headings, prose, tables, and the charts as pictures.

use docx_rs::{
    AbstractNumbering, AlignmentType, BreakType, Docx, Hyperlink, HyperlinkType, Paragraph, Pic,
    Run as DocxRun, RunFonts, Style, StyleType, Table as DocxTable, TableCell, TableRow,
};

use pdf::raster::RasterImage;

use crate::insight::reports::body::{Block, Body, Figure, Run, Table};

/// Half-points, as the format counts.
const TITLE_SIZE: usize = 36;
const HEADING_SIZE: usize = 30;
const TEXT_SIZE: usize = 24;
const SMALL_SIZE: usize = 20;
/// Two characters of 12 pt, in twentieths of a point.
const INDENT: i32 = 480;
const HEADING: &str = "Heading1";
/// 14.6 cm in the format's units of 1/360,000 cm: an A4 page without its margins.
const TEXT_WIDTH: u32 = 5_256_000;
/// A drawing's 640 units then make some 330 dots an inch.
const DOTS_PER_UNIT: f32 = 3.0;

pub fn make(body: &Body, link: &str) -> anyhow::Result<Vec<u8>> {
    let heading = Style::new(HEADING, StyleType::Paragraph)
        .name("heading 1")
        .fonts(fonts("黑体"))
        .size(HEADING_SIZE)
        .bold();
    let mut docx = Docx::new()
        .default_fonts(fonts("宋体"))
        .default_size(TEXT_SIZE)
        .add_style(heading)
        .add_paragraph(centred(&body.title, TITLE_SIZE).style("Title"))
        .add_paragraph(centred(&body.subtitle, TEXT_SIZE));
    for section in &body.sections {
        docx = docx.add_paragraph(
            Paragraph::new()
                .style(HEADING)
                .outline_lvl(0)
                .add_run(DocxRun::new().add_text(&section.heading)),
        );
        for block in &section.blocks {
            docx = add(docx, block)?;
        }
    }
    docx = appendix(docx, body, link);
    let mut bytes = std::io::Cursor::new(Vec::new());
    docx.build().pack(&mut bytes)?;
    Ok(bytes.into_inner())
}

fn fonts(east_asia: &str) -> RunFonts {
    RunFonts::new()
        .east_asia(east_asia)
        .ascii("Times New Roman")
        .hi_ansi("Times New Roman")
}

fn centred(text: &str, size: usize) -> Paragraph {
    Paragraph::new()
        .align(AlignmentType::Center)
        .add_run(DocxRun::new().add_text(text).size(size))
}

fn add(docx: Docx, block: &Block) -> anyhow::Result<Docx> {
    Ok(match block {
        Block::Paragraph { runs } => {
            let text: String = runs.iter().map(Run::plain).collect();
            let paragraph = Paragraph::new()
                .align(AlignmentType::Both)
                .indent(
                    None,
                    Some(docx_rs::SpecialIndentType::FirstLine(INDENT)),
                    None,
                    None,
                )
                .add_run(DocxRun::new().add_text(text));
            docx.add_paragraph(paragraph)
        }
        Block::Table(table) => docx
            .add_paragraph(centred(&table.caption, SMALL_SIZE))
            .add_table(rows(table)),
        Block::Chart { caption, svg } => match pdf::raster::draw(svg, DOTS_PER_UNIT) {
            Ok(picture) => docx
                .add_paragraph(drawn(picture))
                .add_paragraph(centred(caption, SMALL_SIZE)),
            Err(pdf::Error::NoChineseFont) => {
                let said = format!("{caption}（图略：服务器没有安装中文字体）");
                docx.add_paragraph(centred(&said, SMALL_SIZE))
            }
            Err(other) => return Err(other.into()),
        },
    })
}

/// A picture as wide as the text.
fn drawn(picture: RasterImage) -> Paragraph {
    let height = u64::from(TEXT_WIDTH) * u64::from(picture.height) / u64::from(picture.width.max(1));
    let height = u32::try_from(height).unwrap_or(TEXT_WIDTH);
    let pic = Pic::new_with_dimensions(picture.png, picture.width, picture.height).size(TEXT_WIDTH, height);
    Paragraph::new()
        .align(AlignmentType::Center)
        .add_run(DocxRun::new().add_image(pic))
}

fn rows(table: &Table) -> DocxTable {
    let cell = |text: &str| {
        TableCell::new()
            .add_paragraph(Paragraph::new().add_run(DocxRun::new().add_text(text).size(SMALL_SIZE)))
    };
    let head = TableRow::new(table.columns.iter().map(|name| cell(name)).collect());
    let body = table
        .rows
        .iter()
        .map(|row| TableRow::new(row.iter().map(|run| cell(&run.plain())).collect()));
    DocxTable::new(std::iter::once(head).chain(body).collect())
}

/// Appends the definitions of the numbers and the addresses of their orders.
fn appendix(mut docx: Docx, body: &Body, link: &str) -> Docx {
    docx = docx.add_paragraph(
        Paragraph::new().style(HEADING).outline_lvl(0).add_run(
            DocxRun::new()
                .add_break(BreakType::Page)
                .add_text("附：统计口径与数据来源"),
        ),
    );
    for definition in &body.definitions {
        docx = docx
            .add_paragraph(Paragraph::new().add_run(DocxRun::new().add_text(definition).size(SMALL_SIZE)));
    }
    for figure in &body.figures {
        docx = docx.add_paragraph(source(figure, link));
    }
    docx.add_abstract_numbering(AbstractNumbering::new(1))
}

fn source(figure: &Figure, link: &str) -> Paragraph {
    let text = format!("{}：{}", figure.label, figure.value);
    let target = format!("{link}/figures/{}", figure.key);
    let run = DocxRun::new().add_text(text).size(SMALL_SIZE).color("1F4E79");
    Paragraph::new().add_hyperlink(Hyperlink::new(target, HyperlinkType::External).add_run(run))
}
