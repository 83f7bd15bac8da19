//! 考评 as a workbook: one sheet with the table, one with the definitions.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::appraisal::{Appraisal, AppraisalGrouping, AppraisalRow};
use super::view::Ratio;
use crate::error::Result;

const HEADINGS: [&str; 22] = [
    "名次",
    "名称",
    "综合得分",
    "新增",
    "其中随手拍",
    "其中扫码",
    "其中来电",
    "办结",
    "响应率",
    "按时签收",
    "应签收",
    "解决率",
    "评价已解决",
    "应评价",
    "满意率",
    "评价满意",
    "基本满意",
    "不满意",
    "未评价",
    "按时办结率",
    "按时答复",
    "应答复",
];

/// Blocks for a moment: a few hundred rows.
pub fn workbook(table: &Appraisal) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    write(&mut book, table).map_err(anyhow::Error::from)?;
    Ok(book.save_to_buffer().map_err(anyhow::Error::from)?)
}

fn write(book: &mut Workbook, table: &Appraisal) -> std::result::Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet();
    sheet.set_name("考评")?;
    sheet.write_string_with_format(0, 0, title(table), &bold)?;
    for (column, heading) in (0_u16..).zip(HEADINGS) {
        sheet.write_string_with_format(1, column, heading, &bold)?;
        sheet.set_column_width(column, if column == 1 { 30.0 } else { 11.0 })?;
    }
    for (row, line) in (2_u32..).zip(table.items.iter().chain([&table.total])) {
        write_line(sheet, row, line)?;
    }
    sheet.set_freeze_panes(2, 2)?;
    let sheet = book.add_worksheet();
    sheet.set_name("指标说明")?;
    sheet.set_column_width(0, 100.0)?;
    let definitions = &table.definitions;
    let lines = [
        definitions.response,
        definitions.resolution,
        definitions.satisfaction,
        definitions.on_time,
        definitions.ranking,
    ];
    for (row, line) in (0_u32..).zip(lines) {
        sheet.write_string(row, 0, line)?;
    }
    Ok(())
}

fn title(table: &Appraisal) -> String {
    let by = match table.by {
        AppraisalGrouping::Unit => "承办单位",
        AppraisalGrouping::Area => "区县",
        AppraisalGrouping::Category => "类别",
        AppraisalGrouping::Time => "时间",
    };
    let area = table.area.as_ref().map_or("全市", |area| area.name.as_str());
    format!("{area}按{by}考评（{} 至 {}）", table.period.from, table.period.to)
}

fn write_line(sheet: &mut Worksheet, row: u32, line: &AppraisalRow) -> std::result::Result<(), XlsxError> {
    if let Some(rank) = line.rank.and_then(|rank| u32::try_from(rank).ok()) {
        sheet.write_number(row, 0, rank)?;
    }
    sheet.write_string(row, 1, &line.name)?;
    if let Some(score) = line.score {
        sheet.write_number(row, 2, score)?;
    }
    let arrived = &line.arrived;
    counts(
        sheet,
        row,
        3,
        &[
            arrived.total,
            arrived.snap,
            arrived.scan,
            arrived.call,
            arrived.closed,
        ],
    )?;
    let verdicts = &line.verdicts;
    rate(sheet, row, 8, &line.response)?;
    counts(
        sheet,
        row,
        9,
        &[line.response.numerator, line.response.denominator],
    )?;
    rate(sheet, row, 11, &line.resolution)?;
    counts(
        sheet,
        row,
        12,
        &[line.resolution.numerator, line.resolution.denominator],
    )?;
    rate(sheet, row, 14, &line.satisfaction)?;
    counts(
        sheet,
        row,
        15,
        &[
            verdicts.satisfied,
            verdicts.basically_satisfied,
            verdicts.dissatisfied,
            verdicts.unrated,
        ],
    )?;
    rate(sheet, row, 19, &line.on_time)?;
    counts(
        sheet,
        row,
        20,
        &[line.on_time.numerator, line.on_time.denominator],
    )
}

fn counts(
    sheet: &mut Worksheet,
    row: u32,
    first: u16,
    numbers: &[i64],
) -> std::result::Result<(), XlsxError> {
    for (column, number) in (first..).zip(numbers) {
        sheet.write(row, column, *number)?;
    }
    Ok(())
}

/// Empty where there is nothing to count.
fn rate(sheet: &mut Worksheet, row: u32, column: u16, ratio: &Ratio) -> std::result::Result<(), XlsxError> {
    if let Some(percent) = ratio.percent {
        let format = Format::new().set_num_format("0.0\"%\"");
        sheet.write_number_with_format(row, column, percent, &format)?;
    }
    Ok(())
}
