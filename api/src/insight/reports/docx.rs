//! The report as a document that can be edited further: headings, prose, tables, and charts and photos as pictures.

use docx_rs::{
    AbstractNumbering, AlignmentType, Docx, PageMargin, Paragraph, Pic, Run as DocxRun, RunFonts, Style,
    StyleType, Table as DocxTable, TableCell, TableRow,
};
use image::ImageFormat;
use pdf::raster::RasterImage;

use crate::insight::reports::body::{Block, CasePhoto, Run, Table};
use crate::insight::reports::report_file::ReportFile;

/// Half-points, as the format counts.
const TITLE_SIZE: usize = 44;
const HEADING_SIZE: usize = 32;
const TEXT_SIZE: usize = 32;
const SMALL_SIZE: usize = 20;
/// Two characters of 16 pt, in twentieths of a point.
const INDENT: i32 = 640;
const HEADING: &str = "Heading1";
/// 15.6 cm in the format's units of 1/360,000 cm: an A4 page without its margins.
const TEXT_WIDTH: u32 = 5_616_000;
/// The longer side of a photo.
const PHOTO_DOTS: u32 = 800;
/// A drawing's 640 units then make some 330 dots an inch.
const DOTS_PER_UNIT: f32 = 3.0;

pub fn make(file: &ReportFile) -> anyhow::Result<Vec<u8>> {
    let body = &file.body;
    let heading = Style::new(HEADING, StyleType::Paragraph)
        .name("heading 1")
        .fonts(fonts("黑体"))
        .size(HEADING_SIZE);
    let mut docx = Docx::new()
        .page_margin(margins())
        .default_fonts(fonts("仿宋"))
        .default_size(TEXT_SIZE)
        .add_style(heading);
    if let Some(number) = &file.stamp.number {
        docx = docx.add_paragraph(centred(number, TEXT_SIZE));
    }
    docx = docx
        .add_paragraph(centred(&body.title, TITLE_SIZE).style("Title"))
        .add_paragraph(centred(&format!("（{}）", body.subtitle), SMALL_SIZE));
    for section in &body.sections {
        docx = docx.add_paragraph(
            Paragraph::new()
                .style(HEADING)
                .outline_lvl(0)
                .add_run(DocxRun::new().add_text(&section.heading)),
        );
        for block in &section.blocks {
            docx = add(docx, file, block)?;
        }
    }
    for line in [&body.issuer, &file.stamp.date] {
        let run = DocxRun::new().add_text(line);
        docx = docx.add_paragraph(Paragraph::new().align(AlignmentType::Right).add_run(run));
    }
    if let Some(record) = &file.stamp.record {
        docx = docx.add_paragraph(centred(record, SMALL_SIZE));
    }
    docx = docx.add_abstract_numbering(AbstractNumbering::new(1));
    let mut bytes = std::io::Cursor::new(Vec::new());
    docx.build().pack(&mut bytes)?;
    Ok(bytes.into_inner())
}

/// GB/T 9704: 37 mm above, 35 mm below, 28 mm left, 26 mm right, in twentieths of a point.
fn margins() -> PageMargin {
    PageMargin {
        top: 2_098,
        bottom: 1_984,
        left: 1_587,
        right: 1_474,
        header: 851,
        footer: 992,
        gutter: 0,
    }
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

fn add(docx: Docx, file: &ReportFile, block: &Block) -> anyhow::Result<Docx> {
    Ok(match block {
        Block::Heading { text } => {
            let run = DocxRun::new().add_text(text).fonts(fonts("楷体")).bold();
            let indent = Some(docx_rs::SpecialIndentType::FirstLine(INDENT));
            docx.add_paragraph(Paragraph::new().indent(None, indent, None, None).add_run(run))
        }
        Block::Photos { photos } => docx.add_table(photo_row(file, photos)),
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
    drawn_as_wide(picture, TEXT_WIDTH)
}

fn drawn_as_wide(picture: RasterImage, width: u32) -> Paragraph {
    let height = u64::from(width) * u64::from(picture.height) / u64::from(picture.width.max(1));
    let height = u32::try_from(height).unwrap_or(width);
    let pic = Pic::new_with_dimensions(picture.png, picture.width, picture.height).size(width, height);
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
        .shown_rows()
        .map(|row| TableRow::new(row.iter().map(|run| cell(&run.plain())).collect()));
    DocxTable::new(std::iter::once(head).chain(body).collect())
}

/// Photos side by side with their captions; a photo that is gone leaves its caption.
fn photo_row(file: &ReportFile, photos: &[CasePhoto]) -> DocxTable {
    let cell = |photo: &CasePhoto| {
        let bytes = file
            .photos
            .get(&photo.photo)
            .and_then(|known| known.bytes.as_deref());
        let picture = bytes.and_then(|bytes| as_png(bytes).ok());
        let cell = match picture {
            Some(picture) => TableCell::new().add_paragraph(drawn_as_wide(picture, TEXT_WIDTH * 9 / 20)),
            None => TableCell::new(),
        };
        cell.add_paragraph(centred(&photo.caption, SMALL_SIZE))
    };
    DocxTable::new(vec![TableRow::new(photos.iter().map(cell).collect())])
}

/// The format's writer takes PNG; a photo is made as small as paper shows it.
fn as_png(jpeg: &[u8]) -> anyhow::Result<RasterImage> {
    let photo = image::load_from_memory(jpeg)?.thumbnail(PHOTO_DOTS, PHOTO_DOTS);
    let mut png = std::io::Cursor::new(Vec::new());
    photo.write_to(&mut png, ImageFormat::Png)?;
    Ok(RasterImage {
        png: png.into_inner(),
        width: photo.width(),
        height: photo.height(),
    })
}
