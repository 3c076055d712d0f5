//! `import`: whatever is wrong with a file is said with line and reason, and nothing of it gets in.

use std::io::{Cursor, Write};

use crate::common::Demo;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use zip::write::SimpleFileOptions;

/// A damaged file: what is imported, its name, its bytes, the code that says what is wrong, the line.
struct Damage {
    name: &'static str,
    what: &'static str,
    file: &'static str,
    bytes: Vec<u8>,
    code: &'static str,
    line: u64,
}

fn damage(name: &'static str, text: impl Into<Vec<u8>>, code: &'static str, line: u64) -> Damage {
    Damage {
        name,
        what: "items",
        file: "table.csv",
        bytes: text.into(),
        code,
        line,
    }
}

fn of(what: &'static str, damage: Damage) -> Damage {
    Damage { what, ..damage }
}

fn xlsx(name: &'static str, bytes: Vec<u8>, code: &'static str, line: u64) -> Damage {
    Damage {
        file: "table.xlsx",
        ..damage(name, bytes, code, line)
    }
}

/// A workbook of one sheet with these headings.
fn workbook(header: &[&str], fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in (0..).zip(header) {
        sheet.write_string(0, column, *text).expect("a heading");
    }
    fill(sheet);
    book.save_to_buffer().expect("a workbook")
}

/// A workbook whose parts unpack to 300 MB.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive
        .start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default())
        .expect("a part");
    let zeros = vec![b' '; 1024 * 1024];
    for _ in 0..300 {
        archive.write_all(&zeros).expect("written");
    }
    archive.finish().expect("an archive").into_inner()
}

fn csv_damages() -> Vec<Damage> {
    let rows = |count: usize| {
        let mut text = String::from("code,name\n");
        for at in 0..count {
            text.push_str(&format!("X{at},n\n"));
        }
        text
    };
    let wide = (0..201)
        .map(|at| format!("c{at}"))
        .collect::<Vec<_>>()
        .join(",");
    vec![
        damage("empty", "", "no_header", 1),
        damage("blank lines only", "\n\n \n", "no_header", 1),
        damage("headings only", "code,name\n", "no_rows", 0),
        damage("unknown column", "code,nome\nX1,a\n", "column_unknown", 1),
        damage(
            "column twice",
            "code,name,名称\nX1,a,b\n",
            "column_twice",
            1,
        ),
        damage("no key column", "name\na\n", "column_missing", 1),
        damage(
            "row too short",
            "code,name,unit\nX1,a,盒\nX2,b\n",
            "cells",
            3,
        ),
        damage("row too long", "code,name\nX1,a,b\n", "cells", 2),
        damage(
            "open quotation mark",
            "code,name\nX1,\"a\nX2,b\n",
            "quote",
            2,
        ),
        damage(
            "no text at all",
            b"code,name\nX1,\xff\xff\n".to_vec(),
            "encoding",
            2,
        ),
        damage(
            "a torn UTF-16",
            b"\xff\xfec\0o\0d\0e\0\n\0X".to_vec(),
            "encoding",
            1,
        ),
        damage("control character", "code,name\nX1,a\u{0}b\n", "field", 2),
        damage("empty key", "code,name\n,a\n", "key", 2),
        damage(
            "key too long",
            format!("code,name\n{},a\n", "X".repeat(65)),
            "key",
            2,
        ),
        damage(
            "control character in the key",
            "code,name\nX\u{7}1,a\n",
            "key",
            2,
        ),
        damage("key twice", "code,name\nX1,a\nX2,b\nX1,c\n", "key_twice", 4),
        damage("no such choice", "code,储存条件\nX1,热\n", "field", 2),
        damage(
            "text too long for its field",
            format!("code,unit\nX1,{}\n", "盒".repeat(21)),
            "field",
            2,
        ),
        damage(
            "a huge cell",
            format!("code,name\nX1,{}\n", "a".repeat(10_001)),
            "cell_size",
            2,
        ),
        damage("valid from no day", "code,from\nX1,2026-02-30\n", "from", 2),
        damage("too many rows", rows(100_001), "rows", 100_002),
        damage("too many columns", format!("{wide}\n"), "columns", 1),
        damage(
            "too large",
            vec![b'a'; 50 * 1024 * 1024 + 1],
            "file_size",
            0,
        ),
        of(
            "partners",
            damage(
                "a day that is none",
                "编码,许可证有效期至\nY1,2026-02-29\n",
                "field",
                2,
            ),
        ),
        of(
            "partners",
            damage(
                "one bad row among good ones",
                "编码,名称,许可证有效期至\nY1,甲,2030-01-01\nY2,乙,soon\nY3,丙,2030-01-01\n",
                "field",
                3,
            ),
        ),
        of(
            "people",
            damage(
                "no such role",
                "login,name,identity,roles\nx1,甲,1,buyr\n",
                "role",
                2,
            ),
        ),
        of(
            "people",
            damage(
                "neither yes nor no",
                "login,name,identity,active\nx1,甲,1,maybe\n",
                "flag",
                2,
            ),
        ),
        of(
            "people",
            damage("nobody", "login,name\nx1,甲\n", "identity", 2),
        ),
        of(
            "people",
            damage(
                "login with a space",
                "login,name,identity\nx 1,甲,1\n",
                "login",
                2,
            ),
        ),
        of(
            "people",
            damage(
                "another natural person",
                "login,identity\nwang,DEMO-999\n",
                "identity",
                2,
            ),
        ),
        of(
            "people",
            damage(
                "the administrator himself",
                "login,roles\nadmin,buyer\n",
                "own_grant",
                2,
            ),
        ),
        of(
            "people",
            damage(
                "the same login twice",
                "login,name,identity\nx1,甲,1\nx1,乙,2\n",
                "login_twice",
                3,
            ),
        ),
        of(
            "people",
            damage(
                "a span of days that is none",
                "login,name,identity,roles\nx1,甲,1,buyer 2026-13-01..\n",
                "role",
                2,
            ),
        ),
        of(
            "people",
            damage(
                "from after until",
                "login,name,identity,roles\nx1,甲,1,buyer 2026-02-01..2026-01-01\n",
                "dates",
                2,
            ),
        ),
    ]
}

fn xlsx_damages() -> Vec<Damage> {
    let good = workbook(&["code", "name"], |sheet| {
        sheet.write_string(1, 0, "X1").expect("a cell");
    });
    let timed = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let time = Format::new().set_num_format("[h]:mm:ss");
    vec![
        xlsx("cut off", good[..good.len() / 2].to_vec(), "xlsx", 0),
        xlsx(
            "an archive of something else",
            b"PK\x03\x04 nothing".to_vec(),
            "xlsx",
            0,
        ),
        xlsx("a bomb", bomb(), "unpacked", 0),
        xlsx(
            "old Excel",
            [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), vec![0; 600]].concat(),
            "old_excel",
            0,
        ),
        xlsx(
            "a cell far below",
            workbook(&["code", "name"], |sheet| {
                sheet.write_string(1_048_575, 0, "X1").expect("a cell");
            }),
            "rows",
            1_048_576,
        ),
        xlsx(
            "a cell far to the right",
            workbook(&["code", "name"], |sheet| {
                sheet.write_string(1, 0, "X1").expect("a cell");
                sheet.write_string(1, 16_383, "stray").expect("a cell");
            }),
            "cells",
            2,
        ),
        xlsx(
            "a failed formula",
            workbook(&["code", "name"], |sheet| {
                sheet.write_string(1, 0, "X1").expect("a cell");
                sheet
                    .write_formula(1, 1, Formula::new("=1/0").set_result("#DIV/0!"))
                    .expect("a cell");
            }),
            "cell",
            2,
        ),
        xlsx(
            "a time where a day should be",
            workbook(&["code", "from"], |sheet| {
                sheet.write_string(1, 0, "X1").expect("a cell");
                let moment = ExcelDateTime::parse_from_str("2026-04-01 12:30").expect("a moment");
                sheet
                    .write_datetime_with_format(1, 1, moment, &timed)
                    .expect("a cell");
            }),
            "cell",
            2,
        ),
        xlsx(
            "a duration",
            workbook(&["code", "from"], |sheet| {
                sheet.write_string(1, 0, "X1").expect("a cell");
                sheet
                    .write_number_with_format(1, 1, 1.5, &time)
                    .expect("a cell");
            }),
            "cell",
            2,
        ),
        xlsx("nothing in it", workbook(&[], |_| {}), "no_header", 1),
    ]
}

/// Imports each file and looks at what is said of it; the journal must stay as it is.
fn refuse_all(damages: Vec<Damage>) {
    let demo = Demo::make();
    let before = demo.journal().len();
    for Damage {
        name,
        what,
        file,
        bytes,
        code,
        line,
    } in damages
    {
        let path = demo.path(file);
        std::fs::write(&path, bytes).expect("written");
        let path = path.to_string_lossy().into_owned();
        let ran = demo.run_as_administrator(&["import", what, &path, "--json"]);
        assert_eq!(ran.code, 1, "{name}: {ran:?}");
        let report = ran.json();
        let bad = report["bad"]
            .as_array()
            .unwrap_or_else(|| panic!("{name}: {report}"));
        let found = bad
            .iter()
            .any(|one| one["code"] == code && one["line"] == line);
        assert!(found, "{name}: no {code} at line {line} in {report}");
        assert_eq!(report["imported"], 0, "{name}");
        for one in bad {
            assert!(one["zh"] != "" && one["en"] != "", "{name}: {one}");
        }
        let told = demo
            .run_as_administrator(&["import", what, &path])
            .ended(1)
            .out;
        assert!(told.contains("nothing was imported"), "{name}: {told}");
    }
    // Attempts at more than one may stand in the journal, as refused; nothing else does.
    for row in &demo.journal()[before..] {
        let (outcome, code) = (&*row[5], &*row[6]);
        assert_eq!(outcome, "refused", "{row:?}");
        assert!(matches!(code, "own_grant" | "identity"), "{row:?}");
    }
}

#[test]
fn damaged_text_files_leave_nothing_behind() {
    refuse_all(csv_damages());
}

#[test]
fn damaged_workbooks_leave_nothing_behind() {
    refuse_all(xlsx_damages());
}

#[test]
fn every_bad_row_is_told_at_once() {
    let demo = Demo::make();
    let path = demo.at("items.csv");
    let text = "商品编码,通用名称,储存条件,生效日期\nA1,甲,热,\nA2,乙,常温,x\n,丙,常温,\nA4,丁,常温,\nA4,戊,常温,\n";
    std::fs::write(&path, text).expect("written");
    let ran = demo
        .run_as_administrator(&["import", "items", &path, "--lang", "zh"])
        .ended(1);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 5, "{ran:?}");
    for (line, said) in lines
        .iter()
        .zip([":2: 储存条件：", ":3: from：", ":4: ", ":6: "])
    {
        assert!(line.contains(said), "{line} has no {said}");
    }
    assert_eq!(lines[4], "✘ 有 4 处错误，未导入任何内容");
    let ran = demo
        .run_as_administrator(&["import", "nothing", &path])
        .ended(2);
    assert!(
        ran.err
            .contains("items, partners, people or gsp.party, gsp.qualification, gsp.item"),
        "{ran:?}"
    );
    demo.run_as_administrator(&["import", "items", &demo.at("no.csv")])
        .ended(2);
    demo.run_as_administrator(&["import", "items", &demo.folder().to_string_lossy()])
        .ended(2);
}

#[test]
fn what_was_exported_is_imported_again_without_a_change() {
    let demo = Demo::make();
    for (what, rows) in [("items", 25), ("partners", 11), ("people", 22)] {
        for extension in ["csv", "xlsx"] {
            for lang in ["zh", "en"] {
                let path = demo.at(&format!("{what}-{lang}.{extension}"));
                demo.run(&["export", what, &path, "--lang", lang]).ended(0);
                let report = demo
                    .run_as_administrator(&["import", what, &path, "--json"])
                    .ended(0)
                    .json();
                assert_eq!(
                    (&report["imported"], &report["unchanged"]),
                    (&0.into(), &rows.into()),
                    "{path}"
                );
            }
        }
    }
}

#[test]
fn good_files_are_imported_whole_in_every_usual_form() {
    let demo = Demo::make();
    let gb = encoding_rs::GB18030
        .encode("编码,名称,储存条件\r\nN1,新品一,冷藏\r\nN2,新品二,阴凉\r\n")
        .0
        .into_owned();
    let path = demo.at("gb.csv");
    std::fs::write(&path, gb).expect("written");
    let dry = demo
        .run_as_administrator(&["import", "items", &path, "--dry-run", "--json"])
        .ended(0)
        .json();
    assert_eq!(
        (&dry["imported"], &dry["would_import"]),
        (&0.into(), &2.into())
    );
    let report = demo
        .run_as_administrator(&["import", "items", &path, "--json"])
        .ended(0)
        .json();
    assert_eq!(report["imported"], 2);
    let report = demo
        .run_as_administrator(&["import", "items", &path, "--json"])
        .ended(0)
        .json();
    assert_eq!(
        (&report["imported"], &report["unchanged"]),
        (&0.into(), &2.into())
    );

    // What is on record is changed by slips alone: the file of before with another name is refused and says so.
    std::fs::write(
        &path,
        "编码,名称,储存条件\nN1,新品改名,冷藏\nN2,新品二,阴凉\nN3,新品三,常温\n",
    )
    .expect("written");
    let report = demo
        .run_as_administrator(&["import", "items", &path, "--json"])
        .ended(1)
        .json();
    assert_eq!(
        (&report["imported"], &report["unchanged"]),
        (&0.into(), &1.into())
    );
    let bad = report["bad"].as_array().expect("rows");
    assert_eq!(bad.len(), 1, "{report}");
    assert_eq!(
        (&bad[0]["code"], &bad[0]["line"]),
        (&"by_slips".into(), &2.into())
    );

    // Dates and numbers as Excel keeps them; an empty cell is an empty field.
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let bytes = workbook(
        &["编码", "许可证有效期至", "联系人", "电话", "名称"],
        |sheet| {
            sheet.write_string(1, 0, "GY901").expect("a cell");
            sheet.write_string(1, 4, "示例华东新业").expect("a cell");
            let day = ExcelDateTime::parse_from_str("2031-05-31").expect("a day");
            sheet
                .write_datetime_with_format(1, 1, day, &date)
                .expect("a cell");
            sheet
                .write_number(1, 3, 13_800_000_000_f64)
                .expect("a cell");
        },
    );
    let path = demo.at("partners.xlsx");
    std::fs::write(&path, bytes).expect("written");
    demo.run_as_administrator(&["import", "partners", &path])
        .ended(0);
    let out = demo.at("partners.csv");
    demo.run(&["export", "partners", &out, "--lang", "zh"])
        .ended(0);
    let text = std::fs::read_to_string(&out).expect("the export");
    let row = text
        .lines()
        .find(|line| line.starts_with("GY901,"))
        .expect("the row");
    assert!(
        row.contains("2031-05-31") && row.contains("13800000000") && row.contains("示例华东"),
        "{row}"
    );
    demo.run(&["verify"]).ended(0);
}

#[test]
fn new_people_get_first_passwords_that_nobody_else_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let demo = Demo::make();
    let path = demo.at("people.csv");
    let text = "账号,姓名,人员编号,岗位\nwu,吴,201,采购内勤；gsp.keeper\nma,马,202,buyer 2026-01-01..2030-12-31\n";
    std::fs::write(&path, text).expect("written");
    let passwords = demo.at("passwords.csv");
    let words = ["import", "people", &path, "--passwords", &passwords];
    demo.run_as_administrator(&words).ended(0);
    let mode = std::fs::metadata(&passwords)
        .expect("passwords")
        .permissions()
        .mode()
        & 0o777;
    assert_eq!(mode, 0o600);
    let text = std::fs::read_to_string(&passwords).expect("passwords");
    assert_eq!(text.lines().count(), 3, "{text}");
    let people = demo.run(&["user", "list"]).ended(0).out;
    assert!(
        people.contains("wu\t吴\t201\tgsp.buyer; gsp.keeper"),
        "{people}"
    );
    assert!(
        people.contains("ma\t马\t202\tgsp.buyer 2026-01-01..2030-12-31"),
        "{people}"
    );
    // The file is there now: it is never overwritten.
    demo.run_as_administrator(&words).ended(2);
}

#[test]
fn codes_must_prove_themselves_with_line_and_column() {
    let demo = Demo::make();
    let path = demo.at("items.csv");
    let text = "编码,批准文号,商品条码,名称\n\
        A1,国药准字H20200001,6901234567892,甲\n\
        A2,国药准字H2020001,6901234567892,乙\n\
        A3,国药准字X20200001,6901234567893,丙\n\
        A4,国药准字ZC20200001,]C1016901234567892,丁\n\
        A5,国药准字J20200001,69012345,戊\n\
        A6,,,己\u{7}\n";
    std::fs::write(&path, text).expect("written");
    let told = |what: &str| {
        let ran = demo
            .run_as_administrator(&["import", what, &path, "--json"])
            .ended(1);
        let report = ran.json();
        assert_eq!(report["imported"], 0);
        let bad = report["bad"].as_array().expect("mistakes").iter();
        bad.map(|one| {
            let column = one["column"].as_str().unwrap_or_default().to_owned();
            (one["line"].as_u64().unwrap_or_default(), column)
        })
        .collect::<Vec<_>>()
    };
    let at = |line: u64, column: &str| (line, column.to_owned());
    assert_eq!(
        told("items"),
        [
            at(3, "批准文号"),
            at(4, "批准文号"),
            at(4, "商品条码"),
            at(5, "商品条码"),
            at(6, "商品条码"),
            at(7, "名称")
        ]
    );
    let text = "编码,名称,统一社会信用代码,经营范围\n\
        P1,甲,91350100M000100Y43,化学药制剂、生物制品（除疫苗）\n\
        P2,乙,91350100M000100Y44,化学药制剂\n\
        P3,丙,91330100MA00000173,化学药制剂\n\
        P4,丁,91330100MA0000015W,化学药\n";
    std::fs::write(&path, text).expect("written");
    assert_eq!(
        told("partners"),
        [
            at(3, "统一社会信用代码"),
            at(4, "统一社会信用代码"),
            at(5, "经营范围")
        ]
    );
}

#[test]
fn headings_of_any_kind_are_mapped_and_the_mapping_is_kept() {
    let demo = Demo::make();
    let path = demo.at("items.csv");
    let file = |code: &str, name: &str| {
        let text = format!("货号,品名,国药准字号,备注\n{code},{name},国药准字H20200001,无\n");
        std::fs::write(&path, text).expect("written");
    };
    file("M1", "甲");
    let refused = demo
        .run_as_administrator(&["import", "items", &path, "--lang", "zh"])
        .ended(1);
    assert!(
        refused
            .out
            .contains("可能是 批准文号：--map \"国药准字号\"=approval_number"),
        "{refused:?}"
    );
    let words = [
        "import",
        "items",
        &path,
        "--guess",
        "--map",
        "备注=-",
        "--map",
        "品名=name",
    ];
    demo.run_as_administrator(&words).ended(0);
    // The next file needs no word of what was said, only of what was guessed.
    file("M2", "乙");
    let report = demo
        .run_as_administrator(&["import", "items", &path, "--guess", "--json"])
        .ended(0)
        .json();
    assert_eq!(report["imported"], 1);
    let out = demo.at("out.csv");
    demo.run(&["export", "items", &out, "--lang", "zh"])
        .ended(0);
    let text = std::fs::read_to_string(&out).expect("the export");
    let row = text
        .lines()
        .find(|line| line.starts_with("M2,"))
        .expect("the row");
    assert!(
        row.contains("乙") && row.contains("国药准字H20200001"),
        "{row}"
    );
    demo.run_as_administrator(&["import", "items", &path, "--map", "单价=name"])
        .ended(1);
    demo.run_as_administrator(&["import", "items", &path, "--map", "单价"])
        .ended(2);
    demo.run(&["verify"]).ended(0);
}

#[test]
fn a_mistake_in_row_49_000_of_50_000_imports_nothing() {
    let demo = Demo::make();
    let path = demo.at("items.csv");
    let mut text = String::from("编码,名称,批准文号\n");
    for row in 1..=50_000 {
        let digits = if row == 49_000 || row == 7 { 7 } else { 8 };
        text.push_str(&format!("X{row},品{row},国药准字H{row:0digits$}\n"));
    }
    std::fs::write(&path, text).expect("written");
    let before = demo.journal().len();
    let report = demo
        .run_as_administrator(&["import", "items", &path, "--json"])
        .ended(1)
        .json();
    let lines: Vec<u64> = report["bad"]
        .as_array()
        .expect("mistakes")
        .iter()
        .filter_map(|one| one["line"].as_u64())
        .collect();
    assert_eq!(lines, [8, 49_001]);
    assert_eq!(report["imported"], 0);
    assert_eq!(demo.journal().len(), before);
}

#[test]
fn an_import_that_is_killed_half_way_is_told_until_it_is_completed() {
    let demo = Demo::make();
    let (path, other) = (demo.at("items.csv"), demo.at("other.csv"));
    let mut text = String::from("编码,名称\n");
    for row in 1..=20_000 {
        text.push_str(&format!("K{row},品{row}\n"));
    }
    std::fs::write(&path, text).expect("written");
    std::fs::write(&other, "编码,名称\nZ1,别的\n").expect("written");
    let part = demo.killed_when(&["import", "items", &path], || {
        // While a file is checked nothing is written; then its rows go into the log of the database.
        let log = std::fs::metadata(demo.path("countersign.db-wal"));
        log.is_ok_and(|log| log.len() > 1 << 20)
    });
    assert!(part, "the import was killed before it ended");
    // Whoever imports anything of the kind is told, in words and in data.
    let told = demo
        .run_as_administrator(&["import", "items", &other, "--lang", "zh"])
        .ended(0);
    assert!(
        told.out.contains("此前导入 items.csv（20000 行）中途中断"),
        "{told:?}"
    );
    let report = demo
        .run_as_administrator(&["import", "items", &path, "--json"])
        .ended(0)
        .json();
    assert_eq!(report["unfinished"]["files"], serde_json::json!([]));
    let (written, before) = (
        report["imported"].as_u64().expect("a count"),
        report["unchanged"].as_u64().expect("a count"),
    );
    assert_eq!(written + before, 20_000);
    assert!(before > 0 && written > 0, "{report}");
    demo.run(&["verify"]).ended(0);
}
