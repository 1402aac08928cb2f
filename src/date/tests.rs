use super::*;

fn utc(text: &str) -> String {
    match Date::parse(text, &TimeZone::UTC) {
        Ok(date) => date.rfc3339(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn reads_every_form_that_hugo_reads() {
    for (text, expected) in [
        ("2024-11-11T09:00:00-08:00", "2024-11-11T09:00:00-08:00"),
        ("2024-11-11T09:00:00-0800", "2024-11-11T09:00:00-08:00"),
        ("2024-11-11T9:00:00+08:00", "2024-11-11T09:00:00+08:00"),
        ("2024-11-11T09:00:00Z", "2024-11-11T09:00:00Z"),
        ("2024-11-11t09:00:00.123456789123z", "2024-11-11T09:00:00Z"),
        ("2024-11-11T09:00:00", "2024-11-11T09:00:00Z"),
        ("2024-11-11 09:00", "2024-11-11T09:00:00Z"),
        ("2024-11-11 09:00:00", "2024-11-11T09:00:00Z"),
        ("2024-11-11 09:00:00 -0800", "2024-11-11T09:00:00-08:00"),
        ("2024-11-11 09:00:00 -08:00", "2024-11-11T09:00:00-08:00"),
        ("2024-11-11 09:00:00+08", "2024-11-11T09:00:00+08:00"),
        ("2024-11-11 09:00:00Z", "2024-11-11T09:00:00Z"),
        (
            "2024-11-11 09:00:00.5 -0800 PST",
            "2024-11-11T09:00:00-08:00",
        ),
        ("2024-11-11 09:00:00 +0000 UTC", "2024-11-11T09:00:00Z"),
        ("2024-11-11", "2024-11-11T00:00:00Z"),
        ("2024-1-2", "2024-01-02T00:00:00Z"),
        ("2024/1/2", "2024-01-02T00:00:00Z"),
        ("2024-11", "2024-11-01T00:00:00Z"),
        (" 2024-11-11 ", "2024-11-11T00:00:00Z"),
        (
            "Mon, 11 Nov 2024 09:00:00 -0800",
            "2024-11-11T09:00:00-08:00",
        ),
        ("Mon, 11 Nov 2024 09:00:00 GMT", "2024-11-11T09:00:00Z"),
        ("Mon, 11 Nov 2024 09:00:00 PST", "2024-11-11T09:00:00-08:00"),
        ("11 Nov 24 09:00 -0800", "2024-11-11T09:00:00-08:00"),
        ("11 Nov 24 09:00 UTC", "2024-11-11T09:00:00Z"),
        ("Monday, 11-Nov-24 09:00:00 UTC", "2024-11-11T09:00:00Z"),
        ("Mon Nov 11 09:00:00 2024", "2024-11-11T09:00:00Z"),
        ("Mon Nov  1 09:00:00 UTC 2024", "2024-11-01T09:00:00Z"),
        (
            "Mon Nov 11 09:00:00 -0800 2024",
            "2024-11-11T09:00:00-08:00",
        ),
        ("11 Nov 2024", "2024-11-11T00:00:00Z"),
        ("Nov 11, 2024", "2024-11-11T00:00:00Z"),
        ("November 11th, 2024 9:05 PM", "2024-11-11T21:05:00Z"),
        ("Nov 11, 2024 12:05am", "2024-11-11T00:05:00Z"),
        ("Nov 2024", "2024-11-01T00:00:00Z"),
        ("1731315600", "2024-11-11T09:00:00Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z"),
        ("1969-12-31", "1969-12-31T00:00:00Z"),
    ] {
        assert_eq!(utc(text), expected, "{text}");
    }
}

#[test]
fn refuses_what_is_no_date() {
    for text in [
        "soon",
        "",
        "2024",
        "11",
        "2024-",
        "2024-11-11T",
        "2024-11-11 at nine",
        "20241111",
        "Nov 11",
        "11/12/2024",
        "2024-11-11T09",
        "2024-11-11T09:00:00+99:00",
        "二〇二四年",
        "2024-11-11 09:00 10:00",
        "Nov Nov 2024",
        "99999999999999999999-01-01",
    ] {
        assert_eq!(utc(text), format!("`{text}` is not a date"));
    }
    for text in [
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "2024-11-11 25:00",
        "Nov 31, 2024",
        "Nov 1, 2024 13:00 pm",
    ] {
        assert_eq!(
            utc(text),
            format!("`{text}` is a day or time that does not exist")
        );
    }
}

#[test]
fn a_date_without_an_offset_is_of_the_zone() {
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let date = Date::parse("2024-11-11", &zone).unwrap();
    assert_eq!(date.rfc3339(), "2024-11-11T00:00:00+08:00");
    assert_eq!(date.instant.to_string(), "2024-11-10T16:00:00Z");
}

#[test]
fn order_is_by_instant() {
    let at = |text| Date::parse(text, &TimeZone::UTC).unwrap();
    assert!(at("2024-11-11T09:00:00-08:00") > at("2024-11-11T10:00:00Z"));
    assert_eq!(at("2024-11-11T09:00:00-08:00"), at("2024-11-11T17:00:00Z"));
    assert_eq!(
        (
            at("2024-11-11T23:00:00-08:00").day(),
            at("2024-11-11").month()
        ),
        (11, 11)
    );
}

#[test]
fn writes_go_layouts() {
    let date = Date::parse("2024-02-03T16:05:09.120-08:30", &TimeZone::UTC).unwrap();
    for (layout, expected) in [
        ("January 2, 2006", "February 3, 2024"),
        ("Mon Jan _2 15:04:05 2006", "Sat Feb  3 16:05:09 2024"),
        (
            "Monday, 02-Jan-06 03:04:05 PM MST",
            "Saturday, 03-Feb-24 04:05:09 PM -0830",
        ),
        ("3:4:5pm", "4:5:9pm"),
        ("1/2/06", "2/3/24"),
        ("02/01/2006", "03/02/2024"),
        ("002 __2", "034  34"),
        ("15:04:05.000", "16:05:09.120"),
        ("15:04:05.999", "16:05:09.12"),
        (
            "-0700 -07:00 -07 Z07:00 Z0700",
            "-0830 -08:30 -08 -08:30 -0830",
        ),
        ("2006年1月2日", "2024年2月3日"),
        ("Month Janus", "Month Janus"),
        ("2. Jan.", "3. Feb."),
        ("", ""),
        ("posted on 2006-01-02", "posted on 2024-02-03"),
    ] {
        assert_eq!(date.format(layout, "en"), expected, "{layout}");
    }
    assert_eq!(date.rfc3339(), "2024-02-03T16:05:09-08:30");
    assert_eq!(date.rfc2822(), "Sat, 03 Feb 2024 16:05:09 -0830");
    let noon = Date::parse("2024-02-03T12:00:00Z", &TimeZone::UTC).unwrap();
    assert_eq!(noon.format("3:04 PM MST Z07:00", "en"), "12:00 PM UTC Z");
}

#[test]
fn the_short_way_to_rfc3339_arrives_at_the_same() {
    for second in [
        -70_000_000_000,
        -1,
        0,
        951_827_696,
        1_704_067_199,
        253_402_000_000,
    ] {
        for offset in [-43_200, -1800, -59, 0, 1, 3600, 20_700, 50_400] {
            let date = Date {
                instant: jiff::Timestamp::from_second(second).unwrap(),
                offset: jiff::tz::Offset::from_seconds(offset).unwrap(),
            };
            let long = date.format("2006-01-02T15:04:05Z07:00", "en");
            assert_eq!(date.rfc3339(), long);
        }
    }
}

#[test]
fn writes_strftime() {
    let date = Date::parse("2024-02-03T16:05:09-08:00", &TimeZone::UTC).unwrap();
    for (layout, expected) in [
        ("%B %-d, %Y", "February 3, 2024"),
        ("%d %b %y", "03 Feb 24"),
        ("%A %e", "Saturday  3"),
        ("%I:%M %p %z", "04:05 PM -0800"),
        ("%F %T %j %G-W%V", "2024-02-03 16:05:09 034 2024-W05"),
        ("%^a 100%% %Q %", "SAT 100% %Q %"),
        ("%s", "1707005109"),
    ] {
        assert_eq!(date.format(layout, "en"), expected, "{layout}");
    }
}

#[test]
fn speaks_the_language() {
    let date = Date::parse("2024-02-03T16:05:00Z", &TimeZone::UTC).unwrap();
    for (lang, layout, expected) in [
        ("en", ":date_long", "February 3, 2024"),
        ("en", ":date_full", "Saturday, February 3, 2024"),
        ("en", ":date_short", "2/3/24"),
        ("en", ":time_short", "4:05 pm"),
        ("de-AT", ":date_long", "3. Februar 2024"),
        ("de", ":date_medium", "03.02.2024"),
        ("fr", "Monday 2 January 2006", "samedi 3 février 2024"),
        ("ru", "%-d %B", "3 февраля"),
        ("pt-BR", ":date_long", "3 de fevereiro de 2024"),
        ("zh-cn", ":date_long", "2024年2月3日"),
        ("zh-Hant", "January", "2月"),
        ("nb", "January", "februar"),
        ("tlh", "January", "February"),
        ("en", ":date_unheard_of", ":date_unheard_of"),
    ] {
        assert_eq!(date.format(layout, lang), expected, "{lang} {layout}");
    }
}

#[test]
fn every_language_is_whole() {
    assert!(names::NAMES.len() >= 20);
    for names in names::NAMES {
        for (list, count) in [
            (names.months, 12),
            (names.months_short, 12),
            (names.days, 7),
            (names.days_short, 7),
        ] {
            assert_eq!(
                list.split('|').filter(|name| !name.is_empty()).count(),
                count,
                "{}: {list}",
                names.code
            );
        }
        let date = Date::parse("2024-12-29", &TimeZone::UTC).unwrap();
        let written = date.format(":date_full", names.code);
        assert!(
            written.contains("2024") && written.contains("29"),
            "{}: {written}",
            names.code
        );
    }
}

#[test]
fn file_names_may_begin_with_a_date() {
    let read =
        |stem| from_filename(stem, &TimeZone::UTC).map(|(date, rest)| (date.rfc3339(), rest));
    assert_eq!(
        read("2024-11-11-my-post"),
        Some(("2024-11-11T00:00:00Z".to_owned(), "my-post"))
    );
    assert_eq!(
        read("2024-11-11_my post"),
        Some(("2024-11-11T00:00:00Z".to_owned(), "my post"))
    );
    assert_eq!(
        read("2024-11-11"),
        Some(("2024-11-11T00:00:00Z".to_owned(), ""))
    );
    assert_eq!(
        read("2024-11-11-09-30-00-x"),
        Some(("2024-11-11T09:30:00Z".to_owned(), "x"))
    );
    assert_eq!(
        read("2024-11-11-99-99-99-x"),
        Some(("2024-11-11T00:00:00Z".to_owned(), "99-99-99-x"))
    );
    for stem in [
        "2024-11-111-x",
        "2024-13-01-x",
        "post",
        "2024-11",
        "２０２４-11-11-x",
        "2024-11-1é",
    ] {
        assert_eq!(read(stem), None, "{stem}");
    }
}

#[test]
fn what_is_written_is_read_in_a_short_way_to_the_same() {
    let days = ["2024-02-29", "2023-02-29", "0000-01-01", "9999-12-31"];
    let times = [
        "T00:00:00",
        "T23:59:59",
        "T24:00:00",
        "T23:59:60",
        "t01:02:03",
    ];
    let offsets = [
        "Z", "+08:00", "-09:30", "+00:00", "-23:59", "+24:00", "-05:60",
    ];
    for day in days {
        for time in times {
            for offset in offsets {
                let text = format!("{day}{time}{offset}");
                // A space at the end leads the long way.
                let [short, long] = [text.clone(), format!("{text} ")].map(|text| {
                    Date::parse(&text, &TimeZone::UTC)
                        .map(|d| (d, d.offset))
                        .ok()
                });
                assert_eq!(short, long, "{text}");
            }
        }
    }
}
